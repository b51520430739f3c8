import type { ReactNode } from 'react';
import x from 'lucide-static/icons/x.svg?raw';
import { Drawing } from '../Icon/Icon';
import { CountdownRing } from './CountdownRing';
import { useOverlayWords } from './strings';
import './Overlays.css';

/** On the picture it is dark in either theme; in the page it is a card like others. */
export type OverlayPlace = 'picture' | 'page';

export interface OverlayTime {
  readonly endsAt: number;
  readonly total: number;
}

export interface OverlayCardProps {
  /** What it is, in a word. */
  readonly kind: string;
  readonly place: OverlayPlace;
  readonly time?: OverlayTime | null;
  /** In place of the countdown. */
  readonly note?: ReactNode;
  readonly onDismiss?: (() => void) | undefined;
  readonly className?: string;
  readonly children: ReactNode;
}

/** What the cards on the picture have in common. */
export function OverlayCard(props: OverlayCardProps) {
  const { kind, place, time, note, onDismiss, className = '', children } = props;
  const words = useOverlayWords();
  const room = place === 'picture' ? 'on-picture dark-room' : 'in-page';
  return (
    <section className={`overlay ${room} ${className}`} aria-label={kind}>
      <div className="overlay-head">
        <span className="overlay-kind">{kind}</span>
        {note}
        {time && <CountdownRing {...time} />}
        {onDismiss && (
          <button
            type="button"
            className="overlay-dismiss"
            aria-label={`${words.dismiss}: ${kind}`}
            title={words.dismiss}
            onClick={onDismiss}
          >
            <Drawing svg={x} size={18} />
          </button>
        )}
      </div>
      {children}
    </section>
  );
}
