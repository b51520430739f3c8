/** The console's addresses. Everything that can be looked at has one. */
import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'channels' }
  | { readonly page: 'channel'; readonly id: string }
  | { readonly page: 'channel-settings'; readonly id: string }
  | { readonly page: 'health'; readonly id: string; readonly stream: string | null }
  | { readonly page: 'recordings' }
  | { readonly page: 'recording-configurations' }
  | { readonly page: 'recording'; readonly id: string }
  | { readonly page: 'keys' }
  | { readonly page: 'playback-keys' }
  | { readonly page: 'policies' }
  | { readonly page: 'event-rules' }
  | { readonly page: 'events' }
  | { readonly page: 'log' }
  | { readonly page: 'nowhere' };

export const root = '/console';
const at = (...parts: readonly string[]) => [root, ...parts.map(encodeURIComponent)].join('/');

export const to = {
  overview: root,
  channels: at('channels'),
  channel: (id: string) => at('channels', id),
  channelSettings: (id: string) => at('channels', id, 'settings'),
  health: (id: string, stream?: string) =>
    stream ? at('channels', id, 'health', stream) : at('channels', id, 'health'),
  recordings: at('recordings'),
  recordingsOf: (id: string) => `${at('recordings')}?channel=${encodeURIComponent(id)}`,
  recordingConfigurations: at('recordings', 'configurations'),
  recording: (id: string) => at('recordings', id),
  keys: at('keys'),
  playbackKeys: at('keys', 'playback'),
  policies: at('rules'),
  eventRules: at('rules', 'events'),
  events: at('events'),
  log: at('log'),
};

export function routeOf(path: string): Route {
  const rest = path.replace(/\/+$/, '');
  if (rest !== root && !rest.startsWith(`${root}/`)) return { page: 'nowhere' };
  let parts: string[];
  try {
    parts = rest
      .slice(root.length + 1)
      .split('/')
      .map(decodeURIComponent);
  } catch {
    return { page: 'nowhere' };
  }
  const [first = '', second, third, fourth, ...more] = parts;
  if (more.length > 0) return { page: 'nowhere' };
  const one = (page: Route): Route => (second === undefined ? page : { page: 'nowhere' });
  const two = (page: Route): Route => (third === undefined ? page : { page: 'nowhere' });
  switch (first) {
    case '':
      return one({ page: 'overview' });
    case 'channels':
      if (!second) return one({ page: 'channels' });
      if (third === undefined) return { page: 'channel', id: second };
      if (third === 'health') return { page: 'health', id: second, stream: fourth || null };
      if (third === 'settings' && fourth === undefined)
        return { page: 'channel-settings', id: second };
      return { page: 'nowhere' };
    case 'recordings':
      if (!second) return one({ page: 'recordings' });
      if (second === 'configurations') return two({ page: 'recording-configurations' });
      return two({ page: 'recording', id: second });
    case 'keys':
      return second === 'playback' ? two({ page: 'playback-keys' }) : one({ page: 'keys' });
    case 'rules':
      return second === 'events' ? two({ page: 'event-rules' }) : one({ page: 'policies' });
    case 'events':
      return one({ page: 'events' });
    case 'log':
      return one({ page: 'log' });
    default:
      return { page: 'nowhere' };
  }
}

const moved = 'rostrum-moved';
const subscribe = (listener: () => void) => {
  addEventListener('popstate', listener);
  addEventListener(moved, listener);
  return () => {
    removeEventListener('popstate', listener);
    removeEventListener(moved, listener);
  };
};

export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  dispatchEvent(new Event(moved));
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);

/** One parameter of the address; setting it stays on the page and adds nothing to the history. */
export function useParameter(name: string): readonly [string, (value: string) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search);
  const set = (value: string) => {
    const query = new URLSearchParams(location.search);
    if (value === '') query.delete(name);
    else query.set(name, value);
    const text = query.toString();
    go(`${location.pathname}${text ? `?${text}` : ''}`, 'replace');
  };
  return [new URLSearchParams(search).get(name) ?? '', set];
}

/** Whether a click on a link stays in the console: plain left click, same origin, a page of ours. */
export function staysHere(event: MouseEvent, link: HTMLAnchorElement): boolean {
  const isPlain =
    event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (event.defaultPrevented || !isPlain || link.target !== '' || link.hasAttribute('download'))
    return false;
  if (link.origin !== location.origin || link.hash !== '') return false;
  return link.pathname === root || link.pathname.startsWith(`${root}/`);
}
