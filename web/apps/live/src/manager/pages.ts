/** The pages of those who stream, each fetched when somebody goes there. */
import type { LoadPage } from '../shell/page';

const unavailable = () =>
  import('../shell/Unavailable').then((m) => ({ default: m.UnavailablePage }));

export const managerPages: {
  readonly manager: LoadPage;
  /** `stream`: the id of a stream session; null for the newest. */
  readonly health: LoadPage<{ readonly stream: string | null }>;
} = { manager: unavailable, health: unavailable };
