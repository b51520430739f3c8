/** Name, address and password: each changed by itself. */
import { useState } from 'react';
import { platformError } from '@rostrum/client/platform';
import { Button, TextField, toast } from '@rostrum/ui';
import { failureWords } from '../../shell/failure';
import { people } from '../../shell/platform';
import { useMe, useSession } from '../../shell/session';
import { useAccountText } from '../../strings/account';
import { Form, FormFailure, PasswordField, SubmitButton } from '../parts';
import { emailProblem, nameProblem, newPasswordProblem, placed } from '../problems';
import { useForm } from '../useForm';
import { Section } from './Section';

export function ChangeName() {
  const words = useAccountText();
  const me = useMe();
  const { adopt } = useSession();
  const [name, setName] = useState(me.name);
  const form = useForm({
    fields: ['name'] as const,
    check: () => ({ name: nameProblem(name.trim(), words) }),
    send: async () => {
      const account = await people.rename(name.trim());
      adopt(account);
      setName(account.name);
      toast(words.renamed(account.name));
    },
  });
  return (
    <Section title={words.name} text={words.nameText}>
      <Form form={form} label={words.name}>
        <TextField
          label={words.name}
          name="username"
          value={name}
          onChange={(value) => {
            setName(value);
            form.touched('name');
          }}
          error={form.errors.name}
          hint={words.nameHint}
          autoComplete="username"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={20}
        />
        <FormFailure text={form.failure} />
        {name.trim() !== me.name && <SubmitButton busy={form.busy}>{words.save}</SubmitButton>}
      </Form>
    </Section>
  );
}

export function ChangeEmail() {
  const words = useAccountText();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const form = useForm({
    fields: ['email', 'password'] as const,
    check: () => ({
      email: emailProblem(email.trim(), words),
      password: me.hasPassword && password === '' ? words.passwordNeeded : undefined,
    }),
    send: async () => {
      await people.changeEmail(email.trim(), password);
      toast(words.emailSent(email.trim()));
      setOpen(false);
      setEmail('');
      setPassword('');
    },
  });
  return (
    <Section title={words.email} text={words.emailText}>
      {!isOpen ? (
        <div className="session-row">
          <div>{me.email}</div>
          <Button small onClick={() => setOpen(true)}>
            {words.change}
          </Button>
        </div>
      ) : (
        <Form form={form} label={words.email}>
          <TextField
            label={words.newEmail}
            name="email"
            type="email"
            inputMode="email"
            value={email}
            onChange={(value) => {
              setEmail(value);
              form.touched('email');
            }}
            error={form.errors.email}
            autoComplete="email"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={254}
            autoFocus
          />
          {me.hasPassword && (
            <PasswordField
              label={words.yourPassword}
              name="current-password"
              value={password}
              onChange={(value) => {
                setPassword(value);
                form.touched('password');
              }}
              error={form.errors.password}
            />
          )}
          <FormFailure text={form.failure} />
          <div className="setting-acts">
            <SubmitButton busy={form.busy}>{words.change}</SubmitButton>
            <Button
              kind="quiet"
              onClick={() => {
                setOpen(false);
                form.forget();
              }}
            >
              {words.cancel}
            </Button>
          </div>
        </Form>
      )}
    </Section>
  );
}

export function ChangePassword() {
  const words = useAccountText();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const form = useForm({
    fields: ['oldPassword', 'newPassword'] as const,
    check: () => ({
      oldPassword: old === '' ? words.passwordNeeded : undefined,
      newPassword:
        newPasswordProblem(fresh, words) ?? (fresh === old ? words.passwordSame : undefined),
    }),
    send: async () => {
      await people.changePassword(old, fresh);
      toast(words.passwordChanged);
      setOpen(false);
      setOld('');
      setFresh('');
    },
    place: (error) => {
      const usual = placed(error);
      return usual.field === 'password' ? { ...usual, field: 'newPassword' } : usual;
    },
  });
  const byLetter = () => {
    people.forgot(me.email).then(
      () => toast(words.resetSentText(me.email)),
      (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
    );
  };
  if (!me.hasPassword)
    return (
      <Section title={words.passwordTitle} text={words.passwordNone}>
        <Button onClick={byLetter}>{words.passwordByLetter}</Button>
      </Section>
    );
  return (
    <Section title={words.passwordTitle} text={words.passwordText}>
      {!isOpen ? (
        <Button small onClick={() => setOpen(true)}>
          {words.change}
        </Button>
      ) : (
        <Form form={form} label={words.passwordTitle}>
          {/* Password managers keep the password under this name. */}
          <input
            type="text"
            name="username"
            autoComplete="username"
            value={me.name}
            aria-label={words.name}
            readOnly
            hidden
          />
          <PasswordField
            label={words.oldPassword}
            name="current-password"
            value={old}
            onChange={(value) => {
              setOld(value);
              form.touched('oldPassword');
            }}
            error={form.errors.oldPassword}
            autoFocus
          />
          <PasswordField
            label={words.newPassword}
            name="new-password"
            isNew
            value={fresh}
            onChange={(value) => {
              setFresh(value);
              form.touched('newPassword');
            }}
            error={form.errors.newPassword}
          />
          <FormFailure text={form.failure} />
          <div className="setting-acts">
            <SubmitButton busy={form.busy}>{words.newPasswordDo}</SubmitButton>
            <Button
              kind="quiet"
              onClick={() => {
                setOpen(false);
                form.forget();
              }}
            >
              {words.cancel}
            </Button>
          </div>
        </Form>
      )}
    </Section>
  );
}
