import { useCallback, useEffect, useMemo, useState } from 'react';
import { platformError, type OwnChannel, type PlatformError } from '@rostrum/client/platform';
import { HealthRoom, type HealthPlace } from '@rostrum/ui/health';
import { to } from '../routes';
import { failureWords } from '../shell/failure';
import { Loading } from '../shell/Loading';
import { Main } from '../shell/Main';
import { Trouble } from '../shell/Trouble';
import { useManagerText } from '../strings/manager';
import { ownChannel, sourceOf } from './calls';
import './Health.css';

/** How one's own broadcasts went, and how the running one goes. */
export function Health({ stream }: { readonly stream: string | null }) {
  const words = useManagerText();
  const [own, setOwn] = useState<OwnChannel | null>(null);
  const [error, setError] = useState<PlatformError | null>(null);
  const load = useCallback(() => {
    setError(null);
    ownChannel().then(setOwn, (cause: unknown) => setError(platformError(cause)));
  }, []);
  useEffect(load, [load]);
  const arn = own?.channelArn;
  const place = useMemo<HealthPlace | null>(
    () =>
      arn === undefined
        ? null
        : {
            source: sourceOf(arn),
            hrefOf: (id) => to.health(id),
            goLive: to.manager,
            failure: failureWords,
          },
    [arn],
  );
  if (!place)
    return error ? <Trouble error={error} again={load} isPage /> : <Loading page="health" />;
  return (
    <Main title={words.healthTitle} className="page health-page">
      <h1>{words.healthTitle}</h1>
      <HealthRoom place={place} stream={stream} />
    </Main>
  );
}
