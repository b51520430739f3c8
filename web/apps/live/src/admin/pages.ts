/** What administrators see, fetched when one goes there. */
import type { AdminTab } from '../routes';
import type { LoadPage } from '../shell/page';

export const adminPages: { readonly admin: LoadPage<{ readonly tab: AdminTab | null }> } = {
  admin: () => import('./Admin').then((m) => ({ default: m.Admin })),
};
