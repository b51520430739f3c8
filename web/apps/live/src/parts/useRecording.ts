import { useEffect, useState } from 'react';
import { ApiError, type Recording } from '@rostrum/client';
import { api } from '../api';

const mostPages = 50;
const again = 4000;

/** Whose it is, of a recording of somebody's channel; null: of a channel without an account. */
export const ownerIn = (search: string): string | null => new URLSearchParams(search).get('of');

/** One recording of a channel, looked for among all that there are. */
export function useRecording(channel: string, wanted: string, owner: string | null) {
  const [recording, setRecording] = useState<Recording | null>(null);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      if (owner !== null) {
        const { findPersonsRecording } = await import('./personsRecordings');
        const found = await findPersonsRecording(owner, wanted, gone.signal);
        if (found) return setRecording(found);
      }
      // Whoever has another name now is found here.
      let before: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const { recordings } = await api.recordings(channel, before, gone.signal);
        const found = recordings.find((one) => one.id === wanted);
        if (found) return setRecording(found);
        before = recordings.at(-1)?.id;
        if (before === undefined) break;
      }
      return setMissing(true);
    };
    const attempt = () => {
      look().catch((error: unknown) => {
        if (gone.signal.aborted) return;
        if (error instanceof ApiError && (error.notFound || error.status === 403)) setMissing(true);
        else timer = setTimeout(attempt, again);
      });
    };
    attempt();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [channel, wanted, owner]);
  return { recording, isMissing };
}
