/** Who uses this page. Read once when the app starts, and again whenever the server may know better. */
import {
  createContext,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { platformError, type Me, type PlatformError } from '@rostrum/client/platform';
import { chooseLanguage } from '../strings';
import { people, platform } from './platform';

export interface Session {
  /** Whoever is signed in; null for nobody, or while that is not known yet. */
  readonly account: Me | null;
  /** The server has said who somebody is. */
  readonly isKnown: boolean;
  /** Why it is not known. */
  readonly error: PlatformError | null;
  /** Asks the server again. */
  readonly refresh: () => Promise<void>;
  /** After signing in, or when the account's own page changed it. */
  readonly adopt: (account: Me) => void;
  readonly signOut: () => Promise<void>;
  /** The server has ended the session already. */
  readonly leave: () => void;
}

const Context = createContext<Session | null>(null);

/** Tabs of one browser share the cookie: what one does, the others learn. */
const shared = 'rostrum.session';

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [account, setAccount] = useState<Me | null>(null);
  const [isKnown, setIsKnown] = useState(false);
  const [error, setError] = useState<PlatformError | null>(null);
  const signedIn = useRef(false);
  const others = useRef<BroadcastChannel | null>(null);

  const take = useCallback((me: Me | null) => {
    signedIn.current = me !== null;
    setAccount(me);
    setIsKnown(true);
    setError(null);
    if (me?.language) chooseLanguage(me.language);
  }, []);
  const refresh = useCallback(async () => {
    try {
      const session = await people.read();
      take(session.account ?? null);
    } catch (cause) {
      setError(platformError(cause));
    }
  }, [take]);
  const adopt = useCallback(
    (me: Me) => {
      const isOther = !signedIn.current;
      take(me);
      if (isOther) others.current?.postMessage('changed');
    },
    [take],
  );
  const leave = useCallback(() => {
    take(null);
    others.current?.postMessage('changed');
    // The next session of this browser has another token.
    void people.read().catch(() => undefined);
  }, [take]);
  const signOut = useCallback(async () => {
    await people.signOut();
    leave();
  }, [leave]);

  useEffect(() => {
    void refresh();
    const again = () => void refresh();
    const forget = platform.onUnauthorized(() => {
      if (signedIn.current) again();
    });
    addEventListener('online', again);
    if (typeof BroadcastChannel !== 'undefined') {
      others.current = new BroadcastChannel(shared);
      others.current.onmessage = again;
    }
    return () => {
      forget();
      removeEventListener('online', again);
      others.current?.close();
      others.current = null;
    };
  }, [refresh]);

  const session = useMemo(
    () => ({ account, isKnown, error, refresh, adopt, signOut, leave }),
    [account, isKnown, error, refresh, adopt, signOut, leave],
  );
  return <Context value={session}>{children}</Context>;
}

export function useSession(): Session {
  const session = use(Context);
  if (!session) throw new Error('useSession stands outside of SessionProvider');
  return session;
}

/** Who keeps order on the whole platform. */
export const isStaff = (account: Me | null): boolean =>
  account?.role === 'administrator' || account?.role === 'moderator';

/** The account, on pages that only signed-in people see. */
export function useMe(): Me {
  const { account } = useSession();
  if (!account) throw new Error('useMe on a page for everybody');
  return account;
}
