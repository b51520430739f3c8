import { useEffect, useState } from 'react';
import { useOverlayWords } from './strings';
import './CountdownRing.css';

export interface CountdownRingProps {
  /** Milliseconds since 1970, by this computer's clock. */
  readonly endsAt: number;
  /** Milliseconds from full to empty. */
  readonly total: number;
  readonly size?: number;
}

const radius = 15.5;
const around = 2 * Math.PI * radius;

/** Seconds until a moment, renewed when they change. */
export function useSecondsLeft(endsAt: number | null): number {
  const left = () => (endsAt === null ? 0 : Math.max(0, Math.ceil((endsAt - Date.now()) / 1000)));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    if (endsAt === null) return;
    const timer = setInterval(() => {
      setSeconds(left());
      if (Date.now() >= endsAt) clearInterval(timer);
    }, 200);
    return () => clearInterval(timer);
    // `left` follows from `endsAt`.
  }, [endsAt]);
  return seconds;
}

/** How much time is left: a ring that empties, and the seconds in it. */
export function CountdownRing({ endsAt, total, size = 36 }: CountdownRingProps) {
  const words = useOverlayWords();
  const seconds = useSecondsLeft(endsAt);
  const left = Math.max(0, Math.min(total, endsAt - Date.now()));
  const share = total > 0 ? left / total : 0;
  return (
    <span
      className={seconds <= 5 ? 'countdown ending' : 'countdown'}
      style={{ width: size, height: size }}
      role="timer"
      aria-label={seconds > 0 ? words.secondsLeft(seconds) : words.timeUp}
    >
      <svg viewBox="0 0 36 36" aria-hidden="true">
        <circle className="countdown-track" cx="18" cy="18" r={radius} />
        <circle
          className="countdown-left"
          cx="18"
          cy="18"
          r={radius}
          strokeDasharray={around}
          strokeDashoffset={around * (1 - share)}
        />
      </svg>
      <span aria-hidden="true">{seconds}</span>
    </span>
  );
}
