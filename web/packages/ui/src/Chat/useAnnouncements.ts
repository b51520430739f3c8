import { useEffect, useRef, useState } from 'react';
import type { ChatMessage } from '@rostrum/client/chat';
import { chatStrings as strings } from './strings';

const every = 4000;
const mostRead = 2;

/** What a screen reader is told: a few messages word by word, many as a number, and never all the time. */
export function useAnnouncements(messages: readonly ChatMessage[], userId: string): string {
  const [said, setSaid] = useState('');
  const newest = useRef(messages);
  newest.current = messages;
  const me = useRef(userId);
  me.current = userId;
  useEffect(() => {
    let after = newest.current.at(-1)?.at ?? 0;
    const timer = setInterval(() => {
      const fresh = newest.current.filter(
        (m) => m.at > after && m.state === 'sent' && !m.removed && m.sender.userId !== me.current,
      );
      if (fresh.length === 0) return;
      after = fresh.at(-1)?.at ?? after;
      setSaid(
        fresh.length > mostRead
          ? strings.heardMany(fresh.length)
          : fresh.map((m) => strings.heard(m.sender.displayName, m.content)).join('. '),
      );
    }, every);
    return () => clearInterval(timer);
  }, []);
  return said;
}
