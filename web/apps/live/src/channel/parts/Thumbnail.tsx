import { useEffect, useRef, useState } from 'react';
import { Mark } from '@rostrum/ui';
import './Thumbnail.css';

const renewedEveryMs = 30_000;

/** The same picture, asked for anew: addresses of live thumbnails stay the same while the picture changes. */
const renewed = (url: string, round: number): string =>
  round === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}r=${round}`;

export interface ThumbnailProps {
  readonly url: string;
  /** A live picture, which is fetched again while it can be seen. */
  readonly isLive?: boolean;
  /** It is what the page is about: not put off. */
  readonly isFirst?: boolean;
}

/** A picture of a broadcast. The next one takes its place only when it is there, so nothing flickers. */
export function Thumbnail({ url, isLive, isFirst }: ThumbnailProps) {
  const [shown, setShown] = useState(url);
  const [isBroken, setBroken] = useState(url === '');
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    setShown(url);
    setBroken(url === '');
  }, [url]);
  useEffect(() => {
    if (!isLive || url === '') return;
    let isGone = false;
    const timer = setInterval(() => {
      const place = image.current;
      if (document.visibilityState !== 'visible' || !place || !isNear(place)) return;
      const next = renewed(url, Math.floor(Date.now() / renewedEveryMs));
      const loading = new Image();
      loading.src = next;
      loading.onload = () => {
        if (isGone) return;
        setShown(next);
        setBroken(false);
      };
    }, renewedEveryMs);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [url, isLive]);
  return (
    <>
      <span className="thumbnail-none" aria-hidden="true">
        <Mark size={40} />
      </span>
      {url !== '' && (
        <img
          ref={image}
          className={isBroken ? 'thumbnail broken' : 'thumbnail'}
          src={shown}
          alt=""
          width={640}
          height={360}
          decoding="async"
          {...(isFirst ? { fetchPriority: 'high' as const } : { loading: 'lazy' as const })}
          onError={() => setBroken(true)}
        />
      )}
    </>
  );
}

function isNear(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > -innerHeight && top < 2 * innerHeight;
}
