import { useCallback, useEffect, useMemo, useState } from 'react';
import { ChatConnection, OlderMessages, pastOf } from '@rostrum/client/chat';
import { calls } from './calls';
import { kept } from './kept';

export interface PlatformChat {
  readonly connection: ChatConnection;
  readonly loadOlder: () => Promise<boolean>;
  /** Seconds one has to have followed for to write, as the ticket says; null: everybody may. */
  readonly followersOnlySeconds: number | null;
}

/** This person's place in a channel's chat, as long as the component is there. */
export function usePlatformChat(name: string, channelId: string): PlatformChat {
  const [followersOnlySeconds, setFollowersOnly] = useState<number | null>(null);
  const connection = useMemo(
    () =>
      new ChatConnection({
        ticket: async () => {
          const ticket = await calls.joinChat(name, kept.chatVisitor(), location.origin);
          if (ticket.visitor) kept.setChatVisitor(ticket.visitor);
          setFollowersOnly(ticket.followersOnlySeconds);
          return ticket;
        },
      }),
    [name],
  );
  useEffect(() => {
    connection.connect();
    return () => connection.close();
  }, [connection]);
  const older = useMemo(() => new OlderMessages(pastOf(channelId)), [channelId]);
  const loadOlder = useCallback(async () => {
    const oldest = connection.getSnapshot().messages[0];
    if (!oldest) return true;
    connection.prepend(await older.load(oldest.at));
    return !older.isExhausted;
  }, [connection, older]);
  return { connection, loadOlder, followersOnlySeconds };
}
