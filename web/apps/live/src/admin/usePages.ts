import { useCallback, useEffect, useRef, useState } from 'react';
import { platformError, type PlatformError } from '@rostrum/client/platform';

export interface Pages<T> {
  /** null before the first answer. */
  readonly rows: readonly T[] | null;
  readonly hasMore: boolean;
  readonly busy: boolean;
  readonly error: PlatformError | null;
  readonly more: () => void;
  readonly again: () => void;
  /** What an action changed, without asking for everything again. */
  readonly change: (to: (rows: readonly T[]) => readonly T[]) => void;
}

/** A list that is asked for a page at a time; another key begins afresh, with what is shown kept till then. */
export function usePages<T>(
  key: string,
  ask: (
    after: string | null,
    signal: AbortSignal,
  ) => Promise<{ readonly rows: readonly T[]; readonly next?: string | undefined }>,
): Pages<T> {
  const [rows, setRows] = useState<readonly T[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<PlatformError | null>(null);
  const newest = useRef(ask);
  newest.current = ask;
  const running = useRef<AbortController>(undefined);
  const load = useCallback(async (after: string | null) => {
    running.current?.abort();
    const asked = new AbortController();
    running.current = asked;
    setBusy(true);
    setError(null);
    try {
      const page = await newest.current(after, asked.signal);
      if (asked.signal.aborted) return;
      setRows((before) => (after === null ? page.rows : [...(before ?? []), ...page.rows]));
      setNext(page.next ?? null);
    } catch (cause) {
      if (asked.signal.aborted) return;
      setError(platformError(cause));
    }
    setBusy(false);
  }, []);
  useEffect(() => {
    void load(null);
    return () => running.current?.abort();
  }, [load, key]);
  return {
    rows,
    hasMore: next !== null,
    busy,
    error,
    more: () => void load(next),
    again: () => void load(rows === null ? null : next),
    change: (to) => setRows((before) => (before === null ? null : to(before))),
  };
}
