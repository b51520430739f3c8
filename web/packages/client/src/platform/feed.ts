/**
 * What happens, told by the server as it happens (`P/feed`). One connection for a page: it is made again by
 * itself, with growing pauses, and rests while the browser is offline.
 */
import { pauseAfter } from '../poll';
import { platformRoot } from './http';
import type { ActiveOverlay, PlatformNotice, Poll } from './types';

export interface FeedEvents {
  hello: { readonly signedIn: boolean };
  live: { readonly streamId?: string };
  offline: { readonly streamId?: string };
  poll: Poll | { readonly poll: null };
  banned: { readonly channel: string; readonly until?: string; readonly reason?: string };
  unbanned: { readonly channel: string };
  notice: { readonly notice: PlatformNotice };
  overlay: ActiveOverlay | { readonly active: null };
  'chat-settings': Readonly<Record<string, unknown>>;
  directory: Readonly<Record<string, never>>;
}
export type FeedEvent = {
  [K in keyof FeedEvents]: { readonly event: K; readonly data: FeedEvents[K] };
}[keyof FeedEvents];

export interface FeedOptions {
  /** Whose channel's events are wanted besides one's own and the directory's. */
  readonly channel?: string | null;
  readonly heard: (event: FeedEvent) => void;
  /** Whether it is open; after a gap the page asks for what it may have missed. */
  readonly changed?: (isOpen: boolean) => void;
  readonly base?: string;
  /** Tests bring their own. */
  readonly Source?: new (url: string) => EventSource;
  readonly random?: () => number;
}

export interface Feed {
  close(): void;
}

const names: readonly (keyof FeedEvents)[] = [
  'hello',
  'live',
  'offline',
  'poll',
  'banned',
  'unbanned',
  'notice',
  'overlay',
  'chat-settings',
  'directory',
];
const firstPauseMs = 1000;

export function openFeed(options: FeedOptions): Feed {
  const Source = options.Source ?? EventSource;
  const random = options.random ?? Math.random;
  const query = options.channel ? `?channel=${encodeURIComponent(options.channel)}` : '';
  const url = `${options.base ?? ''}${platformRoot}/feed${query}`;
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let closed = false;

  const hear = (event: keyof FeedEvents, text: string): void => {
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      return; // not ours; what follows may be
    }
    if (typeof data === 'object' && data !== null) options.heard({ event, data } as FeedEvent);
  };
  const connect = (): void => {
    clearTimeout(timer);
    if (closed || source) return;
    const opened = new Source(url);
    source = opened;
    opened.onopen = () => {
      failures = 0;
      options.changed?.(true);
    };
    opened.onerror = () => {
      // The browser's own way of trying again gives up on refusals and knows no growing pauses.
      opened.close();
      if (source !== opened) return;
      source = null;
      options.changed?.(false);
      failures += 1;
      timer = setTimeout(connect, pauseAfter(failures, firstPauseMs, random()));
    };
    for (const name of names) {
      opened.addEventListener(name, (event) => hear(name, (event as MessageEvent<string>).data));
    }
  };
  const online = (): void => {
    failures = 0;
    connect();
  };
  addEventListener('online', online);
  connect();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      removeEventListener('online', online);
      source?.close();
      source = null;
    },
  };
}
