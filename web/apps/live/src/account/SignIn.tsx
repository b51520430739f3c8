import { useEffect, useState } from 'react';
import { platformError } from '@rostrum/client/platform';
import { Button, TextField, toast } from '@rostrum/ui';
import { go, nextOf, to } from '../routes';
import { usePlatform } from '../shell/about';
import { failureWords } from '../shell/failure';
import { people } from '../shell/platform';
import { useSession } from '../shell/session';
import { useAccountText } from '../strings/account';
import { PasswordField } from './fields';
import { Door, Form, FormFailure, SubmitButton } from './parts';
import { Providers } from './Providers';
import { useForm } from './useForm';

/** Also the address in letters of the demo's form (`?code=&username=`): they are confirmed on another page. */
export function SignIn() {
  const words = useAccountText();
  const { registration } = usePlatform();
  const { adopt } = useSession();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [isSent, setSent] = useState(false);
  const next = nextOf(location.search);
  const code = new URLSearchParams(location.search).get('code');
  useEffect(() => {
    if (code) go(`/verify?code=${encodeURIComponent(code)}`, 'replace');
  }, [code]);
  const form = useForm({
    fields: ['login', 'password'] as const,
    check: () => ({
      login: login.trim() === '' ? words.loginNeeded : undefined,
      password: password === '' ? words.passwordNeeded : undefined,
    }),
    send: async () => {
      const { account } = await people.signIn(login.trim(), password);
      // The page itself goes on to where the person wanted to be.
      adopt(account);
      toast(words.welcomeBack(account.name));
    },
  });
  const resend = () => {
    people.resend(login.trim()).then(
      () => setSent(true),
      (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
    );
  };
  const isUnverified = form.refusal?.type === 'Unverified' && form.failure !== '';
  return (
    <Door title={words.signInTitle}>
      <Form form={form}>
        <TextField
          label={words.login}
          name="username"
          value={login}
          {...form.input('login', setLogin)}
          autoComplete="username"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={254}
          required
          autoFocus
        />
        <PasswordField
          label={words.password}
          name="password"
          value={password}
          {...form.input('password', setPassword)}
        />
        <a className="form-link" href={to.reset}>
          {words.forgot}
        </a>
        <FormFailure text={form.failure} />
        {isUnverified && login.includes('@') && (
          <div role="status">
            {isSent ? <p>{words.resent}</p> : <Button onClick={resend}>{words.resend}</Button>}
          </div>
        )}
        <SubmitButton busy={form.busy}>{words.signInDo}</SubmitButton>
      </Form>
      <Providers next={next} />
      {registration && (
        <p className="door-else">
          {words.newHere}{' '}
          <a href={next === '/' ? to.register : `${to.register}?next=${encodeURIComponent(next)}`}>
            {words.join}
          </a>
        </p>
      )}
    </Door>
  );
}
