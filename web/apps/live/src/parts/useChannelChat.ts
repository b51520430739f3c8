import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import {
  ChatConnection,
  ChatRefusal,
  joinChat,
  OlderMessages,
  pastOf,
  type JoinAnswer,
} from '@rostrum/client/chat';
import { place } from './place';

export interface ChannelChat {
  readonly connection: ChatConnection;
  readonly loadOlder: () => Promise<boolean>;
  readonly name: string;
  /** Whether a name would help somebody who may only look on. */
  readonly guestsMaySend: boolean;
  /** Comes in under this name; false: the server does not like it. */
  readonly takeName: (name: string) => Promise<boolean>;
}

async function join(channel: string, displayName: string): Promise<JoinAnswer> {
  const visitor = place.visitor();
  const invite = place.invite(channel);
  try {
    const answer = await joinChat(channel, {
      ...(displayName ? { displayName } : {}),
      ...(visitor ? { visitor } : {}),
      ...(invite ? { invite } : {}),
    });
    if (answer.visitor) place.setVisitor(answer.visitor);
    return answer;
  } catch (error) {
    // It would be refused again; without it the person may still come in as a guest.
    if (error instanceof ChatRefusal && error.reason === 'invite_expired')
      place.dropInvite(channel);
    throw error;
  }
}

/** This browser's place in a channel's chat, as long as the component is there. */
export function useChannelChat(channel: string): ChannelChat {
  const [name, setName] = useState(place.name);
  const [guestsMaySend, setGuestsMaySend] = useState(true);
  const current = useRef(name);
  /** A ticket that was got with a new name, for the connection that is opened with it. */
  const ready = useRef<JoinAnswer | null>(null);
  const connection = useMemo(
    () =>
      new ChatConnection({
        ticket: async () => {
          const answer = ready.current ?? (await join(channel, current.current));
          ready.current = null;
          setGuestsMaySend(answer.guestsMaySend);
          return answer;
        },
      }),
    [channel],
  );
  useEffect(() => {
    connection.connect();
    return () => connection.close();
  }, [connection]);
  const older = useMemo(() => new OlderMessages(pastOf(channel)), [channel]);
  const loadOlder = useCallback(async () => {
    const oldest = connection.getSnapshot().messages[0];
    if (!oldest) return true;
    connection.prepend(await older.load(oldest.at));
    return !older.isExhausted;
  }, [connection, older]);
  const takeName = useCallback(
    async (wanted: string) => {
      try {
        ready.current = await join(channel, wanted);
      } catch (error) {
        if (error instanceof ChatRefusal && error.reason === 'bad_name') return false;
        // Whatever else it is, the connection meets it as well and says so.
      }
      current.current = wanted;
      place.setName(wanted);
      setName(wanted);
      connection.renew();
      return true;
    },
    [channel, connection],
  );
  return { connection, loadOlder, name, guestsMaySend, takeName };
}
