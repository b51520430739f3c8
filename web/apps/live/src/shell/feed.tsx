/** What happens, as it happens: one connection for the whole app, shared by all that listen. */
import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { openFeed, type FeedEvent, type FeedEvents } from '@rostrum/client/platform';
import { useSession } from './session';

type Listener = (event: FeedEvent) => void;
export type FeedHandlers = { readonly [K in keyof FeedEvents]?: (data: FeedEvents[K]) => void } & {
  /** The connection is back after a gap: something may have been missed. */
  readonly again?: () => void;
};

interface Hub {
  readonly listen: (listener: Listener, again: () => void) => () => void;
  /** Whose channel is looked at; gives what takes the wish back. */
  readonly want: (channel: string) => () => void;
}

const Context = createContext<Hub | null>(null);

export function FeedProvider({ children }: { readonly children: ReactNode }) {
  const { account, isKnown } = useSession();
  const [wanted, setWanted] = useState<readonly string[]>([]);
  const listeners = useRef(new Map<Listener, () => void>());
  const hub = useMemo<Hub>(
    () => ({
      listen: (listener, again) => {
        listeners.current.set(listener, again);
        return () => void listeners.current.delete(listener);
      },
      want: (channel) => {
        setWanted((before) => [...before, channel]);
        return () =>
          setWanted((before) => {
            const at = before.lastIndexOf(channel);
            return before.filter((_, i) => i !== at);
          });
      },
    }),
    [],
  );
  const channel = wanted.at(-1) ?? null;
  const id = account?.id ?? '';
  useEffect(() => {
    if (!isKnown || typeof EventSource === 'undefined') return;
    let opened = 0;
    const feed = openFeed({
      channel,
      heard: (event) => {
        for (const listener of [...listeners.current.keys()]) listener(event);
      },
      changed: (isOpen) => {
        if (!isOpen) return;
        opened += 1;
        if (opened > 1) for (const again of [...listeners.current.values()]) again();
      },
    });
    return () => feed.close();
  }, [channel, id, isKnown]);
  return <Context value={hub}>{children}</Context>;
}

/** Hears events while the component is there; of `channel`, too, if it is given. */
export function useFeed(handlers: FeedHandlers, channel?: string): void {
  const hub = use(Context);
  const newest = useRef(handlers);
  newest.current = handlers;
  useEffect(() => {
    if (!hub) return;
    return hub.listen(
      ({ event, data }) => (newest.current[event] as ((data: unknown) => void) | undefined)?.(data),
      () => newest.current.again?.(),
    );
  }, [hub]);
  useEffect(() => (hub && channel ? hub.want(channel) : undefined), [hub, channel]);
}
