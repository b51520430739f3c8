import { useId } from 'react';
import { avatars, profileColors } from '@rostrum/client/platform';
import { Avatar } from '@rostrum/ui';
import { useAccountText } from '../strings/account';

export interface ChosenFace {
  readonly avatar: string;
  readonly color: string;
}

const any = <T,>(from: readonly T[], random: () => number): T =>
  from[Math.floor(random() * from.length)] as T;

export const randomFace = (random: () => number = Math.random): ChosenFace => ({
  avatar: any(avatars, random),
  color: any(profileColors, random),
});

/** The animal and its colour, by mouse, finger or arrow keys. */
export function FacePicker({
  face,
  name,
  onChange,
}: {
  readonly face: ChosenFace;
  readonly name: string;
  readonly onChange: (face: ChosenFace) => void;
}) {
  const words = useAccountText();
  const id = useId();
  return (
    <div className="face-picker">
      <fieldset>
        <legend>{words.animal}</legend>
        <div className="face-choices">
          {avatars.map((avatar) => (
            <label key={avatar} title={words.animals[avatar]}>
              <input
                type="radio"
                name={`${id}-animal`}
                value={avatar}
                checked={face.avatar === avatar}
                aria-label={words.animals[avatar]}
                onChange={() => onChange({ ...face, avatar })}
              />
              <Avatar face={{ name, avatar, color: face.color }} size={44} />
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>{words.color}</legend>
        <div className="face-choices">
          {profileColors.map((color) => (
            <label key={color} title={words.colors[color]}>
              <input
                type="radio"
                name={`${id}-color`}
                value={color}
                checked={face.color === color}
                aria-label={words.colors[color]}
                onChange={() => onChange({ ...face, color })}
              />
              <span className={`face-color avatar-face on-${color}`} aria-hidden="true" />
            </label>
          ))}
        </div>
      </fieldset>
    </div>
  );
}

/** The person on the platform, under the light: how others will see them. */
export function FaceStage({ face, name }: { readonly face: ChosenFace; readonly name: string }) {
  const words = useAccountText();
  const animal = words.animals[face.avatar] ?? '';
  const color = words.colors[face.color] ?? '';
  return (
    <div className="face-stage">
      <svg className="face-light" viewBox="0 0 240 120" aria-hidden="true" fill="none">
        <path
          d="M30 118a90 90 0 0 1 180 0"
          stroke="currentColor"
          strokeWidth="3"
          strokeLinecap="round"
        />
      </svg>
      <Avatar face={{ name, ...face }} size={112} label={words.faceOf(animal, color)} />
      <span className="face-steps" aria-hidden="true">
        <i />
        <i />
      </span>
      <span className="face-name">{name || '\u00a0'}</span>
    </div>
  );
}
