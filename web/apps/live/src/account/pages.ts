/** The pages around a person's account, each fetched when somebody goes there. */
import type { SettingsTab } from '../routes';
import type { LoadPage } from '../shell/page';

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
  login: () => import('./SignIn').then((m) => ({ default: m.SignIn })),
  register: () => import('./Register').then((m) => ({ default: m.Register })),
  verify: () => import('./Verify').then((m) => ({ default: m.Verify })),
  reset: () => import('./Reset').then((m) => ({ default: m.Reset })),
  settings: () => import('./settings/Settings').then((m) => ({ default: m.Settings })),
  notices: () => import('./Notices').then((m) => ({ default: m.Notices })),
  mailbox: () => import('./Mailbox').then((m) => ({ default: m.Mailbox })),
  unsubscribe: () => import('./Unsubscribe').then((m) => ({ default: m.Unsubscribe })),
  document: () => import('./Document').then((m) => ({ default: m.Document })),
};
