import { useEffect, useId, useState } from 'react';
import type { OwnChannel } from '@rostrum/client/platform';
import { CheckField, Skeleton, TextField, toast } from '@rostrum/ui';
import { platform } from '../../shell/platform';
import { Trouble } from '../../shell/Trouble';
import { useAsked } from '../../shell/useAsked';
import { useAccountText } from '../../strings/account';
import { Form, FormFailure, SubmitButton } from '../parts';
import { useForm } from '../useForm';
import { Section } from './Section';
import { useOwnChannel } from './useOwnChannel';

const most = { title: 140, category: 50, about: 2000 };

export function ChannelSettings() {
  const words = useAccountText();
  const { value, error, again, set } = useOwnChannel();
  if (error?.status === 403) return <p className="quiet">{words.noStream}</p>;
  if (error && !value) return <Trouble error={error} again={again} />;
  return (
    <Section title={words.channelTitle}>
      {value ? <Fields channel={value} onSaved={set} /> : <Skeleton width="100%" height="420px" />}
    </Section>
  );
}

function Fields({
  channel,
  onSaved,
}: {
  readonly channel: OwnChannel;
  readonly onSaved: (channel: OwnChannel) => void;
}) {
  const words = useAccountText();
  const id = useId();
  const [title, setTitle] = useState(channel.title);
  const [category, setCategory] = useState(channel.category);
  const [about, setAbout] = useState(channel.about);
  const [membersOnly, setMembersOnly] = useState(channel.membersOnly);
  const categories = useAsked('categories', (signal) =>
    platform.get<{ categories: { name: string }[] }>('/categories', { signal }),
  );
  useEffect(() => {
    setTitle(channel.title);
    setCategory(channel.category);
    setAbout(channel.about);
    setMembersOnly(channel.membersOnly);
  }, [channel]);
  const form = useForm({
    fields: ['title', 'category', 'about'] as const,
    send: async () => {
      onSaved(
        await platform.patch<OwnChannel>('/me/channel', {
          title: title.trim(),
          category: category.trim(),
          about: about.trim(),
          membersOnly,
        }),
      );
      toast(words.saved);
    },
  });
  return (
    <Form form={form}>
      <TextField
        label={words.title}
        name="title"
        value={title}
        {...form.input('title', setTitle)}
        hint={words.titleHint}
        maxLength={most.title}
        autoComplete="off"
      />
      <TextField
        label={words.category}
        name="category"
        value={category}
        {...form.input('category', setCategory)}
        hint={words.categoryHint}
        maxLength={most.category}
        autoComplete="off"
        list={`${id}-categories`}
      />
      <datalist id={`${id}-categories`}>
        {categories.value?.categories.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <TextField
        label={words.about}
        name="about"
        lines={6}
        value={about}
        {...form.input('about', setAbout)}
        hint={
          about.length > most.about * 0.8 ? words.left(most.about - about.length) : words.aboutHint
        }
        maxLength={most.about}
      />
      <CheckField
        label={words.membersOnly}
        hint={words.membersOnlyHint}
        checked={membersOnly}
        onChange={setMembersOnly}
      />
      <FormFailure text={form.failure} />
      <SubmitButton busy={form.busy}>{words.save}</SubmitButton>
    </Form>
  );
}
