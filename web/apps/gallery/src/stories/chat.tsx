import { useEffect, useState } from 'react';
import { ChatConnection, ChatRefusal, type ChatEndReason } from '@rostrum/client/chat';
import { FakeRoom } from '@rostrum/client/chat/testing';
import { Chat } from '@rostrum/ui/chat';
import type { StoryGroup } from '../story';

interface Scene {
  readonly role?: 'NONE' | 'OWNER';
  readonly lines?: readonly (readonly [from: string, words: string, role?: string])[];
  /** Nobody comes in, because of this. */
  readonly refused?: ChatEndReason;
  /** The server does not answer. */
  readonly isDown?: boolean;
}

/** A room in memory, with what was said in it. */
function Room({ role = 'NONE', lines = [], refused, isDown = false }: Scene) {
  const [{ room, connection }] = useState(() => {
    const inMemory = new FakeRoom();
    inMemory.role = role;
    inMemory.isDown = isDown;
    if (role === 'OWNER') inMemory.capabilities = 'SEND_MESSAGE,DELETE_MESSAGE,DISCONNECT_USER';
    for (const [from, words, as] of lines) inMemory.say(words, from, '', as);
    return {
      room: inMemory,
      connection: new ChatConnection({
        ticket: async () => {
          if (refused) throw new ChatRefusal(refused, '');
          return inMemory.ticket();
        },
        open: inMemory.open,
      }),
    };
  });
  useEffect(() => {
    connection.connect();
    return () => connection.close();
  }, [connection, room]);
  return (
    <div className="chat-frame">
      <Chat connection={connection} />
    </div>
  );
}

const lines = [
  ['anna', 'Welcome, everybody! We begin in a minute.', 'OWNER'],
  ['ben', 'Hello from Lisbon, and a recipe: https://bread.example/rye'],
  ['carla', 'What flour is it?'],
  ['jonas', 'Please no spoilers for last week.', 'MODERATOR'],
] as const;

export const chat: StoryGroup = {
  id: 'chat',
  title: 'Chat',
  stories: [
    { name: 'Nothing said yet', width: 340, show: () => <Room /> },
    { name: 'Talking', width: 340, show: () => <Room lines={lines} /> },
    { name: 'For the owner', width: 340, show: () => <Room role="OWNER" lines={lines} /> },
    { name: 'Banned', width: 340, show: () => <Room refused="banned" /> },
    { name: 'No connection', width: 340, show: () => <Room isDown /> },
  ],
};
