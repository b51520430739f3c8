import { useState } from 'react';
import { roles, type Person, type Role } from '@rostrum/client/platform';
import { Button, Dialog, SelectField, TextField, toast } from '@rostrum/ui';
import { Form, FormFailure, PasswordField, SubmitButton } from '../account/parts';
import { emailProblem, nameProblem, newPasswordProblem } from '../account/problems';
import { useForm } from '../account/useForm';
import { platform } from '../shell/platform';
import { useAccountText } from '../strings/account';
import { useAdminText } from '../strings/admin';

/** An account for somebody else, for example where nobody may join by themselves. */
export function NewPerson({
  onClose,
  onMade,
}: {
  readonly onClose: () => void;
  readonly onMade: (person: Person) => void;
}) {
  const words = useAdminText();
  const accountWords = useAccountText();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const form = useForm({
    fields: ['name', 'email', 'password'] as const,
    check: () => ({
      name: nameProblem(name.trim(), accountWords),
      email: emailProblem(email.trim(), accountWords),
      password: password === '' ? undefined : newPasswordProblem(password, accountWords),
    }),
    send: async () => {
      const { account } = await platform.post<{ account: Person }>('/admin/accounts', {
        name: name.trim(),
        email: email.trim(),
        role,
        ...(password === '' ? {} : { password }),
      });
      toast(words.made(account.name));
      onMade(account);
    },
  });
  return (
    <Dialog open onClose={onClose} title={words.makePerson} description={words.makeText}>
      <Form form={form} label={words.makePerson}>
        <TextField
          label={words.name}
          value={name}
          onChange={(value) => {
            setName(value);
            form.touched('name');
          }}
          error={form.errors.name}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={20}
        />
        <TextField
          label={words.email}
          type="email"
          inputMode="email"
          value={email}
          onChange={(value) => {
            setEmail(value);
            form.touched('email');
          }}
          error={form.errors.email}
          autoComplete="off"
          maxLength={254}
        />
        <SelectField<Role>
          label={words.role}
          value={role}
          options={roles.map((value) => ({ value, label: words.roles[value] }))}
          onChange={setRole}
        />
        <PasswordField
          label={words.passwordOptional}
          name="new-password"
          isNew
          value={password}
          onChange={(value) => {
            setPassword(value);
            form.touched('password');
          }}
          error={form.errors.password}
        />
        <FormFailure text={form.failure} />
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <SubmitButton busy={form.busy}>{words.makeDo}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
