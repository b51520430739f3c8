import { lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import {
  Avatar,
  ButtonLink,
  Drawing,
  Icon,
  Mark,
  ThemeItems,
  ThemeSwitch,
  toast,
  Toasts,
} from '@rostrum/ui';
import { go, to, type PageName, type Route } from '../routes';
import { useShellText } from '../strings/shell';
import { usePlatform } from './about';
import { failureWords } from './failure';
import { icons } from './icons';
import { Menu } from './Menu';
import { useNotices } from './notices';
import { platformError } from '@rostrum/client/platform';
import { SearchBox } from './SearchBox';
import { isStaff, useSession } from './session';
import { useKeys } from './useKeys';
import './Frame.css';

const Shortcuts = lazy(() => import('./Shortcuts').then((m) => ({ default: m.Shortcuts })));

function Brand() {
  const words = useShellText();
  const { name, logo } = usePlatform();
  return (
    <a className="brand" href={to.directory} aria-label={words.home(name)}>
      {logo ? <img src={logo} alt="" height={28} /> : <Mark size={26} />}
      <span className="brand-name">{name}</span>
    </a>
  );
}

function Bell({ here }: { readonly here: boolean }) {
  const words = useShellText();
  const { unseen } = useNotices();
  const label = unseen > 0 ? words.noticesUnseen(unseen) : words.notices;
  return (
    <a
      className="bar-tool"
      href={to.notices}
      aria-label={label}
      title={label}
      aria-current={here ? 'page' : undefined}
    >
      <Drawing svg={icons.bell} size={22} />
      {unseen > 0 && (
        <span className="bar-count" aria-hidden="true">
          {unseen > 9 ? '9+' : unseen}
        </span>
      )}
    </a>
  );
}

function Place({
  href,
  icon,
  children,
  onClick,
}: {
  readonly href?: string;
  readonly icon: keyof typeof icons;
  readonly children: ReactNode;
  readonly onClick?: () => void;
}) {
  const inside = (
    <>
      <Drawing svg={icons[icon]} size={20} />
      <span>{children}</span>
    </>
  );
  return href ? (
    <a role="menuitem" className="menu-place" href={href}>
      {inside}
    </a>
  ) : (
    <button role="menuitem" type="button" className="menu-place" onClick={onClick}>
      {inside}
    </button>
  );
}

function AccountMenu() {
  const words = useShellText();
  const { account, signOut } = useSession();
  const { developmentMailbox } = usePlatform();
  if (!account) return null;
  const out = () => {
    signOut().then(
      () => {
        toast(words.signedOut);
        go(to.directory);
      },
      (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
    );
  };
  const isAdministrator = account.role === 'administrator';
  return (
    <Menu
      label={words.menuOf(account.name)}
      className="bar-face"
      trigger={<Avatar face={account} size={36} />}
    >
      <p className="menu-who" role="none">
        <Avatar face={account} size={44} />
        <span>
          <strong>{account.name}</strong>
          <span className="quiet">{account.email}</span>
        </span>
      </p>
      <Place href={to.channel(account.name)} icon="user">
        {words.myChannel}
      </Place>
      <Place href={to.manager} icon="broadcast">
        {words.managerLong}
      </Place>
      <Place href={to.health()} icon="pulse">
        {words.health}
      </Place>
      <Place href={to.following} icon="heart">
        {words.following}
      </Place>
      <span className="menu-line" role="separator" />
      <Place href={to.settings()} icon="settings">
        {words.settings}
      </Place>
      {isStaff(account) && (
        <Place href={to.admin()} icon="shield">
          {words.admin}
        </Place>
      )}
      {isAdministrator && developmentMailbox && (
        <Place href={to.mailbox} icon="mail">
          {words.mailbox}
        </Place>
      )}
      <span className="menu-line" role="separator" />
      <ThemeItems label={words.appearance} names={words.themes} />
      <Place icon="logOut" onClick={out}>
        {words.signOut}
      </Place>
    </Menu>
  );
}

function Who({ page }: { readonly page: PageName }) {
  const words = useShellText();
  const { account, isKnown } = useSession();
  const { registration } = usePlatform();
  if (!isKnown) return <span className="bar-unknown" aria-hidden="true" />;
  if (account)
    return (
      <>
        <ButtonLink small href={to.manager}>
          <Drawing svg={icons.broadcast} size={18} /> <span>{words.manager}</span>
        </ButtonLink>
        <Bell here={page === 'notices'} />
        <AccountMenu />
      </>
    );
  const isComing = page === 'login' || page === 'register' || page === 'reset' || page === 'verify';
  return (
    <>
      <ButtonLink small kind="quiet" href={isComing ? '/login' : to.login()}>
        {words.signIn}
      </ButtonLink>
      {registration && (
        <ButtonLink
          small
          kind={page === 'register' ? 'plain' : 'primary'}
          href={registerFrom(page)}
        >
          {words.register}
        </ButtonLink>
      )}
    </>
  );
}

/** Whoever joins comes back to the page where they decided to. */
function registerFrom(page: PageName): string {
  const isPlain = page === 'directory' || page === 'login' || page === 'register';
  const next = location.pathname + location.search;
  return isPlain ? to.register : `${to.register}?next=${encodeURIComponent(next)}`;
}

function Dock({ page }: { readonly page: PageName }) {
  const words = useShellText();
  const { account, isKnown } = useSession();
  const { unseen } = useNotices();
  const place = (href: string, icon: keyof typeof icons, label: string, pages: PageName[]) => (
    <a href={href} aria-current={pages.includes(page) ? 'page' : undefined}>
      <Drawing svg={icons[icon]} size={22} />
      <span>{label}</span>
    </a>
  );
  return (
    <nav className="dock" aria-label={words.places}>
      {place(to.directory, 'home', words.watch, ['directory'])}
      {place(to.search(), 'search', words.search, ['search'])}
      {account && place(to.following, 'heart', words.following, ['following'])}
      {account && (
        <a href={to.notices} aria-current={page === 'notices' ? 'page' : undefined}>
          <Drawing svg={icons.bell} size={22} />
          {unseen > 0 && (
            <span className="bar-count" aria-hidden="true">
              {unseen > 9 ? '9+' : unseen}
            </span>
          )}
          <span>{words.noticesShort}</span>
          {unseen > 0 && <span className="visually-hidden">{words.unseenShort(unseen)}</span>}
        </a>
      )}
      {account && place(to.manager, 'broadcast', words.manager, ['manager', 'health'])}
      {!account && isKnown && place(to.login(), 'user', words.signIn, ['login', 'register'])}
    </nav>
  );
}

function Offline() {
  const words = useShellText();
  const [isOff, setOff] = useState(navigator.onLine === false);
  useEffect(() => {
    const look = () => setOff(navigator.onLine === false);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return (
    <div role="status" className={isOff ? 'offline-line' : undefined}>
      {isOff && (
        <>
          <Icon name="offline" size={18} /> {words.offline}
        </>
      )}
    </div>
  );
}

function Foot() {
  const words = useShellText();
  const { name, tagline, hasTerms, hasPrivacy } = usePlatform();
  return (
    <footer className="foot" aria-label={words.foot}>
      <span>{tagline || name}</span>
      {hasTerms && <a href={to.terms}>{words.terms}</a>}
      {hasPrivacy && <a href={to.privacy}>{words.privacy}</a>}
      <ThemeSwitch label={words.appearance} names={words.themes} />
    </footer>
  );
}

/** The bar, the page, and what belongs to every page. */
export function Frame({
  route,
  children,
}: {
  readonly route: Route;
  readonly children: ReactNode;
}) {
  const words = useShellText();
  const [help, setHelp] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const showHelp = useCallback(() => setHelp(true), []);
  const search = useCallback(() => {
    // On a phone the field of the search page serves.
    if (field.current?.offsetParent === null) go(to.search());
    else field.current?.select();
  }, []);
  useKeys(showHelp, search);
  return (
    <>
      <a
        className="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        {words.skip}
      </a>
      <header className="top">
        <Brand />
        <SearchBox field={field} />
        <div className="bar-end">
          <Who page={route.page} />
        </div>
      </header>
      <Offline />
      {children}
      <Foot />
      <Dock page={route.page} />
      {help && (
        <Suspense fallback={null}>
          <Shortcuts onClose={() => setHelp(false)} />
        </Suspense>
      )}
      <Toasts />
    </>
  );
}
