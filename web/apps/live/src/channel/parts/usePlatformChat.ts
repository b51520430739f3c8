import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ChatConnection, OlderMessages, pastOfPerson } from '@rostrum/client/chat';
import { calls } from './calls';
import { kept } from './kept';

/** Following is on its way to the server meanwhile. */
const settledMs = 1000;
const longestTimer = 2 ** 31 - 1;

export interface PlatformChat {
  readonly connection: ChatConnection;
  readonly loadOlder: () => Promise<boolean>;
  /** A follower of a short time may write in so many seconds. */
  readonly waitSeconds: number;
}

/** This person's place in a channel's chat, as long as the component is there. */
export function usePlatformChat(name: string, isFollowing: boolean): PlatformChat {
  const [waitSeconds, setWait] = useState(0);
  const connection = useMemo(
    () =>
      new ChatConnection({
        ticket: async () => {
          const ticket = await calls.joinChat(name, kept.chatVisitor(), location.origin);
          if (ticket.visitor) kept.setChatVisitor(ticket.visitor);
          setWait(ticket.followersOnlySeconds ?? 0);
          return ticket;
        },
      }),
    [name],
  );
  useEffect(() => {
    connection.connect();
    return () => connection.close();
  }, [connection]);
  // Who follows now, or has for long enough, gets a ticket that says so.
  const known = useRef(isFollowing);
  useEffect(() => {
    if (known.current === isFollowing && waitSeconds === 0) return;
    const wait = known.current === isFollowing ? waitSeconds * 1000 + 500 : settledMs;
    known.current = isFollowing;
    if (wait > longestTimer) return;
    const timer = setTimeout(() => connection.renew(), wait);
    return () => clearTimeout(timer);
  }, [connection, isFollowing, waitSeconds]);
  const older = useMemo(() => new OlderMessages(pastOfPerson(name)), [name]);
  const loadOlder = useCallback(async () => {
    const oldest = connection.getSnapshot().messages[0];
    if (!oldest) return true;
    connection.prepend(await older.load(oldest.at));
    return !older.isExhausted;
  }, [connection, older]);
  return { connection, loadOlder, waitSeconds };
}
