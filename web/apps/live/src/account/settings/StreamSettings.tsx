import { useState } from 'react';
import { platformError, type OwnChannel } from '@rostrum/client/platform';
import { Button, ButtonLink, CopyField, Dialog, SecretField, Skeleton, toast } from '@rostrum/ui';
import { to } from '../../routes';
import { failureWords } from '../../shell/failure';
import { platform } from '../../shell/platform';
import { Trouble } from '../../shell/Trouble';
import { useAsked } from '../../shell/useAsked';
import { useAccountText } from '../../strings/account';
import { Section } from './Section';
import { useOwnChannel } from './useOwnChannel';

interface Key {
  readonly streamKey: string;
}

export function StreamSettings() {
  const words = useAccountText();
  const { value, error, again } = useOwnChannel();
  if (error?.status === 403 || value?.canStream === false)
    return <p className="quiet">{words.noStream}</p>;
  if (error && !value) return <Trouble error={error} again={again} />;
  return (
    <>
      <Section title={words.streamTitle} text={words.streamText}>
        {value ? <StreamKey /> : <Skeleton width="100%" height="70px" />}
      </Section>
      <Section title={words.ingestTitle}>
        {value ? <Ingest ingest={value.ingest} /> : <Skeleton width="100%" height="140px" />}
      </Section>
      <Section title={words.obsTitle}>
        <ol className="steps">
          {words.obsSteps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <ButtonLink href={to.manager}>{words.toManager}</ButtonLink>
      </Section>
    </>
  );
}

function StreamKey() {
  const words = useAccountText();
  const [isAsking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { value, error, again, set } = useAsked('stream key', (signal) =>
    platform.get<Key>('/me/channel/key', { signal }),
  );
  const reset = async () => {
    setBusy(true);
    try {
      set(await platform.post<Key>('/me/channel/key/reset'));
      setAsking(false);
      toast(words.keyWasReset);
    } catch (cause) {
      toast(failureWords(platformError(cause)), 'problem');
    }
    setBusy(false);
  };
  if (error && !value) return <Trouble error={error} again={again} />;
  if (!value) return <Skeleton width="100%" height="70px" />;
  return (
    <>
      <SecretField label={words.streamKey} value={value.streamKey} />
      <Button small kind="danger" onClick={() => setAsking(true)}>
        {words.keyReset}
      </Button>
      <Dialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={words.keyResetTitle}
        description={words.keyResetText}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{words.cancel}</Button>
            <Button kind="danger" disabled={busy} onClick={() => void reset()}>
              {words.keyResetDo}
            </Button>
          </>
        }
      />
    </>
  );
}

function Ingest({ ingest }: { readonly ingest: OwnChannel['ingest'] }) {
  const words = useAccountText();
  const addresses = [
    ['server', ingest.server],
    ['rtmp', ingest.rtmp],
    ['rtmps', ingest.rtmps],
    ['srt', ingest.srt],
  ] as const;
  return addresses.map(
    ([name, address]) =>
      address &&
      (name === 'server' || address !== ingest.server) && (
        <CopyField key={name} label={words[name]} value={address} />
      ),
  );
}
