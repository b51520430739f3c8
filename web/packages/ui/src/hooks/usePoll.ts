import { useEffect, useRef, useState } from 'react';
import { startPoll, type ApiError, type Poll } from '@rostrum/client';

export interface Polled<T> {
  /** The newest answer, kept while later questions fail; null before the first. */
  readonly value: T | null;
  readonly error: ApiError | null;
  readonly again: () => void;
}

/** Keeps asking while the component is there. `key` names the question: another key starts afresh. */
export function usePoll<T>(
  key: string,
  every: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Polled<T> {
  const [state, setState] = useState<{ key: string; value: T | null; error: ApiError | null }>({
    key,
    value: null,
    error: null,
  });
  const newest = useRef(ask);
  newest.current = ask;
  const poll = useRef<Poll>(undefined);
  useEffect(() => {
    const running = startPoll<T>({
      every,
      ask: (signal) => newest.current(signal),
      answer: (value) => setState({ key, value, error: null }),
      fail: (error) =>
        setState((before) => ({ key, value: before.key === key ? before.value : null, error })),
    });
    poll.current = running;
    return () => running.stop();
  }, [key, every]);
  const mine = state.key === key;
  return {
    value: mine ? state.value : null,
    error: mine ? state.error : null,
    again: () => poll.current?.now(),
  };
}
