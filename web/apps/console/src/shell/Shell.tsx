import { Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { Button, Dialog, Logo, Skeleton, Tag, ThemeSwitch } from '@rostrum/ui';
import { PageBoundary } from './PageBoundary';
import { places, type Place } from './navigation';
import { Page } from './pages';
import { useKeys } from './useKeys';
import { Symbol } from '../parts/bits';
import { go, routeOf, staysHere, to, usePath } from '../routes';
import { useConsole } from '../session/context';
import { strings } from '../strings';
import './Shell.css';

const words = strings.nav;

function useLinks(): void {
  useEffect(() => {
    const clicked = (event: MouseEvent) => {
      const link = event
        .composedPath()
        .find((e): e is HTMLAnchorElement => e instanceof HTMLAnchorElement);
      if (!link || !staysHere(event, link)) return;
      event.preventDefault();
      if (link.href !== location.href) go(link.href);
      scrollTo(0, 0);
    };
    document.addEventListener('click', clicked);
    return () => document.removeEventListener('click', clicked);
  }, []);
}

function PlaceLink({ place, here }: { readonly place: Place; readonly here: boolean }) {
  return (
    <a className="place" href={place.href} aria-current={here ? 'page' : undefined}>
      <Symbol name={place.icon} size={20} />
      <span>{place.label}</span>
    </a>
  );
}

function Account() {
  const { session, signOut } = useConsole();
  return (
    <div className="account">
      <p className="account-key">
        <span className="quiet">{words.account}</span>
        <span className="account-name">{session.keyName || session.signer.accessKeyId}</span>
        {session.access === 'READ_ONLY' && (
          <Tag title={strings.readOnlyReason}>{words.readOnly}</Tag>
        )}
      </p>
      <Button kind="quiet" small onClick={signOut}>
        <Symbol name="logOut" /> {words.signOut}
      </Button>
    </div>
  );
}

function Shortcuts({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title={strings.shortcuts.title}>
      <dl className="shortcuts">
        {strings.shortcuts.rows.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys
                .split(' ')
                .map((part) =>
                  part === 'then' ? <span key={part}> {part} </span> : <kbd key={part}>{part}</kbd>,
                )}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

const waiting: ReactNode = (
  <div className="page-waiting" aria-busy="true">
    <Skeleton width="200px" height="40px" />
    <Skeleton width="100%" height="240px" />
  </div>
);

export function Shell() {
  useLinks();
  const path = usePath();
  const route = routeOf(path);
  const [more, setMore] = useState(false);
  const [help, setHelp] = useState(false);
  const showHelp = useCallback(() => setHelp(true), []);
  useKeys(showHelp);
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useEffect(() => {
    setMore(false);
    // Who reads by ear or key goes on at the new page, not where the link was.
    if (before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
  const isHere = (place: Place) => place.pages.includes(route.page);
  const others = places.filter((place) => !place.first);
  return (
    <div className="shell">
      <a
        className="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {strings.skip}
      </a>
      <header className="side">
        <a href={to.overview} className="home" aria-label={strings.home}>
          <Logo />
        </a>
        <nav className="side-places" aria-label={words.label}>
          {places.map((place) => (
            <PlaceLink key={place.key} place={place} here={isHere(place)} />
          ))}
        </nav>
        <div className="side-foot">
          <a className="place" href="/">
            <Symbol name="tv" size={20} />
            <span>{words.live}</span>
          </a>
          <Account />
          <ThemeSwitch label={words.appearance} names={words.themes} />
        </div>
      </header>
      <main id="content" ref={main} tabIndex={-1}>
        <PageBoundary key={path}>
          <Suspense fallback={waiting}>
            <Page route={route} />
          </Suspense>
        </PageBoundary>
      </main>
      <nav className="foot-places" aria-label={words.label}>
        {places
          .filter((place) => place.first)
          .map((place) => (
            <PlaceLink key={place.key} place={place} here={isHere(place)} />
          ))}
        <button
          type="button"
          className="place"
          aria-haspopup="dialog"
          aria-expanded={more}
          aria-current={others.some(isHere) ? 'page' : undefined}
          onClick={() => setMore(true)}
        >
          <Symbol name="menu" size={20} />
          <span>{words.more}</span>
        </button>
      </nav>
      <Dialog open={more} onClose={() => setMore(false)} title={words.more}>
        <nav className="more-places" aria-label={words.more}>
          {others.map((place) => (
            <PlaceLink key={place.key} place={place} here={isHere(place)} />
          ))}
          <a className="place" href="/">
            <Symbol name="tv" size={20} />
            <span>{words.live}</span>
          </a>
        </nav>
        <Account />
        <ThemeSwitch label={words.appearance} names={words.themes} />
      </Dialog>
      <Shortcuts open={help} onClose={() => setHelp(false)} />
    </div>
  );
}
