import { useState } from 'react';
import { Button, toast } from '@rostrum/ui';
import { go, useParameter } from '../routes';
import { people } from '../shell/platform';
import { useSession } from '../shell/session';
import { useAccountText } from '../strings/account';
import { MailboxHint } from './LetterSent';
import { EmailField, KeptUnder, PasswordField } from './fields';
import { Door, Form, FormFailure, SubmitButton } from './parts';
import { emailProblem, newPasswordProblem, placed } from './problems';
import { useForm } from './useForm';

/** Asking for the letter, and (with its code, also in the demo's form) choosing a new password. */
export function Reset() {
  const [code, setCode] = useParameter('code');
  return code ? <NewPassword code={code} onExpired={() => setCode('')} /> : <Ask />;
}

function Ask() {
  const words = useAccountText();
  const { account } = useSession();
  const [email, setEmail] = useState(account?.email ?? '');
  const [sentTo, setSentTo] = useState('');
  const form = useForm({
    fields: ['email'] as const,
    check: () => ({ email: emailProblem(email.trim(), words) }),
    send: async () => {
      await people.forgot(email.trim());
      setSentTo(email.trim());
    },
  });
  if (sentTo)
    return (
      <Door title={words.resetSentTitle} text={words.resetSentText(sentTo)}>
        <MailboxHint />
        <p className="door-else">
          <a href="/login">{words.backToSignIn}</a>
        </p>
      </Door>
    );
  return (
    <Door title={words.resetTitle} text={words.resetText}>
      <Form form={form}>
        <EmailField
          label={words.email}
          value={email}
          {...form.input('email', setEmail)}
          autoFocus
        />
        <FormFailure text={form.failure} />
        <SubmitButton busy={form.busy}>{words.resetDo}</SubmitButton>
      </Form>
      {!account && (
        <p className="door-else">
          <a href="/login">{words.backToSignIn}</a>
        </p>
      )}
    </Door>
  );
}

function NewPassword({
  code,
  onExpired,
}: {
  readonly code: string;
  readonly onExpired: () => void;
}) {
  const words = useAccountText();
  const { leave } = useSession();
  const username = new URLSearchParams(location.search).get('username') ?? '';
  const [password, setPassword] = useState('');
  const [isExpired, setExpired] = useState(false);
  const form = useForm({
    fields: ['password'] as const,
    check: () => ({ password: newPasswordProblem(password, words) }),
    send: async () => {
      await people.reset(code, password);
      leave();
      toast(words.passwordChangedSignIn);
      go('/login', 'replace');
    },
    place: (error) => {
      if (error.type === 'CodeExpired') setExpired(true);
      const usual = placed(error);
      return usual.field === 'newPassword' ? { ...usual, field: 'password' } : usual;
    },
  });
  if (isExpired)
    return (
      <Door title={words.codeExpiredTitle} text={words.codeExpiredText}>
        <Button kind="primary" onClick={onExpired}>
          {words.askAgain}
        </Button>
      </Door>
    );
  return (
    <Door title={words.newPasswordTitle} text={words.newPasswordText}>
      <Form form={form}>
        <KeptUnder name={username} />
        <PasswordField
          label={words.newPassword}
          name="password"
          isNew
          value={password}
          {...form.input('password', setPassword)}
          autoFocus
        />
        <FormFailure text={form.failure} />
        <SubmitButton busy={form.busy}>{words.newPasswordDo}</SubmitButton>
      </Form>
    </Door>
  );
}
