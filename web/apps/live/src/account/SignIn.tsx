import { useEffect, useRef, useState } from 'react';
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

/** For longer nobody is kept waiting in front of a form. */
const longestPause = 30;
const pause = (seconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));

/** Also the address in letters of the demo's form (`?code=&username=`): they are confirmed on another page. */
export function SignIn() {
  const words = useAccountText();
  const { registration } = usePlatform();
  const { adopt } = useSession();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [isSent, setSent] = useState(false);
  /** Seconds until it is tried once more; 0: nothing waits. */
  const [waits, setWaits] = useState(0);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
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
      const ask = () => people.signIn(login.trim(), password);
      const { account } = await ask().catch(async (cause: unknown) => {
        const { status, type, retryAfter } = platformError(cause);
        const isCrowded = status === 503 && type === 'Busy';
        if (!isCrowded || retryAfter === 0 || retryAfter > longestPause) throw cause;
        setWaits(retryAfter);
        await pause(retryAfter);
        setWaits(0);
        // Whoever went to another page meanwhile no longer wants this.
        if (!isHere.current) throw cause;
        return ask();
      });
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
        <p role="status" className="form-waits">
          {waits > 0 && words.crowded(waits)}
        </p>
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
