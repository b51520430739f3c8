import { useCallback, useEffect, useState } from 'react';
import { ApiFailure } from '@rostrum/client/api';
import { mergeSessions, sessionRow, type SessionRow } from '@rostrum/client/health';
import { usePoll } from '@rostrum/ui';
import { useApi } from '../session/context';

const pageSize = 50;
const every = 15_000;

export interface Sessions {
  /** null before the first answer. */
  readonly rows: readonly SessionRow[] | null;
  readonly error: ApiFailure | null;
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly loadMore: () => void;
  readonly again: () => void;
}

/** The sessions of a channel, newest first: the newest page is renewed, older ones come when asked for. */
export function useSessions(channelArn: string): Sessions {
  const api = useApi();
  const [known, setKnown] = useState<readonly SessionRow[] | null>(null);
  /** Behind the oldest page that we have; undefined before the first answer, null at the end. */
  const [next, setNext] = useState<string | null | undefined>(undefined);
  const [loading, setLoading] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);

  const ask = useCallback(
    async (token: string | undefined, signal?: AbortSignal) => {
      const input = { channelArn, maxResults: pageSize, ...(token ? { nextToken: token } : {}) };
      const answer = await api.ivs('ListStreamSessions', input, signal);
      const rows = answer.streamSessions.flatMap((one) => sessionRow(one) ?? []);
      return { rows, next: answer.nextToken || null };
    },
    [api, channelArn],
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
        (error: unknown) => setFailure(error instanceof ApiFailure ? error : null),
      )
      .finally(() => setLoading(false));
  }, [ask, next]);

  const error = newest.error instanceof ApiFailure ? newest.error : failure;
  return { rows: known, error, hasMore: !!next, loading, loadMore, again: newest.again };
}
