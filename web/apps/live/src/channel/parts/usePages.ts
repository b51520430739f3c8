import { useCallback, useEffect, useRef, useState } from 'react';
import type { Page } from '@rostrum/client/channels';
import { platformError, type PlatformError } from '@rostrum/client/platform';

export interface Pages<T> {
  /** null before the first answer. */
  readonly list: readonly T[] | null;
  readonly error: PlatformError | null;
  readonly isLoading: boolean;
  readonly isWhole: boolean;
  readonly more: () => void;
  /** From the beginning; what is shown stays until it is there. */
  readonly again: () => void;
}

/**
 * A long list, a page at a time. `key` names it: another key begins another list, and an empty one asks for
 * nothing yet.
 */
export function usePages<T>(
  key: string,
  ask: (after: string | null, signal: AbortSignal) => Promise<Page<T>>,
): Pages<T> {
  const [state, setState] = useState<{
    readonly key: string;
    readonly list: readonly T[] | null;
    readonly next: string | null;
    readonly error: PlatformError | null;
  }>({ key, list: null, next: null, error: null });
  const [isLoading, setLoading] = useState(true);
  const newest = useRef(ask);
  newest.current = ask;
  const asked = useRef<AbortController | null>(null);
  const load = useCallback(
    (known: readonly T[], after: string | null) => {
      asked.current?.abort();
      const controller = new AbortController();
      asked.current = controller;
      setLoading(true);
      newest
        .current(after, controller.signal)
        .then(
          ({ list, next }) => setState({ key, list: [...known, ...list], next, error: null }),
          (cause: unknown) => {
            if (controller.signal.aborted) return;
            const error = platformError(cause);
            setState((now) =>
              now.key === key ? { ...now, error } : { key, list: null, next: null, error },
            );
          },
        )
        .finally(() => {
          if (asked.current === controller) setLoading(false);
        });
    },
    [key],
  );
  useEffect(() => {
    if (key !== '') load([], null);
    return () => asked.current?.abort();
  }, [load, key]);
  const mine = state.key === key ? state : { list: null, next: null, error: null };
  return {
    list: mine.list,
    error: mine.error,
    isLoading,
    isWhole: mine.list !== null && mine.next === null,
    more: () => {
      if (mine.error && mine.list === null) load([], null);
      else if (mine.next !== null) load(mine.list ?? [], mine.next);
    },
    again: () => load([], null),
  };
}
