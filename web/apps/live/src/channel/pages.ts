/** The pages of channels, each fetched when somebody goes there. */
import type { LoadPage } from '../shell/page';

export const channelPages: {
  readonly directory: LoadPage;
  readonly search: LoadPage;
  readonly following: LoadPage;
  readonly channel: LoadPage<{ readonly name: string }>;
  readonly profile: LoadPage<{ readonly name: string }>;
} = {
  directory: () => import('./Directory').then((m) => ({ default: m.Directory })),
  search: () => import('./Search').then((m) => ({ default: m.Search })),
  following: () => import('./Following').then((m) => ({ default: m.Following })),
  channel: () => import('./Channel').then((m) => ({ default: m.Channel })),
  profile: () => import('./Profile').then((m) => ({ default: m.Profile })),
};
