import { useState } from 'react';
import { ButtonLink } from '@rostrum/ui';
import { to, useParameter } from '../routes';
import { platform } from '../shell/platform';
import { useAccountText } from '../strings/account';
import { Door, Form, FormFailure, SubmitButton } from './parts';
import { useForm } from './useForm';

/** The link at the foot of letters. It asks first: mail programs open links by themselves. */
export function Unsubscribe() {
  const words = useAccountText();
  const [code] = useParameter('code');
  const [isDone, setDone] = useState(false);
  const form = useForm({
    fields: [] as const,
    send: async () => {
      await platform.post('/unsubscribe', { code });
      setDone(true);
    },
    place: (error) =>
      error.status >= 400 && error.status < 500 && error.status !== 429
        ? { field: '', text: words.unsubscribeFailed }
        : null,
  });
  const settings = <ButtonLink href={to.settings('notifications')}>{words.toSettings}</ButtonLink>;
  if (isDone)
    return (
      <Door title={words.unsubscribed} text={words.unsubscribedText}>
        {settings}
      </Door>
    );
  return (
    <Door
      title={words.unsubscribeTitle}
      text={code ? words.unsubscribeText : words.unsubscribeFailed}
    >
      {code ? (
        <Form form={form}>
          <FormFailure text={form.failure} />
          <SubmitButton busy={form.busy}>{words.unsubscribeDo}</SubmitButton>
        </Form>
      ) : (
        settings
      )}
    </Door>
  );
}
