import { useEffect, useState } from 'react';
import { ApiError, type Recording } from '@rostrum/client';
import { api } from '../api';

const mostPages = 50;
const again = 4000;

/** One recording of a channel, looked for among all that there are. */
export function useRecording(channel: string, wanted: string) {
  const [recording, setRecording] = useState<Recording | null>(null);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Whose it is, of a channel for members only.
    const owner = new URLSearchParams(location.search).get('of');
    const lookAsMember = async (name: string) => {
      const { findMembersRecording } = await import('./membersRecordings');
      const found = await findMembersRecording(name, wanted, gone.signal);
      return found ? setRecording(found) : setMissing(true);
    };
    const look = async () => {
      if (owner !== null) return lookAsMember(owner);
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
        if (error instanceof ApiError && error.notFound) setMissing(true);
        else timer = setTimeout(attempt, again);
      });
    };
    attempt();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [channel, wanted]);
  return { recording, isMissing };
}
