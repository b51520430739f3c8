import { useState } from 'react';
import { Button, ButtonLink, language, toast } from '@rostrum/ui';
import { go, nextOf, to } from '../routes';
import { usePlatform } from '../shell/about';
import { Main } from '../shell/Main';
import { people } from '../shell/platform';
import { useSession } from '../shell/session';
import { useAccountText } from '../strings/account';
import { FacePicker, FaceStage, randomFace } from './FacePicker';
import { FinishName } from './FinishName';
import { LetterSent } from './LetterSent';
import { EmailField, NameField, PasswordField } from './fields';
import { Door, Form, FormFailure, SubmitButton } from './parts';
import { emailProblem, nameProblem, newPasswordProblem } from './problems';
import { Providers } from './Providers';
import { useForm } from './useForm';

export function Register() {
  const words = useAccountText();
  const { registration } = usePlatform();
  const [sentTo, setSentTo] = useState('');
  const next = nextOf(location.search);
  if (new URLSearchParams(location.search).get('finish') === '1') return <FinishName next={next} />;
  if (sentTo) return <LetterSent email={sentTo} onOther={() => setSentTo('')} />;
  if (!registration)
    return (
      <Door title={words.closedTitle} text={words.closedText}>
        <ButtonLink kind="primary" href={to.login(next)}>
          {words.signInDo}
        </ButtonLink>
      </Door>
    );
  return <RegisterForm next={next} onLetter={setSentTo} />;
}

function RegisterForm({
  next,
  onLetter,
}: {
  readonly next: string;
  readonly onLetter: (email: string) => void;
}) {
  const words = useAccountText();
  const about = usePlatform();
  const { adopt } = useSession();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [face, setFace] = useState(() => randomFace());
  const form = useForm({
    fields: ['name', 'email', 'password'] as const,
    check: () => ({
      name: nameProblem(name.trim(), words),
      email: emailProblem(email.trim(), words, about.allowedDomains),
      password: newPasswordProblem(password, words),
    }),
    send: async () => {
      const answer = await people.register({
        name: name.trim(),
        email: email.trim(),
        password,
        ...face,
        language: language(),
      });
      if (!answer.confirmed) return onLetter(email.trim());
      adopt(answer.account);
      toast(words.welcome(answer.account.name));
      go(next, 'replace');
    },
  });
  const domains = about.allowedDomains;
  return (
    <Main title={words.registerTitle(about.name)} className="door wide">
      <div className="register">
        <div className="register-form">
          <h1>{words.registerTitle(about.name)}</h1>
          {about.tagline && <p className="quiet">{about.tagline}</p>}
          <Form form={form}>
            <NameField
              label={words.name}
              value={name}
              {...form.input('name', setName)}
              hint={words.nameHint}
              required
              autoFocus
            />
            <EmailField
              label={words.email}
              value={email}
              {...form.input('email', setEmail)}
              hint={domains.length > 0 ? words.emailDomains(domains) : words.emailHint}
              required
            />
            <PasswordField
              label={words.password}
              name="password"
              isNew
              value={password}
              {...form.input('password', setPassword)}
            />
            <FormFailure text={form.failure} />
            <SubmitButton busy={form.busy}>{words.registerDo}</SubmitButton>
            <Consent />
          </Form>
          <Providers next={next} />
          <p className="door-else">
            {words.haveAccount} <a href={to.login(next)}>{words.signInDo}</a>
          </p>
        </div>
        <section className="register-face" aria-label={words.face}>
          <FaceStage face={face} name={name.trim()} />
          <div className="register-pick">
            <FacePicker face={face} name={name} onChange={setFace} />
            <div className="register-more">
              <p className="field-hint">{words.faceHint}</p>
              <Button small onClick={() => setFace(randomFace())}>
                {words.another}
              </Button>
            </div>
          </div>
        </section>
      </div>
    </Main>
  );
}

/** Only what the operator has written can be agreed to. */
export function Consent() {
  const words = useAccountText();
  const { hasTerms, hasPrivacy } = usePlatform();
  if (!hasTerms && !hasPrivacy) return null;
  const terms = (
    <a href={to.terms} target="_blank" rel="noopener">
      {words.terms}
    </a>
  );
  const privacy = (
    <a href={to.privacy} target="_blank" rel="noopener">
      {words.privacy}
    </a>
  );
  return (
    <p className="field-hint">
      {hasTerms && (
        <>
          {words.agree} {terms}
        </>
      )}
      {hasTerms && hasPrivacy && ' '}
      {hasPrivacy && (
        <>
          {hasTerms && words.agreeAnd} {privacy}
        </>
      )}
      {'.'}
    </p>
  );
}
