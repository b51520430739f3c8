import { useState } from 'react';
import { Button, Dialog, TextField, toast } from '@rostrum/ui';
import { go } from '../../routes';
import { people } from '../../shell/platform';
import { useMe, useSession } from '../../shell/session';
import { useAccountText } from '../../strings/account';
import { PasswordField } from '../fields';
import { Form, FormFailure } from '../parts';
import { useForm } from '../useForm';
import { Section } from './Section';

export function DeleteAccount() {
  const words = useAccountText();
  const me = useMe();
  const { leave } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const isSure = name.trim().toLowerCase() === me.name.toLowerCase();
  const form = useForm({
    fields: ['password'] as const,
    check: () => ({
      password: me.hasPassword && password === '' ? words.passwordNeeded : undefined,
    }),
    send: async () => {
      if (!isSure) return;
      await people.remove(password);
      setOpen(false);
      leave();
      go('/', 'replace');
      toast(words.deleted);
    },
  });
  const close = () => {
    setOpen(false);
    setName('');
    setPassword('');
    form.forget();
  };
  return (
    <Section title={words.deleteTitle} text={words.deleteText}>
      <Button kind="danger" onClick={() => setOpen(true)}>
        {words.deleteDo}
      </Button>
      <Dialog open={isOpen} onClose={close} title={words.deleteAsk} description={words.deleteText}>
        <Form form={form} label={words.deleteAsk}>
          <TextField
            label={words.deleteName(me.name)}
            value={name}
            onChange={setName}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
          />
          {me.hasPassword && (
            <PasswordField
              label={words.yourPassword}
              name="current-password"
              value={password}
              {...form.input('password', setPassword)}
            />
          )}
          <FormFailure text={form.failure} />
          <div className="dialog-actions">
            <Button onClick={close}>{words.cancel}</Button>
            <Button type="submit" kind="danger" disabled={!isSure || form.busy}>
              {words.deleteDo}
            </Button>
          </div>
        </Form>
      </Dialog>
    </Section>
  );
}
