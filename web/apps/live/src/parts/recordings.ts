/** How recordings are told, and how a page gets them. */
import { useCallback, useEffect, useState } from 'react';
import type { Recording, Recordings } from '@rostrum/client';
import { usePoll } from '@rostrum/ui';
import { api } from '../api';

const two = (n: number) => String(n).padStart(2, '0');

/** "4:05", "1:02:03" */
export function lengthOf({ durationMs }: Pick<Recording, 'durationMs'>): string {
  const seconds = Math.round(durationMs / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const shortDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const exactDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

export function whenOf({ startedAt }: Pick<Recording, 'startedAt'>): {
  readonly short: string;
  readonly exact: string;
} {
  const at = Date.parse(startedAt);
  if (Number.isNaN(at)) return { short: '', exact: '' };
  return { short: shortDate.format(at), exact: exactDate.format(at) };
}

/** The newest of a channel's recordings, renewed now and then. */
export function useRecordings(id: string) {
  return usePoll<Recordings>(`recordings ${id}`, 15_000, (signal) =>
    api.recordings(id, undefined, signal),
  );
}

/** All of them, a page at a time. */
export function useAllRecordings(id: string) {
  const [list, setList] = useState<readonly Recording[] | null>(null);
  const [state, setState] = useState<'idle' | 'loading' | 'failed' | 'all'>('idle');
  const load = useCallback(
    async (known: readonly Recording[]) => {
      setState('loading');
      try {
        const { recordings } = await api.recordings(id, known.at(-1)?.id);
        setList([...known, ...recordings]);
        setState(recordings.length < pageLength ? 'all' : 'idle');
      } catch {
        setState('failed');
      }
    },
    [id],
  );
  useEffect(() => void load([]), [load]);
  return { list, state, more: () => load(list ?? []) };
}

/** What the server gives at once when nothing else is asked for. */
const pageLength = 20;
