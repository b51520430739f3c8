/** The pages around a person's account, each fetched when somebody goes there. */
import type { SettingsTab } from '../routes';
import type { LoadPage } from '../shell/page';

const unavailable = () =>
  import('../shell/Unavailable').then((m) => ({ default: m.UnavailablePage }));

export const accountPages: {
  readonly login: LoadPage;
  readonly register: LoadPage;
  readonly verify: LoadPage;
  readonly reset: LoadPage;
  readonly settings: LoadPage<{ readonly tab: SettingsTab }>;
  readonly notices: LoadPage;
  readonly mailbox: LoadPage;
  readonly unsubscribe: LoadPage;
  readonly document: LoadPage<{ readonly which: 'terms' | 'privacy' }>;
} = {
  login: unavailable,
  register: unavailable,
  verify: unavailable,
  reset: unavailable,
  settings: unavailable,
  notices: unavailable,
  mailbox: unavailable,
  unsubscribe: unavailable,
  document: unavailable,
};
