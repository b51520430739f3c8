import { ChannelCardSkeleton, Skeleton } from '@rostrum/ui';
import type { PageName } from '../routes';
import { useShellText } from '../strings/shell';
import { Main } from './Main';

type Shape = 'cards' | 'picture' | 'form' | 'rows';

const shapes: Readonly<Partial<Record<PageName, Shape>>> = {
  directory: 'cards',
  following: 'cards',
  search: 'cards',
  past: 'cards',
  channel: 'picture',
  watch: 'picture',
  replay: 'picture',
  manager: 'picture',
  login: 'form',
  register: 'form',
  reset: 'form',
  verify: 'form',
};

function Bones({ shape }: { readonly shape: Shape }) {
  switch (shape) {
    case 'cards':
      return (
        <div className="grid">
          {[1, 2, 3, 4, 5, 6].map((n) => (
            <ChannelCardSkeleton key={n} />
          ))}
        </div>
      );
    case 'picture':
      return <div className="loading-picture" />;
    case 'form':
      return (
        <div className="loading-form">
          <Skeleton width="60%" height="32px" />
          <Skeleton width="100%" height="44px" />
          <Skeleton width="100%" height="44px" />
          <Skeleton width="100%" height="44px" />
        </div>
      );
    case 'rows':
      return (
        <div className="loading-rows">
          <Skeleton width="220px" height="32px" />
          {[1, 2, 3, 4].map((n) => (
            <Skeleton key={n} width="100%" height="56px" />
          ))}
        </div>
      );
  }
}

/** What stands below the page waits outside of the window: it would jump when the page is longer than its outline. */
const tall = { minHeight: 'calc(100dvh - var(--bar))' };

/** The page's outline while its code is on the way. */
export function Loading({ page }: { readonly page: PageName | null }) {
  const words = useShellText();
  const shape = (page && shapes[page]) ?? 'rows';
  return (
    <Main
      title=""
      className={shape === 'picture' ? 'loading-stage' : 'page'}
      style={{ ...tall, alignContent: 'start' }}
      isBusy
    >
      <span className="visually-hidden" role="status">
        {words.loading}
      </span>
      <Bones shape={shape} />
    </Main>
  );
}
