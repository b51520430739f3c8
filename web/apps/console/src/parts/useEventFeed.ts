import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiFailure, type SignedApi } from '@rostrum/client/api';
import { useApi } from '../session/context';
import { readEvent, type ChannelEvent } from './events';

export type FeedState = 'connecting' | 'live' | 'polling';

export interface EventFeed {
  /** Newest first; null before the first answer. */
  readonly events: readonly ChannelEvent[] | null;
  readonly state: FeedState;
  readonly error: ApiFailure | null;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly again: () => void;
}

const mostKept = 2000;
const pollEvery = 3000;
const longestPause = 30_000;

/** Each event once, newest first. */
export function withEvents(
  known: readonly ChannelEvent[],
  more: readonly ChannelEvent[],
): ChannelEvent[] {
  const all = new Map(known.map((event) => [event.id, event]));
  for (const event of more) all.set(event.id, event);
  return [...all.values()].sort((a, b) => Number(b.id) - Number(a.id)).slice(0, mostKept);
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

async function newestEvents(api: SignedApi, signal: AbortSignal) {
  const answer = await api.rostrum('ListEvents', { maxResults: 50 }, signal);
  return { events: answer.events.flatMap((one) => readEvent(one) ?? []), next: answer.nextToken };
}

/** What happens, as the server streams it while the page is looked at; asked for again where it cannot. */
export function useEventFeed(): EventFeed {
  const api = useApi();
  const [events, setEvents] = useState<readonly ChannelEvent[] | null>(null);
  const [state, setState] = useState<FeedState>('connecting');
  const [error, setError] = useState<ApiFailure | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const last = useRef<string | null>(null);

  useEffect(() => {
    let stop = new AbortController();
    const take = (more: readonly ChannelEvent[]) => {
      setEvents((known) => withEvents(known ?? [], more));
      const ids = [...more.map((event) => Number(event.id)), Number(last.current ?? 0)];
      last.current = String(Math.max(...ids));
    };
    const run = async (signal: AbortSignal) => {
      let failures = 0;
      let canStream = true;
      while (!signal.aborted) {
        try {
          const { events: newest, next: older } = await newestEvents(api, signal);
          if (signal.aborted) return;
          take(newest);
          setNext((before) => before ?? older ?? null);
          setError(null);
          failures = 0;
          if (canStream) {
            setState('live');
            for await (const event of api.events(last.current, signal)) {
              const read = readEvent({ id: event.id, event: event.data });
              if (read) take([read]);
            }
            setState('connecting');
          } else {
            await pause(pollEvery, signal);
          }
        } catch (cause) {
          if (signal.aborted) return;
          const failure =
            cause instanceof ApiFailure ? cause : new ApiFailure('no-answer', String(cause));
          // A server without the stream, or a proxy that does not let it through.
          if (failure.kind === 'not-there-yet' || failure.status === 404) {
            canStream = false;
            setState('polling');
            continue;
          }
          setError(failure);
          setState('connecting');
          failures += 1;
          await pause(Math.min(longestPause, 1000 * 2 ** failures), signal);
        }
      }
    };
    const look = () => {
      stop.abort();
      if (document.visibilityState !== 'visible') return;
      stop = new AbortController();
      void run(stop.signal);
    };
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      document.removeEventListener('visibilitychange', look);
      stop.abort();
    };
  }, [api, round]);

  const loadMore = useCallback(() => {
    if (!next) return;
    api.rostrum('ListEvents', { maxResults: 100, nextToken: next }).then(
      (answer) => {
        const older = answer.events.flatMap((one) => readEvent(one) ?? []);
        setEvents((known) => withEvents(known ?? [], older));
        setNext(answer.nextToken || '');
      },
      (cause: unknown) => setError(cause instanceof ApiFailure ? cause : null),
    );
  }, [api, next]);
  const again = useCallback(() => setRound((n) => n + 1), []);
  return { events, state, error, hasMore: !!next, loadMore, again };
}
