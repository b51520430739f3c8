import { useCallback, useEffect, useRef, useState } from 'react';
import type { ApiError } from '@rostrum/client';
import type { ChannelDetails } from '@rostrum/client/channels';
import { toast, usePoll } from '@rostrum/ui';
import { useFeed } from '../../shell/feed';
import { useSession } from '../../shell/session';
import { useChannelText } from '../../strings/channel';
import { calls } from './calls';

export interface Banned {
  /** null: until it is lifted. */
  readonly until: number | null;
  readonly reason: string;
}

export interface ChannelState {
  readonly channel: ChannelDetails | null;
  readonly error: ApiError | null;
  readonly again: () => void;
  readonly ban: Banned | null;
  readonly banned: (until: number | null, reason: string) => void;
}

const renewedEveryMs = 15_000;
/** An answer that was on its way when something happened does not know of it yet. */
const secondLookMs = 1500;
const longestTimer = 2 ** 31 - 1;

/** A channel as it is, kept up by the feed. */
export function useChannel(name: string): ChannelState {
  const words = useChannelText();
  const { account, isKnown } = useSession();
  const { value, error, again } = usePoll(`channel ${name}`, renewedEveryMs, (signal) =>
    calls.channel(name, signal),
  );
  const [told, setTold] = useState<Banned | null>(null);
  const later = useRef<ReturnType<typeof setTimeout>>(undefined);
  const newest = useRef(again);
  newest.current = again;
  useEffect(() => () => clearTimeout(later.current), []);
  const look = useCallback(() => {
    newest.current();
    clearTimeout(later.current);
    later.current = setTimeout(() => newest.current(), secondLookMs);
  }, []);

  const who = isKnown ? (account?.id ?? 'nobody') : '';
  const asked = useRef('');
  useEffect(() => {
    if (asked.current !== '' && who !== '' && asked.current !== who) look();
    if (who !== '') asked.current = who;
  }, [who, look]);

  const banned = useCallback(
    (until: number | null, reason: string) => {
      setTold((now) => (now?.until === until && now.reason === reason ? now : { until, reason }));
      look();
    },
    [look],
  );
  const isThis = (channel: string) => channel.toLowerCase() === name.toLowerCase();
  useFeed(
    {
      live: look,
      offline: look,
      'chat-settings': look,
      again: look,
      banned: ({ channel, until, reason }) => {
        if (!isThis(channel)) return;
        const at = Date.parse(until ?? '');
        banned(Number.isNaN(at) ? null : at, reason ?? '');
      },
      unbanned: ({ channel }) => {
        if (!isThis(channel)) return;
        setTold(null);
        look();
        toast(words.unbanned(value?.name ?? name));
      },
    },
    name,
  );
  // A time-out is over by itself.
  const until = told?.until ?? null;
  useEffect(() => {
    if (until === null) return;
    const wait = Math.max(0, until - Date.now()) + 500;
    if (wait > longestTimer) return;
    const timer = setTimeout(() => {
      setTold(null);
      look();
    }, wait);
    return () => clearTimeout(timer);
  }, [until, look]);

  const ban = told ?? (value?.isBanned ? { until: null, reason: '' } : null);
  return { channel: value, error, again, ban, banned };
}
