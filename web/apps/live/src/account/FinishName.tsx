import { useEffect, useState } from 'react';
import { platformError, type PlatformError } from '@rostrum/client/platform';
import { ButtonLink, Skeleton, toast } from '@rostrum/ui';
import { go, to } from '../routes';
import { people } from '../shell/platform';
import { useSession } from '../shell/session';
import { Trouble } from '../shell/Trouble';
import { useAccountText } from '../strings/account';
import { NameField } from './fields';
import { Door, Form, FormFailure, SubmitButton } from './parts';
import { nameProblem } from './problems';
import { Consent } from './Register';
import { useForm } from './useForm';

/** Somebody came by another service for the first time: only a name is missing. */
export function FinishName({ next }: { readonly next: string }) {
  const words = useAccountText();
  const { adopt } = useSession();
  const [provider, setProvider] = useState<string | null>(null);
  const [error, setError] = useState<PlatformError | null>(null);
  const [round, setRound] = useState(0);
  const [name, setName] = useState('');
  useEffect(() => {
    setError(null);
    people.pending().then(
      (pending) => {
        setProvider(pending.provider);
        setName(pending.suggestedName);
      },
      (cause: unknown) => setError(platformError(cause)),
    );
  }, [round]);
  const form = useForm({
    fields: ['name'] as const,
    check: () => ({ name: nameProblem(name.trim(), words) }),
    send: async () => {
      const { account } = await people.finish(name.trim());
      adopt(account);
      toast(words.welcome(account.name));
      go(next, 'replace');
    },
  });
  if (error && (error.status === 404 || error.status === 401 || error.status === 400))
    return (
      <Door title={words.finishGoneTitle} text={words.finishGoneText}>
        <ButtonLink kind="primary" href={to.login(next)}>
          {words.signInDo}
        </ButtonLink>
      </Door>
    );
  if (error) return <Trouble error={error} again={() => setRound(round + 1)} isPage />;
  if (provider === null)
    return (
      <Door title={words.finishTitle} isBusy>
        <Skeleton width="100%" height="44px" />
      </Door>
    );
  return (
    <Door title={words.finishTitle} text={words.finishText(provider)}>
      <Form form={form}>
        <NameField
          label={words.name}
          value={name}
          {...form.input('name', setName)}
          hint={words.nameHint}
          autoFocus
        />
        <FormFailure text={form.failure} />
        <SubmitButton busy={form.busy}>{words.finishDo}</SubmitButton>
        <Consent />
      </Form>
    </Door>
  );
}
