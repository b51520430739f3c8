import { useState } from 'react';
import type { PublicFace } from '@rostrum/client/channels';
import { PlatformError, platformError } from '@rostrum/client/platform';
import { Avatar, Button, Skeleton, TextField, toast } from '@rostrum/ui';
import { calls } from '../../channel/parts/calls';
import { refusedWords } from '../../shell/refused';
import { Trouble } from '../../shell/Trouble';
import { useManagerText } from '../../strings/manager';
import { useAsked } from './useAsked';

type Kind = 'moderators' | 'vips';

function Named({
  channel,
  kind,
  people,
  onChange,
}: {
  readonly channel: string;
  readonly kind: Kind;
  readonly people: readonly PublicFace[];
  readonly onChange: () => void;
}) {
  const words = useManagerText();
  const [name, setName] = useState('');
  const [error, setError] = useState('');
  const [title, text, nobody] =
    kind === 'moderators'
      ? [words.moderators, words.moderatorsText, words.noModerators]
      : [words.vips, words.vipsText, words.noVips];
  const appoint = async (person: string, on: boolean) => {
    setError('');
    try {
      await calls.appoint(channel, person, kind, on);
      toast(on ? words.appointed(person) : words.dismissed(person));
      if (on) setName('');
      onChange();
    } catch (cause) {
      const failure = platformError(cause);
      const isUnknown = failure instanceof PlatformError && failure.status === 404;
      const said = isUnknown ? words.noSuchPerson : refusedWords(failure);
      if (on) setError(said);
      else toast(said, 'problem');
    }
  };
  return (
    <section className="named" aria-label={title}>
      <h3>{title}</h3>
      <p className="quiet">{text}</p>
      {people.length === 0 ? (
        <p className="named-nobody">{nobody}</p>
      ) : (
        <ul className="face-list">
          {people.map((person) => (
            <li key={person.name}>
              <Avatar face={person} size={36} />
              <span>{person.name}</span>
              <Button
                small
                kind="quiet"
                label={words.takeAway(person.name)}
                onClick={() => void appoint(person.name, false)}
              >
                {words.remove}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form
        className="name-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) void appoint(name.trim(), true);
        }}
      >
        <TextField label={words.addPerson} value={name} onChange={setName} error={error} />
        <Button type="submit">{words.add}</Button>
      </form>
    </section>
  );
}

/** Those whom the owner trusts. */
export function People({ name }: { readonly name: string }) {
  const { value, error, again } = useAsked(() => calls.people(name));
  if (!value && error) return <Trouble error={error} again={again} />;
  if (!value) return <Skeleton width="100%" height="320px" />;
  return (
    <div className="named-lists">
      <Named channel={name} kind="moderators" people={value.moderators} onChange={again} />
      <Named channel={name} kind="vips" people={value.vips} onChange={again} />
    </div>
  );
}
