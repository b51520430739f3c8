/** Which page stands at which address, who may see it, and how its code is fetched. */
import { lazy, type ComponentType, type ReactNode } from 'react';
import { preloadPlayer } from '@rostrum/ui';
import { accountPages } from '../account/pages';
import { adminPages } from '../admin/pages';
import { channelPages } from '../channel/pages';
import { developerPages } from '../developers/pages';
import { managerPages } from '../manager/pages';
import type { PageName, Route } from '../routes';
import type { LoadPage } from './page';
import { Unavailable } from './Unavailable';

export type Access = 'all' | 'signedIn' | 'signedOut' | 'staff';

interface Entry {
  readonly access?: Access;
  readonly load: () => Promise<unknown>;
  /** Whoever follows a link there probably wants to see a picture, which waits until it is known to be on. */
  readonly hasPlayer?: boolean;
  readonly render: (route: never) => ReactNode;
  readonly isFixedInLanguage?: boolean;
}

type Of<N extends PageName> = Extract<Route, { readonly page: N }>;

function entry<N extends PageName, P extends object>(
  name: N,
  load: LoadPage<P>,
  more: {
    readonly access?: Access;
    readonly key?: (route: Of<N>) => string;
    readonly props: (route: Of<N>) => P;
    readonly isFixedInLanguage?: boolean;
    readonly hasPlayer?: boolean;
  },
): Readonly<Record<N, Entry>> {
  const Page = lazy(load) as unknown as ComponentType<P>;
  const { key, props, ...rest } = more;
  const render = (route: Of<N>) => <Page key={key?.(route) ?? name} {...props(route)} />;
  return { [name]: { ...rest, load, render } } as unknown as Readonly<Record<N, Entry>>;
}

const none = () => ({});
/** Pages that are hardly anything but a picture: its player comes beside their own code. */
const withPlayer =
  <P,>(load: LoadPage<P>): LoadPage<P> =>
  () => {
    preloadPlayer();
    return load();
  };
const watch: LoadPage<{ id: string }> = () =>
  import('../pages/Watch').then((m) => ({ default: m.Watch }));
const past: LoadPage<{ id: string }> = () =>
  import('../pages/Past').then((m) => ({ default: m.Past }));
const replay: LoadPage<{ id: string; recording: string }> = () =>
  import('../pages/Replay').then((m) => ({ default: m.Replay }));

const fixed = { isFixedInLanguage: true };
const mine = { access: 'signedIn' } as const;
const strangers = { access: 'signedOut' } as const;

export const entries: Readonly<Partial<Record<PageName, Entry>>> = {
  ...entry('directory', channelPages.directory, { props: none, ...fixed }),
  ...entry('search', channelPages.search, { props: none }),
  ...entry('following', channelPages.following, { props: none, ...mine }),
  ...entry('channel', channelPages.channel, {
    key: ({ name }) => name.toLowerCase(),
    props: ({ name }) => ({ name }),
    ...fixed,
    hasPlayer: true,
  }),
  ...entry('profile', channelPages.profile, {
    key: ({ name }) => name.toLowerCase(),
    props: ({ name }) => ({ name }),
  }),
  ...entry('manager', managerPages.manager, { props: none, ...mine, ...fixed }),
  ...entry('health', managerPages.health, { props: ({ stream }) => ({ stream }), ...mine }),
  ...entry('login', accountPages.login, { props: none, ...strangers }),
  ...entry('register', accountPages.register, { props: none, ...strangers }),
  ...entry('verify', accountPages.verify, { props: none }),
  ...entry('reset', accountPages.reset, { props: none }),
  ...entry('settings', accountPages.settings, { props: ({ tab }) => ({ tab }), ...mine }),
  ...entry('notices', accountPages.notices, { props: none, ...mine }),
  ...entry('mailbox', accountPages.mailbox, { props: none }),
  ...entry('unsubscribe', accountPages.unsubscribe, { props: none }),
  ...entry('terms', accountPages.document, { props: () => ({ which: 'terms' as const }) }),
  ...entry('privacy', accountPages.document, { props: () => ({ which: 'privacy' as const }) }),
  ...entry('developers', developerPages.developers, { props: none }),
  ...entry('admin', adminPages.admin, {
    props: ({ tab }) => ({ tab }),
    access: 'staff',
  }),
  ...entry('watch', withPlayer(watch), {
    key: ({ channel }) => channel,
    props: ({ channel }) => ({ id: channel }),
    ...fixed,
  }),
  ...entry('past', past, {
    key: ({ channel }) => channel,
    props: ({ channel }) => ({ id: channel }),
  }),
  ...entry('replay', withPlayer(replay), {
    key: ({ recording }) => recording,
    props: ({ channel, recording }) => ({ id: channel, recording }),
    ...fixed,
  }),
};

export const access = (page: PageName): Access => entries[page]?.access ?? 'all';

export function pageOf(route: Route): ReactNode {
  const found = entries[route.page];
  return found ? found.render(route as never) : <Unavailable />;
}

/** Resolves when the page's code is here, or cannot be fetched (which the page says itself). */
export const codeOf = async (route: Route): Promise<void> => {
  await entries[route.page]?.load().catch(() => undefined);
};

/** Somebody is about to go there: the code may already come. */
export function prefetch(route: Route): void {
  if (entries[route.page]?.hasPlayer) preloadPlayer();
  void codeOf(route);
}
