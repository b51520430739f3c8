import { Fragment, Suspense, useEffect } from 'react';
import { useLanguage } from '@rostrum/ui';
import { AboutProvider } from './shell/about';
import { access, entries, pageOf, prefetch } from './shell/entries';
import { FeedProvider } from './shell/feed';
import { Frame } from './shell/Frame';
import { Loading } from './shell/Loading';
import { NoticesProvider } from './shell/notices';
import { PageBoundary } from './shell/PageBoundary';
import { isStaff, SessionProvider, useSession } from './shell/session';
import { Trouble } from './shell/Trouble';
import { Unavailable } from './shell/Unavailable';
import { go, isOurs, nextOf, routeOf, staysHere, to, usePath, type Route } from './routes';

const linkOf = (event: Event): HTMLAnchorElement | undefined =>
  event.composedPath().find((e): e is HTMLAnchorElement => e instanceof HTMLAnchorElement);

/** Links of ours change the page without loading it; their code comes when somebody is about to follow one. */
function useLinks(): void {
  useEffect(() => {
    const clicked = (event: MouseEvent) => {
      const link = linkOf(event);
      if (!link || !staysHere(event, link)) return;
      event.preventDefault();
      go(link.href, link.href === location.href ? 'replace' : 'push');
    };
    const meant = (event: Event) => {
      const link = linkOf(event);
      if (link && isOurs(link)) prefetch(routeOf(link.pathname));
    };
    document.addEventListener('click', clicked);
    document.addEventListener('pointerover', meant, { passive: true });
    document.addEventListener('focusin', meant);
    return () => {
      document.removeEventListener('click', clicked);
      document.removeEventListener('pointerover', meant);
      document.removeEventListener('focusin', meant);
    };
  }, []);
}

/** Sends people on who should not be here. */
function Redirect({ address }: { readonly address: string }) {
  useEffect(() => go(address, 'replace'), [address]);
  return <Loading page={null} />;
}

function Guarded({ route }: { readonly route: Route }) {
  const { account, isKnown, error, refresh } = useSession();
  const needed = access(route.page);
  if (needed !== 'all' && !isKnown) {
    return error ? (
      <Trouble error={error} again={() => void refresh()} isPage />
    ) : (
      <Loading page={route.page} />
    );
  }
  if (needed === 'signedOut' && account) return <Redirect address={nextOf(location.search)} />;
  if ((needed === 'signedIn' || needed === 'staff') && !account)
    return <Redirect address={to.login()} />;
  if (needed === 'staff' && !isStaff(account)) return <Unavailable />;
  return pageOf(route);
}

function Pages() {
  useLinks();
  const language = useLanguage();
  const path = usePath();
  const route = routeOf(path);
  // Player and chat take their words once: a page that has them starts afresh in another language.
  const Keyed = entries[route.page]?.isFixedInLanguage ? language : '';
  return (
    <Frame route={route}>
      <PageBoundary key={path}>
        <Suspense fallback={<Loading page={route.page} />}>
          <Fragment key={Keyed}>
            <Guarded route={route} />
          </Fragment>
        </Suspense>
      </PageBoundary>
    </Frame>
  );
}

export function App() {
  return (
    <AboutProvider>
      <SessionProvider>
        <FeedProvider>
          <NoticesProvider>
            <Pages />
          </NoticesProvider>
        </FeedProvider>
      </SessionProvider>
    </AboutProvider>
  );
}
