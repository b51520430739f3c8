import { useState } from 'react';
import { roles, type Person, type Role } from '@rostrum/client/platform';
import { Button, Dialog, SelectField, toast } from '@rostrum/ui';
import { EmailField, NameField, PasswordField } from '../account/fields';
import { Form, FormFailure, SubmitButton } from '../account/parts';
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
        <NameField
          label={words.name}
          value={name}
          {...form.input('name', setName)}
          name="new-name"
          autoComplete="off"
        />
        <EmailField
          label={words.email}
          value={email}
          {...form.input('email', setEmail)}
          name="new-email"
          autoComplete="off"
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
          {...form.input('password', setPassword)}
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
