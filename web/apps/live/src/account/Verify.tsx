import { useEffect, useRef, useState } from 'react';
import { platformError, type PlatformError } from '@rostrum/client/platform';
import { ButtonLink, toast } from '@rostrum/ui';
import { go, to } from '../routes';
import { people } from '../shell/platform';
import { useSession } from '../shell/session';
import { Trouble } from '../shell/Trouble';
import { useAccountText } from '../strings/account';
import { EmailField } from './fields';
import { Door, Form, FormFailure, SubmitButton } from './parts';
import { emailProblem } from './problems';
import { useForm } from './useForm';

/** The link in a letter: the address is somebody's own. */
export function Verify() {
  const words = useAccountText();
  const { account, isKnown, adopt, error: sessionError } = useSession();
  const isReady = isKnown || sessionError !== null;
  const [error, setError] = useState<PlatformError | null>(null);
  const [round, setRound] = useState(0);
  const code = new URLSearchParams(location.search).get('code') ?? '';
  const asked = useRef('');
  useEffect(() => {
    // A code works once: a page that is drawn twice does not ask twice.
    if (!isReady || code === '' || asked.current === `${code} ${round}`) return;
    asked.current = `${code} ${round}`;
    people.verify(code).then(
      ({ account }) => {
        adopt(account);
        toast(words.verified);
        go('/', 'replace');
      },
      (cause: unknown) => setError(platformError(cause)),
    );
  }, [isReady, code, round, adopt, words]);
  const mayTryAgain = error !== null && (error.status === 0 || error.status >= 500);
  if (mayTryAgain)
    return (
      <Trouble
        error={error}
        isPage
        again={() => {
          setError(null);
          setRound(round + 1);
        }}
      />
    );
  if (error?.status === 401 && !account)
    return (
      <Door title={words.verifySignInTitle} text={words.verifySignInText}>
        <ButtonLink kind="primary" href={to.login()}>
          {words.signInDo}
        </ButtonLink>
      </Door>
    );
  if (error || code === '') return <Resend />;
  return (
    <Door title={words.verifyTitle} isBusy>
      <p className="quiet" role="status">
        {words.verifyBusy}
      </p>
    </Door>
  );
}

function Resend() {
  const words = useAccountText();
  const [email, setEmail] = useState('');
  const [isSent, setSent] = useState(false);
  const form = useForm({
    fields: ['email'] as const,
    check: () => ({ email: emailProblem(email.trim(), words) }),
    send: async () => {
      await people.resend(email.trim());
      setSent(true);
    },
  });
  return (
    <Door title={words.verifyFailedTitle} text={words.verifyFailedText}>
      {isSent ? (
        <p role="status">{words.resent}</p>
      ) : (
        <Form form={form}>
          <EmailField label={words.email} value={email} {...form.input('email', setEmail)} />
          <FormFailure text={form.failure} />
          <SubmitButton busy={form.busy}>{words.resend}</SubmitButton>
        </Form>
      )}
      <p className="door-else">
        <a href="/login">{words.backToSignIn}</a>
      </p>
    </Door>
  );
}
