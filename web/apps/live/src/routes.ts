/** The addresses of this app, read from the path, and going from one to another. */
import { useSyncExternalStore } from 'react';

export const settingsTabs = ['profile', 'account', 'channel', 'stream', 'notifications'] as const;
export type SettingsTab = (typeof settingsTabs)[number];
export const adminTabs = ['people', 'channels', 'reports', 'bans', 'limits'] as const;
export type AdminTab = (typeof adminTabs)[number];

/** What moderators of the platform see of it. */
export const moderatorTabs: readonly AdminTab[] = ['reports', 'bans'];

/** Pages that are an address and nothing else. */
const plain = [
  'search',
  'following',
  'manager',
  'login',
  'register',
  'verify',
  'reset',
  'mailbox',
  'unsubscribe',
  'notices',
  'terms',
  'privacy',
  'developers',
] as const;
export type PlainPage = (typeof plain)[number];

export type Route =
  | { readonly page: 'directory' }
  | { readonly page: PlainPage }
  | { readonly page: 'channel'; readonly name: string }
  | { readonly page: 'profile'; readonly name: string }
  | { readonly page: 'health'; readonly stream: string | null }
  | { readonly page: 'settings'; readonly tab: SettingsTab }
  | { readonly page: 'admin'; readonly tab: AdminTab | null }
  | { readonly page: 'watch'; readonly channel: string }
  | { readonly page: 'past'; readonly channel: string }
  | { readonly page: 'replay'; readonly channel: string; readonly recording: string }
  | { readonly page: 'nowhere' };
export type PageName = Route['page'];

const nowhere: Route = { page: 'nowhere' };
/** Not ours, though they look like a person's name: the server, or another app, has them. */
const elsewhere = new Set(['api', 'console', 'player', 'assets', 'metrics', 'healthz', 'readyz']);
const nameForm = /^[A-Za-z0-9._]{4,20}$/;

const one = <T extends string>(among: readonly T[], word: string | undefined): T | undefined =>
  among.find((known) => known === word);

export function routeOf(path: string): Route {
  let parts: string[];
  try {
    parts = path
      .replace(/^\/+|\/+$/g, '')
      .split('/')
      .map(decodeURIComponent);
  } catch {
    return nowhere;
  }
  const [first = '', second, third, fourth, ...more] = parts;
  if (more.length > 0) return nowhere;
  if (first === 'watch') return watched(second, third, fourth);
  if (third !== undefined) return nowhere;
  switch (first) {
    case '':
    case 'index.html':
      return second === undefined ? { page: 'directory' } : nowhere;
    case 'health':
      return { page: 'health', stream: second ?? null };
    case 'settings': {
      const tab = second === undefined ? settingsTabs[0] : one(settingsTabs, second);
      return tab ? { page: 'settings', tab } : nowhere;
    }
    case 'admin': {
      const tab = one(adminTabs, second);
      return tab || second === undefined ? { page: 'admin', tab: tab ?? null } : nowhere;
    }
  }
  const page = one(plain, first);
  if (page) return second === undefined ? { page } : nowhere;
  if (!nameForm.test(first) || elsewhere.has(first.toLowerCase())) return nowhere;
  if (second === undefined) return { page: 'channel', name: first };
  return second === 'profile' ? { page: 'profile', name: first } : nowhere;
}

function watched(channel?: string, what?: string, recording?: string): Route {
  if (!channel) return nowhere;
  if (what === undefined) return { page: 'watch', channel };
  if (what === 'past' && recording === undefined) return { page: 'past', channel };
  if (what === 'replay' && /^[A-Za-z0-9]{12}$/.test(recording ?? ''))
    return { page: 'replay', channel, recording: recording as string };
  return nowhere;
}

export const to = {
  directory: '/',
  search: (words = '') => (words === '' ? '/search' : `/search?q=${encodeURIComponent(words)}`),
  following: '/following',
  channel: (name: string) => `/${encodeURIComponent(name)}`,
  profile: (name: string) => `/${encodeURIComponent(name)}/profile`,
  manager: '/manager',
  /** What was reported on one's own channel. */
  reports: '/manager?chat=reports',
  health: (stream?: string) => (stream ? `/health/${encodeURIComponent(stream)}` : '/health'),
  settings: (tab: SettingsTab = 'profile') =>
    tab === 'profile' ? '/settings' : `/settings/${tab}`,
  admin: (tab?: AdminTab) => (tab ? `/admin/${tab}` : '/admin'),
  notices: '/notices',
  mailbox: '/mailbox',
  register: '/register',
  reset: '/reset',
  terms: '/terms',
  privacy: '/privacy',
  developers: '/developers',
  /** Signing in and coming back: to this page, or another of ours. */
  login: (next = location.pathname + location.search) =>
    next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`,
};

/** Where to go after signing in: an address of this app only, whatever the link says. */
export function nextOf(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  if (!/^\/(?![/\\])/.test(next) || /[\n\r\t]/.test(next)) return '/';
  const url = new URL(next, location.origin);
  if (url.origin !== location.origin || routeOf(url.pathname).page === 'nowhere') return '/';
  return url.pathname + url.search;
}

const moved = 'rostrum-moved';
let gone = false;
/** Whether this is no longer the page that the browser opened: then focus follows the person. */
export const hasGone = (): boolean => gone;

const subscribe = (listener: () => void) => {
  addEventListener('popstate', listener);
  addEventListener(moved, listener);
  return () => {
    removeEventListener('popstate', listener);
    removeEventListener(moved, listener);
  };
};

/** Asked before a page is left; false keeps the person where they are. */
type Guard = () => boolean;
const guards = new Set<Guard>();

/** Keeps people from leaving by mistake, for example while a poll is open. Gives what takes it away. */
export function guardLeaving(guard: Guard): () => void {
  guards.add(guard);
  const unload = (event: BeforeUnloadEvent) => {
    if (!guard()) event.preventDefault();
  };
  addEventListener('beforeunload', unload);
  return () => {
    guards.delete(guard);
    removeEventListener('beforeunload', unload);
  };
}

/** The address that is shown; going back would already have changed the browser's. */
let here = location.href;
const maySomebodyLeave = (): boolean => [...guards].every((guard) => guard());

// First of all who listen: where a person has to stay, nobody hears that they wanted to go back.
addEventListener('popstate', (event) => {
  if (location.pathname !== new URL(here).pathname && !maySomebodyLeave()) {
    event.stopImmediatePropagation();
    history.pushState(null, '', here);
    return;
  }
  here = location.href;
  gone = true;
});

/** `keep` for what stays on the page: neither scrolled nor asked about. */
export function go(address: string, how: 'push' | 'replace' | 'keep' = 'push'): void {
  if (how !== 'keep' && !maySomebodyLeave()) return;
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  here = location.href;
  gone ||= how !== 'keep';
  dispatchEvent(new Event(moved));
  if (how !== 'keep') scrollTo(0, 0);
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
    go(`${location.pathname}${text ? `?${text}` : ''}`, 'keep');
  };
  return [new URLSearchParams(search).get(name) ?? '', set];
}

/** Whether a click on a link stays in this app: plain left click, same origin, a page of ours. */
export function staysHere(event: MouseEvent, link: HTMLAnchorElement): boolean {
  const isPlain =
    event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (event.defaultPrevented || !isPlain || link.target !== '') return false;
  return !link.hasAttribute('download') && isOurs(link);
}

export const isOurs = (link: HTMLAnchorElement): boolean =>
  link.origin === location.origin && link.hash === '' && routeOf(link.pathname).page !== 'nowhere';
