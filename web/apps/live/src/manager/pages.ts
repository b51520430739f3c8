/** The pages of those who stream, each fetched when somebody goes there. */
import type { LoadPage } from '../shell/page';

export const managerPages: {
  readonly manager: LoadPage;
  /** `stream`: the id of a stream session; null for the newest. */
  readonly health: LoadPage<{ readonly stream: string | null }>;
} = {
  manager: () => import('./Manager').then((m) => ({ default: m.Manager })),
  health: () => import('./Health').then((m) => ({ default: m.Health })),
};
