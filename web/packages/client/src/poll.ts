/**
 * Asks again and again: every `every` ms while answers come, with growing pauses while they fail, not at all
 * while the page is hidden. One request is under way at a time.
 */
import { ApiError } from './api';

export interface Poll {
  /** Asks at once, for example after "Try again" or when the page comes back. */
  now(): void;
  stop(): void;
}

export interface PollOptions<T> {
  readonly every: number;
  readonly ask: (signal: AbortSignal) => Promise<T>;
  readonly answer: (value: T) => void;
  readonly fail: (error: ApiError) => void;
  /** 0..1, spreads the viewers of a restarted server. */
  readonly random?: () => number;
}

const longestPauseMs = 30_000;

/** Pause before the next question after `failures` failures in a row. */
export function pauseAfter(failures: number, every: number, random: number): number {
  const base =
    failures === 0 ? every : Math.min(longestPauseMs, every * 2 ** Math.min(failures, 6));
  return base * (0.85 + 0.3 * random);
}

export function startPoll<T>(options: PollOptions<T>): Poll {
  const random = options.random ?? Math.random;
  const stopped = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let asking = false;

  const round = async (): Promise<void> => {
    if (asking || stopped.signal.aborted) return;
    clearTimeout(timer);
    asking = true;
    try {
      const value = await options.ask(stopped.signal);
      failures = 0;
      if (!stopped.signal.aborted) options.answer(value);
    } catch (error) {
      failures += 1;
      if (!stopped.signal.aborted) {
        options.fail(error instanceof ApiError ? error : new ApiError(String(error), 0));
      }
    }
    asking = false;
    if (!stopped.signal.aborted && document.visibilityState === 'visible') {
      timer = setTimeout(() => void round(), pauseAfter(failures, options.every, random()));
    }
  };
  const wake = (): void => {
    if (document.visibilityState === 'visible') void round();
    else clearTimeout(timer);
  };
  document.addEventListener('visibilitychange', wake);
  globalThis.addEventListener('online', wake);
  void round();
  return {
    now: () => void round(),
    stop: () => {
      stopped.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', wake);
      globalThis.removeEventListener('online', wake);
    },
  };
}
