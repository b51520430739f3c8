import { useState } from 'react';
import { animals, type Animal } from './animals';
import './Avatar.css';

export interface AvatarFace {
  readonly name: string;
  /** One of the drawn animals, "custom" for a picture, empty for channels without a person. */
  readonly avatar: string;
  readonly color: string;
  readonly avatarUrl?: string | undefined;
}

const isAnimal = (name: string): name is Animal => Object.hasOwn(animals, name);

/** How somebody looks: their picture, a drawn animal on their colour, or the first letter of the name. */
export function Avatar({
  face,
  size = 40,
  label,
}: {
  readonly face: AvatarFace;
  readonly size?: number;
  /** Only where no name stands beside it. */
  readonly label?: string;
}) {
  const [broken, setBroken] = useState('');
  const named = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true };
  const url = face.avatarUrl && face.avatarUrl !== broken ? face.avatarUrl : null;
  return (
    <span
      className={`avatar-face on-${/^[a-z]+$/.test(face.color) ? face.color : 'plain'}`}
      style={{ width: size, height: size, fontSize: size * 0.44 }}
      {...named}
    >
      {url ? (
        <img
          src={url}
          alt=""
          width={size}
          height={size}
          loading="lazy"
          decoding="async"
          onError={() => setBroken(url)}
        />
      ) : isAnimal(face.avatar) ? (
        <svg viewBox="0 0 48 48" width={size} height={size} focusable="false">
          {animals[face.avatar]}
        </svg>
      ) : (
        <span>{[...face.name][0]?.toUpperCase()}</span>
      )}
    </span>
  );
}
