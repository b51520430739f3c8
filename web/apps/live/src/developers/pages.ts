/** The page for those who write programs, fetched when somebody goes there. */
import type { LoadPage } from '../shell/page';

export const developerPages: { readonly developers: LoadPage } = {
  developers: () => import('./Developers').then((m) => ({ default: m.Developers })),
};
