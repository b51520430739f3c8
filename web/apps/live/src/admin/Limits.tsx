import { useState } from 'react';
import { CheckField, Skeleton, TextField, toast } from '@rostrum/ui';
import { Form, FormFailure, SubmitButton } from '../account/parts';
import { Section } from '../account/settings/Section';
import { useForm } from '../account/useForm';
import { platform } from '../shell/platform';
import { Trouble } from '../shell/Trouble';
import { useAsked } from '../shell/useAsked';
import { useAdminText } from '../strings/admin';

interface PlatformLimits {
  readonly registration: boolean;
  readonly everyoneStreams: boolean;
  readonly maxLive: number;
}

export function Limits() {
  const words = useAdminText();
  const { value, error, again, set } = useAsked('limits', (signal) =>
    platform.get<PlatformLimits>('/admin/limits', { signal }),
  );
  if (error && !value) return <Trouble error={error} again={again} />;
  return (
    <Section title={words.tabs.limits} text={words.limitsText}>
      {value ? <Fields limits={value} onSaved={set} /> : <Skeleton width="100%" height="320px" />}
    </Section>
  );
}

const isCount = (text: string): boolean => /^\d{1,9}$/.test(text.trim());

function Fields({
  limits,
  onSaved,
}: {
  readonly limits: PlatformLimits;
  readonly onSaved: (limits: PlatformLimits) => void;
}) {
  const words = useAdminText();
  const [registration, setRegistration] = useState(limits.registration);
  const [everyoneStreams, setEveryoneStreams] = useState(limits.everyoneStreams);
  const [maxLive, setMaxLive] = useState(String(limits.maxLive));
  const form = useForm({
    fields: ['maxLive'] as const,
    check: () => ({
      maxLive: isCount(maxLive) ? undefined : words.notNumber,
    }),
    send: async () => {
      onSaved(
        await platform.put<PlatformLimits>('/admin/limits', {
          registration,
          everyoneStreams,
          maxLive: Number(maxLive),
        }),
      );
      toast(words.saved);
    },
  });
  return (
    <Form form={form}>
      <CheckField
        label={words.registration}
        hint={words.registrationHint}
        checked={registration}
        onChange={setRegistration}
      />
      <CheckField
        label={words.everyoneStreams}
        hint={words.everyoneStreamsHint}
        checked={everyoneStreams}
        onChange={setEveryoneStreams}
      />
      <TextField
        label={words.maxLive}
        hint={words.maxLiveHint}
        inputMode="numeric"
        value={maxLive}
        {...form.input('maxLive', setMaxLive)}
        maxLength={9}
      />
      <FormFailure text={form.failure} />
      <SubmitButton busy={form.busy}>{words.save}</SubmitButton>
    </Form>
  );
}
