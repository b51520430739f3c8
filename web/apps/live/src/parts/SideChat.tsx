import { useEffect, useState } from 'react';
import { Chat, chatStrings, NameDialog, useChat, type Gate } from '@rostrum/ui/chat';
import { useChannelChat } from './useChannelChat';

export interface SideChatProps {
  readonly channel: string;
  readonly onCollapse: () => void;
  /** This channel has no chat: there is nothing to show. */
  readonly onMissing: () => void;
}

/** The chat beside the picture, with the door through which guests come in. */
export function SideChat({ channel, onCollapse, onMissing }: SideChatProps) {
  const { connection, loadOlder, name, guestsMaySend, takeName } = useChannelChat(channel);
  const { link, me } = useChat(connection);
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState('');
  const isMissing =
    link.phase === 'ended' && (link.reason === 'chat_off' || link.reason === 'no_channel');
  useEffect(() => {
    if (isMissing) onMissing();
  }, [isMissing, onMissing]);
  // Without a name one may look on; whether one may write is said once there is one.
  const isNameless = guestsMaySend && name === '' && me !== null && me.role === 'NONE';
  const isBadName = link.phase === 'ended' && link.reason === 'bad_name';
  const ask = { label: chatStrings.join, perform: () => setAsking(true) };
  const gate: Gate | null = isBadName
    ? { words: chatStrings.ended.bad_name, action: ask }
    : isNameless
      ? { words: chatStrings.signedOut, action: ask }
      : null;
  return (
    <>
      <Chat connection={connection} gate={gate} loadOlder={loadOlder} onCollapse={onCollapse} />
      {asking && (
        <NameDialog
          key={refused}
          name={refused || name}
          isRefused={refused !== ''}
          onClose={() => setAsking(false)}
          onName={(wanted) => {
            void takeName(wanted).then((taken) => {
              setRefused(taken ? '' : wanted);
              if (taken) setAsking(false);
            });
          }}
        />
      )}
    </>
  );
}
