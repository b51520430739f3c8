import { useState } from 'react';
import { platformError } from '@rostrum/client/platform';
import { Button, ButtonLink, toast } from '@rostrum/ui';
import { to } from '../routes';
import { usePlatform } from '../shell/about';
import { failureWords } from '../shell/failure';
import { people } from '../shell/platform';
import { useAccountText } from '../strings/account';
import { Door } from './parts';

/** The account waits for its letter to be answered. */
export function LetterSent({
  email,
  onOther,
}: {
  readonly email: string;
  readonly onOther: () => void;
}) {
  const words = useAccountText();
  const [busy, setBusy] = useState(false);
  const again = () => {
    setBusy(true);
    people
      .resend(email)
      .then(
        () => toast(words.resent),
        (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
      )
      .finally(() => setBusy(false));
  };
  return (
    <Door title={words.letterTitle} text={words.letterText(email)}>
      <p className="quiet">{words.letterNone}</p>
      <MailboxHint />
      <div className="door-acts">
        <Button onClick={again} disabled={busy}>
          {words.resend}
        </Button>
        <Button kind="quiet" onClick={onOther}>
          {words.otherAddress}
        </Button>
      </div>
    </Door>
  );
}

/** Without a mail server, letters can be read where they stand. */
export function MailboxHint() {
  const words = useAccountText();
  const { developmentMailbox } = usePlatform();
  if (!developmentMailbox) return null;
  return (
    <div className="door-note">
      <p>{words.mailboxHint}</p>
      <ButtonLink small href={to.mailbox}>
        {words.mailboxDo}
      </ButtonLink>
    </div>
  );
}
