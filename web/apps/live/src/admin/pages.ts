/** What administrators see, fetched when one goes there. */
import type { AdminTab } from '../routes';
import type { LoadPage } from '../shell/page';

const unavailable = () =>
  import('../shell/Unavailable').then((m) => ({ default: m.UnavailablePage }));

export const adminPages: { readonly admin: LoadPage<{ readonly tab: AdminTab | null }> } = {
  admin: unavailable,
};
