import { useEffect, useId, useState } from 'react';
import { createChannelPages, type NoticeSettings } from '@rostrum/client/channels';
import { platformError } from '@rostrum/client/platform';
import { CheckField, Skeleton, toast } from '@rostrum/ui';
import { usePlatform } from '../../shell/about';
import { failureWords } from '../../shell/failure';
import { platform } from '../../shell/platform';
import { Trouble } from '../../shell/Trouble';
import { useAsked } from '../../shell/useAsked';
import { useAccountText } from '../../strings/account';
import { canPush, hasPush, turnOffPush, turnOnPush } from './push';
import { Section } from './Section';

const calls = createChannelPages(platform);
const digests = ['off', 'instant', 'daily'] as const;

/** Each choice counts at once. */
export function NotificationSettings() {
  const words = useAccountText();
  const { value, error, again, set } = useAsked('notifications', () => calls.noticeSettings());
  if (error && !value) return <Trouble error={error} again={again} />;
  const save = async (change: Partial<NoticeSettings>) => {
    if (!value) return;
    const next = { ...value, ...change };
    set(next); // shown at once; taken back if it does not work
    try {
      await calls.saveNoticeSettings(next);
    } catch (cause) {
      set(value);
      toast(failureWords(platformError(cause)), 'problem');
    }
  };
  return (
    <Section title={words.noticesHead}>
      {value ? (
        <>
          <CheckField
            label={words.byPage}
            hint={words.byPageHint}
            checked={value.page}
            onChange={(page) => void save({ page })}
          />
          <Push isOn={value.push} save={(push) => save({ push })} />
          <Digest value={value.digest} onChange={(digest) => void save({ digest })} />
        </>
      ) : (
        <Skeleton width="100%" height="200px" />
      )}
    </Section>
  );
}

function Push({
  isOn,
  save,
}: {
  readonly isOn: boolean;
  readonly save: (on: boolean) => Promise<void>;
}) {
  const words = useAccountText();
  const { webPush } = usePlatform();
  const [isHere, setHere] = useState(false);
  const [isDenied, setDenied] = useState(() => canPush() && Notification.permission === 'denied');
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    hasPush().then(setHere, () => setHere(false));
  }, []);
  const change = async (on: boolean) => {
    setBusy(true);
    try {
      if (on) {
        const answer = await turnOnPush();
        setDenied(answer === 'denied');
        if (answer === 'on') {
          setHere(true);
          await save(true);
        }
      } else {
        await turnOffPush();
        setHere(false);
        await save(false);
      }
    } catch (cause) {
      toast(failureWords(platformError(cause)), 'problem');
    }
    setBusy(false);
  };
  const hint = !webPush
    ? words.pushOff
    : !canPush()
      ? words.pushUnsupported
      : isDenied
        ? words.pushDenied
        : words.byPushHint;
  return (
    <CheckField
      label={words.byPush}
      hint={hint}
      checked={isOn && isHere}
      disabled={busy || !webPush || !canPush() || isDenied}
      onChange={(on) => void change(on)}
    />
  );
}

function Digest({
  value,
  onChange,
}: {
  readonly value: NoticeSettings['digest'];
  readonly onChange: (value: NoticeSettings['digest']) => void;
}) {
  const words = useAccountText();
  const id = useId();
  return (
    <fieldset className="radio-line">
      <legend>{words.byMail}</legend>
      <div>
        {digests.map((digest) => (
          <label key={digest}>
            <input
              type="radio"
              name={id}
              checked={value === digest}
              onChange={() => onChange(digest)}
            />
            {words.digests[digest]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
