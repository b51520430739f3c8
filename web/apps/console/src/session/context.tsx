import { createContext, useContext, useEffect, useState } from 'react';
import type { SignedApi, Session } from '@rostrum/client/api';
import { strings } from '../strings';

export interface Console {
  readonly api: SignedApi;
  readonly session: Session;
  readonly signOut: () => void;
}

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (!found) throw new Error('there is no session');
  return found;
}
export const useApi = (): SignedApi => useConsole().api;

/** Why this key may not change anything; undefined if it may. */
export function useReason(): string | undefined {
  return useConsole().session.access === 'READ_ONLY' ? strings.readOnlyReason : undefined;
}

/** The server's time, renewed every `every` ms. */
export function useServerNow(every: number): number {
  const api = useApi();
  const read = () => Date.now() + api.clockOffset();
  const [now, setNow] = useState(read);
  useEffect(() => {
    const timer = setInterval(() => setNow(read()), every);
    return () => clearInterval(timer);
  }, [every, api]);
  return now;
}
