import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ChatConnection, ChatSnapshot } from '@rostrum/client/chat';

/** The chat as it stands, renewed once a frame at most. */
export function useChat(connection: ChatConnection): ChatSnapshot {
  return useSyncExternalStore(connection.subscribe, connection.getSnapshot, connection.getSnapshot);
}

/** Whole seconds until a moment, counting down; 0 when it is over or there is none. */
export function useSecondsUntil(at: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  const left = at === null ? 0 : Math.max(0, at - now);
  useEffect(() => {
    if (at === null || at <= Date.now()) return;
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= at) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [at]);
  return Math.ceil(left / 1000);
}
