import { useLayoutEffect, useRef, useState } from 'react';
import type { NoticeText } from '@rostrum/client/overlays';
import megaphone from 'lucide-static/icons/megaphone.svg?raw';
import { Drawing } from '../Icon/Icon';
import type { OverlayPlace } from './OverlayCard';
import { useOverlayWords } from './strings';
import './NoticeBar.css';

/** Comfortable to read while it passes. */
const pixelsPerSecond = 70;

export interface NoticeBarProps {
  readonly data: Pick<NoticeText, 'title' | 'message'>;
  readonly place?: OverlayPlace;
}

/** A title that stands still and a message that passes if it does not fit. */
export function NoticeBar({ data, place = 'picture' }: NoticeBarProps) {
  const words = useOverlayWords();
  const window = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  /** How far it runs, and how much of that lies between the two; 0: it fits. */
  const [{ distance, gap }, setRun] = useState({ distance: 0, gap: 0 });
  useLayoutEffect(() => {
    const [room, line] = [window.current, text.current];
    if (!room || !line) return;
    const measure = () => {
      const over = line.offsetWidth - room.clientWidth;
      const between = Math.round(room.clientWidth / 4);
      setRun({ distance: over > 0 ? line.offsetWidth + between : 0, gap: between });
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(room);
    return () => watcher.disconnect();
  }, [data.message]);
  const room = place === 'picture' ? 'on-picture dark-room' : 'in-page';
  return (
    <section className={`notice-bar ${room}`} aria-label={words.notice}>
      <div className="visually-hidden" role="status">{`${data.title}: ${data.message}`}</div>
      <span className="notice-title" aria-hidden="true">
        <Drawing svg={megaphone} size={18} /> {data.title}
      </span>
      <div ref={window} className="notice-window" aria-hidden="true">
        <div
          className={distance > 0 ? 'notice-run passing' : 'notice-run'}
          style={
            distance > 0
              ? {
                  ['--distance' as string]: `-${distance}px`,
                  ['--gap' as string]: `${gap}px`,
                  animationDuration: `${distance / pixelsPerSecond}s`,
                }
              : undefined
          }
        >
          <span ref={text}>{data.message}</span>
          {distance > 0 && <span className="notice-again">{data.message}</span>}
        </div>
      </div>
    </section>
  );
}
