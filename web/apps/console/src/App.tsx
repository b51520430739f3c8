import { useCallback, useEffect, useMemo, useState } from 'react';
import {
  ApiFailure,
  createSignedApi,
  forgetSession,
  storedSession,
  type Session,
  type SignedApi,
} from '@rostrum/client/api';
import { toast, Toasts } from '@rostrum/ui';
import { ConsoleContext } from './session/context';
import { SignIn } from './session/SignIn';
import { Shell } from './shell/Shell';
import { strings } from './strings';

/** Tells when the server does not know the key any more: it was deleted while somebody was signed in. */
function watched(api: SignedApi, gone: () => void): SignedApi {
  const look = (error: unknown): never => {
    if (error instanceof ApiFailure && error.kind === 'unknown-key') gone();
    throw error;
  };
  return {
    ...api,
    ivs: (name, input, signal) => api.ivs(name, input, signal).catch(look),
    rostrum: (name, input, signal) => api.rostrum(name, input, signal).catch(look),
  };
}

export function App() {
  const [session, setSession] = useState<Session | null>(null);
  const [looked, setLooked] = useState(false);
  useEffect(() => {
    let stale = false;
    void storedSession().then((found) => {
      if (stale) return;
      setSession(found);
      setLooked(true);
    });
    return () => {
      stale = true;
    };
  }, []);
  const signOut = useCallback(() => {
    setSession(null);
    void forgetSession();
  }, []);
  const value = useMemo(() => {
    if (!session) return null;
    const api = createSignedApi({ signer: session.signer, region: session.region });
    const gone = () => {
      toast(strings.keyGone, 'problem');
      signOut();
    };
    return { api: watched(api, gone), session, signOut };
  }, [session, signOut]);
  return (
    <>
      {value ? (
        <ConsoleContext value={value}>
          <Shell />
        </ConsoleContext>
      ) : (
        looked && <SignIn onSession={setSession} />
      )}
      <Toasts />
    </>
  );
}
