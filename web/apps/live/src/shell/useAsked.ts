import { useCallback, useEffect, useRef, useState } from 'react';
import { platformError, type PlatformError } from '@rostrum/client/platform';

export interface Asked<T> {
  /** The newest answer; null before the first. */
  readonly value: T | null;
  readonly error: PlatformError | null;
  readonly again: () => void;
  /** What the page itself changed. */
  readonly set: (value: T) => void;
}

/** Asks once, and again when told to or when the question's key changes. */
export function useAsked<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [state, setState] = useState<{ key: string; value: T | null; error: PlatformError | null }>(
    {
      key,
      value: null,
      error: null,
    },
  );
  const [round, setRound] = useState(0);
  const newest = useRef(ask);
  newest.current = ask;
  useEffect(() => {
    const asked = new AbortController();
    newest.current(asked.signal).then(
      (value) => {
        if (!asked.signal.aborted) setState({ key, value, error: null });
      },
      (cause: unknown) => {
        if (asked.signal.aborted) return;
        setState((before) => ({
          key,
          value: before.key === key ? before.value : null,
          error: platformError(cause),
        }));
      },
    );
    return () => asked.abort();
  }, [key, round]);
  const again = useCallback(() => setRound((n) => n + 1), []);
  const set = useCallback((value: T) => setState({ key, value, error: null }), [key]);
  const isMine = state.key === key;
  return { value: isMine ? state.value : null, error: isMine ? state.error : null, again, set };
}
