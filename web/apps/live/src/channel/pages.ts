/** The pages of channels, each fetched when somebody goes there. */
import type { LoadPage } from '../shell/page';

const unavailable = () =>
  import('../shell/Unavailable').then((m) => ({ default: m.UnavailablePage }));

export const channelPages: {
  readonly directory: LoadPage;
  readonly search: LoadPage;
  readonly following: LoadPage;
  readonly channel: LoadPage<{ readonly name: string }>;
  readonly profile: LoadPage<{ readonly name: string }>;
} = {
  directory: () => import('../pages/Directory').then((m) => ({ default: m.Directory })),
  search: unavailable,
  following: unavailable,
  channel: unavailable,
  profile: unavailable,
};
