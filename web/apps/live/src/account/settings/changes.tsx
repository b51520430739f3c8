/** Name, address and password: each changed by itself. */
import { useState } from 'react';
import { platformError } from '@rostrum/client/platform';
import { Button, toast } from '@rostrum/ui';
import { failureWords } from '../../shell/failure';
import { people } from '../../shell/platform';
import { useMe, useSession } from '../../shell/session';
import { useAccountText } from '../../strings/account';
import { EmailField, KeptUnder, NameField, PasswordField } from '../fields';
import { Form, FormFailure, SubmitButton } from '../parts';
import { emailProblem, nameProblem, newPasswordProblem, placed } from '../problems';
import { useForm, type FormState } from '../useForm';
import { Section } from './Section';

/** The end of a form that was opened: what it does, or not at all. */
function Acts<F extends string>({
  form,
  label,
  onClose,
}: {
  readonly form: FormState<F>;
  readonly label: string;
  readonly onClose: () => void;
}) {
  const { cancel } = useAccountText();
  return (
    <>
      <FormFailure text={form.failure} />
      <div className="setting-acts">
        <SubmitButton busy={form.busy}>{label}</SubmitButton>
        <Button
          kind="quiet"
          onClick={() => {
            onClose();
            form.forget();
          }}
        >
          {cancel}
        </Button>
      </div>
    </>
  );
}

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
        <NameField
          label={words.name}
          value={name}
          {...form.input('name', setName)}
          hint={words.nameHint}
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
          <EmailField
            label={words.newEmail}
            value={email}
            {...form.input('email', setEmail)}
            autoFocus
          />
          {me.hasPassword && (
            <PasswordField
              label={words.yourPassword}
              name="current-password"
              value={password}
              {...form.input('password', setPassword)}
            />
          )}
          <Acts form={form} label={words.change} onClose={() => setOpen(false)} />
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
          <KeptUnder name={me.name} />
          <PasswordField
            label={words.oldPassword}
            name="current-password"
            value={old}
            {...form.input('oldPassword', setOld)}
            autoFocus
          />
          <PasswordField
            label={words.newPassword}
            name="new-password"
            isNew
            value={fresh}
            {...form.input('newPassword', setFresh)}
          />
          <Acts form={form} label={words.newPasswordDo} onClose={() => setOpen(false)} />
        </Form>
      )}
    </Section>
  );
}
