import { useCallback, useEffect, useRef, useState } from 'react';
import { platformError, type PlatformError } from '@rostrum/client/platform';

export interface Asked<T> {
  readonly value: T | null;
  readonly error: PlatformError | null;
  readonly again: () => void;
  readonly set: (value: T) => void;
}

/** Asked once, and again when wished. */
export function useAsked<T>(ask: () => Promise<T>): Asked<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<PlatformError | null>(null);
  const newest = useRef(ask);
  newest.current = ask;
  const isGone = useRef(false);
  const again = useCallback(() => {
    newest.current().then(
      (answer) => {
        if (isGone.current) return;
        setValue(answer);
        setError(null);
      },
      (cause: unknown) => {
        if (!isGone.current) setError(platformError(cause));
      },
    );
  }, []);
  useEffect(() => {
    isGone.current = false;
    again();
    return () => {
      isGone.current = true;
    };
  }, [again]);
  return { value, error, again, set: setValue };
}
