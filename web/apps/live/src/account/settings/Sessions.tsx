import { useState } from 'react';
import { platformError, type SignedInPlace } from '@rostrum/client/platform';
import { ago, Button, exactTime, Skeleton, Tag, toast, useNow } from '@rostrum/ui';
import { go } from '../../routes';
import { failureWords } from '../../shell/failure';
import { people } from '../../shell/platform';
import { useSession } from '../../shell/session';
import { Trouble } from '../../shell/Trouble';
import { useAsked } from '../../shell/useAsked';
import { useAccountText } from '../../strings/account';
import { Section } from './Section';

/** Where one is signed in, newest first, this device at the top. */
export function Sessions() {
  const words = useAccountText();
  const { leave } = useSession();
  const now = useNow(60_000);
  const [busy, setBusy] = useState('');
  const { value, error, again, set } = useAsked('sessions', (signal) => people.sessions(signal));
  const failed = (cause: unknown) => toast(failureWords(platformError(cause)), 'problem');
  const end = async (place: SignedInPlace) => {
    setBusy(place.id);
    try {
      await people.endSession(place.id);
      set((value ?? []).filter((one) => one.id !== place.id));
      toast(words.sessionEnded);
    } catch (cause) {
      failed(cause);
    }
    setBusy('');
  };
  const endAll = async () => {
    setBusy('all');
    try {
      await people.signOutEverywhere();
      leave();
      go('/login', 'replace');
    } catch (cause) {
      failed(cause);
    }
    setBusy('');
  };
  const sorted = [...(value ?? [])].sort(
    (a, b) => Number(b.current) - Number(a.current) || b.seenAt.localeCompare(a.seenAt),
  );
  return (
    <Section title={words.sessionsTitle} text={words.sessionsText}>
      {value === null && !error && <Skeleton width="100%" height="128px" />}
      <Trouble error={value === null ? error : null} again={again} />
      {sorted.length > 0 && (
        <ul className="lines">
          {sorted.map((place) => {
            const device = place.device || words.unknownDevice;
            const seen = Date.parse(place.seenAt);
            return (
              <li key={place.id} className="session-row">
                <div>
                  <strong>
                    {device}
                    {place.current && <Tag tone="good">{words.thisOne}</Tag>}
                  </strong>
                  <span className="quiet">
                    {place.address}
                    {!place.current && !Number.isNaN(seen) && (
                      <span title={exactTime(seen)}> · {words.lastSeen(ago(seen, now))}</span>
                    )}
                  </span>
                </div>
                {!place.current && (
                  <Button
                    small
                    label={words.endSessionOf(device)}
                    disabled={busy !== ''}
                    onClick={() => void end(place)}
                  >
                    {words.endSession}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <div className="setting-acts">
        <Button kind="danger" disabled={busy !== ''} onClick={() => void endAll()}>
          {words.endAll}
        </Button>
        <p className="field-hint">{words.endAllText}</p>
      </div>
    </Section>
  );
}
