import { useCallback, useEffect, useState } from 'react';
import { ApiError } from '@rostrum/client';
import { mergeSessions, sessionRow, type SessionRow } from '@rostrum/client/health';
import { usePoll } from '../hooks/usePoll';
import type { HealthSource } from './source';

const every = 15_000;

export interface Sessions {
  /** null before the first answer. */
  readonly rows: readonly SessionRow[] | null;
  readonly error: ApiError | null;
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly loadMore: () => void;
  readonly again: () => void;
}

/** The sessions of a channel, newest first: the newest page is renewed, older ones come when asked for. */
export function useSessions(source: HealthSource): Sessions {
  const { channelArn } = source;
  const [known, setKnown] = useState<readonly SessionRow[] | null>(null);
  /** Behind the oldest page that we have; undefined before the first answer, null at the end. */
  const [next, setNext] = useState<string | null | undefined>(undefined);
  const [loading, setLoading] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);

  const ask = useCallback(
    async (token: string | undefined, signal?: AbortSignal) => {
      const answer = await source.sessions(token, signal);
      const rows = answer.streamSessions.flatMap((one) => sessionRow(one) ?? []);
      return { rows, next: answer.nextToken || null };
    },
    [source],
  );
  const newest = usePoll(`sessions ${channelArn}`, every, (signal) => ask(undefined, signal));
  const { value } = newest;
  useEffect(() => {
    if (!value) return;
    setKnown((before) => mergeSessions(before ?? [], value.rows));
    setNext((before) => (before === undefined ? value.next : before));
  }, [value]);

  const loadMore = useCallback(() => {
    if (!next) return;
    setLoading(true);
    setFailure(null);
    ask(next)
      .then(
        (older) => {
          setKnown((before) => mergeSessions(before ?? [], older.rows));
          setNext(older.next);
        },
        (error: unknown) => setFailure(error instanceof ApiError ? error : null),
      )
      .finally(() => setLoading(false));
  }, [ask, next]);

  const error = newest.error ?? failure;
  return { rows: known, error, hasMore: !!next, loading, loadMore, again: newest.again };
}
