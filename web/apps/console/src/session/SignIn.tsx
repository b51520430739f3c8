import { useEffect, useRef, useState, type FormEvent } from 'react';
import {
  ApiFailure,
  canStaySignedIn,
  keepSession,
  signerOf,
  signIn,
  type Session,
} from '@rostrum/client/api';
import { Button, CheckField, Icon, Logo, TextField } from '@rostrum/ui';
import { strings } from '../strings';
import './SignIn.css';

interface Problem {
  readonly where: 'id' | 'secret' | 'form';
  readonly words: string;
}

/** What went wrong, where a person can do something about it. */
export function problemOf(error: unknown, now: number): Problem {
  const words = strings.signIn;
  if (!(error instanceof ApiFailure)) return { where: 'form', words: words.broken };
  switch (error.kind) {
    case 'unknown-key':
      return { where: 'id', words: words.unknownKey };
    case 'wrong-secret':
      return { where: 'secret', words: words.wrongSecret };
    case 'clock':
      return { where: 'form', words: words.clock(new Date(now), error.serverTime) };
    case 'no-answer':
      return { where: 'form', words: navigator.onLine ? words.noAnswer : words.offline };
    case 'too-many':
      return { where: 'form', words: words.tooMany };
    default:
      return { where: 'form', words: `${words.broken} ${error.message}` };
  }
}

export function SignIn({ onSession }: { readonly onSession: (session: Session) => void }) {
  const [id, setId] = useState('');
  const [secret, setSecret] = useState('');
  const [stay, setStay] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const mayStay = canStaySignedIn();
  useEffect(() => {
    document.title = strings.pageTitle(strings.signIn.title);
  }, []);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const [accessKeyId, key] = [id.trim(), secret.trim()];
    if (accessKeyId === '') return setProblem({ where: 'id', words: strings.signIn.idMissing });
    if (key === '') return setProblem({ where: 'secret', words: strings.signIn.secretMissing });
    setBusy(true);
    setProblem(null);
    try {
      const session = await signIn(await signerOf(accessKeyId, key));
      await keepSession(session, { secret: key, stay: stay && mayStay });
      onSession(session);
    } catch (error) {
      setProblem(problemOf(error, Date.now()));
      setBusy(false);
    }
  };
  useEffect(() => {
    if (problem && problem.where !== 'form')
      form.current?.querySelector<HTMLInputElement>('[aria-invalid]')?.focus();
  }, [problem]);

  const words = strings.signIn;
  return (
    <main className="sign-in">
      <a href="/" className="home" aria-label={strings.toLive}>
        <Logo />
      </a>
      <form ref={form} className="sign-in-card" onSubmit={(e) => void submit(e)} noValidate>
        <div>
          <h1>{words.title}</h1>
          <p className="quiet">{words.text}</p>
        </div>
        <TextField
          label={words.id}
          value={id}
          onChange={setId}
          autoComplete="username"
          autoFocus
          code
          placeholder="AKIA…"
          error={problem?.where === 'id' ? problem.words : null}
        />
        <TextField
          label={words.secret}
          type="password"
          value={secret}
          onChange={setSecret}
          autoComplete="current-password"
          code
          error={problem?.where === 'secret' ? problem.words : null}
        />
        <CheckField
          label={words.stay}
          hint={mayStay ? words.stayHint : words.stayNot}
          checked={stay && mayStay}
          disabled={!mayStay}
          onChange={setStay}
        />
        <div role="alert" className="sign-in-problem">
          {problem?.where === 'form' && (
            <p>
              <Icon name="warning" size={18} /> <span>{problem.words}</span>
            </p>
          )}
        </div>
        <Button kind="primary" type="submit" disabled={busy}>
          {busy ? words.checking : words.submit}
        </Button>
        <details>
          <summary>{words.noKey}</summary>
          <p className="quiet">{words.noKeyText}</p>
          <code className="command">rostrum key create</code>
        </details>
      </form>
    </main>
  );
}
