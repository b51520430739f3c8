import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { platformError, type OwnChannel } from '@rostrum/client/platform';
import { Button, TextField, toast, usePoll } from '@rostrum/ui';
import { calls } from '../channel/parts/calls';
import { guardLeaving } from '../routes';
import { refusedWords } from '../shell/refused';
import { useManagerText } from '../strings/manager';
import { changeChannel } from './calls';

/** Title and category of the broadcast, changed where they stand. */
export function AboutForm({
  channel,
  onChange,
}: {
  readonly channel: OwnChannel;
  readonly onChange: (channel: OwnChannel) => void;
}) {
  const words = useManagerText();
  const list = useId();
  const [title, setTitle] = useState(channel.title);
  const [category, setCategory] = useState(channel.category);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const categories = usePoll('categories', 600_000, (signal) => calls.categories(signal));
  const isChanged = title !== channel.title || category !== channel.category;
  const isLost = useRef(isChanged);
  isLost.current = isChanged;
  useEffect(() => guardLeaving(() => !isLost.current || window.confirm(words.leave)), [words]);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged || busy) return;
    setBusy(true);
    setErrors({});
    try {
      const changed = await changeChannel({ title: title.trim(), category: category.trim() });
      setTitle(changed.title);
      setCategory(changed.category);
      onChange(changed);
      toast(words.saved);
    } catch (cause) {
      const error = platformError(cause);
      const isField = error.field === 'title' || error.field === 'category';
      setErrors({ [isField ? error.field : 'title']: refusedWords(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="about-form" aria-label={words.about} onSubmit={(event) => void save(event)}>
      <TextField
        label={words.titleField}
        hint={words.titleHint}
        value={title}
        onChange={setTitle}
        error={errors['title']}
      />
      <TextField
        label={words.category}
        value={category}
        onChange={setCategory}
        error={errors['category']}
        list={list}
      />
      <datalist id={list}>
        {categories.value?.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {isChanged && (
        <div className="about-acts">
          <Button
            onClick={() => {
              setTitle(channel.title);
              setCategory(channel.category);
            }}
          >
            {words.undo}
          </Button>
          <Button kind="primary" type="submit" disabled={busy}>
            {busy ? words.saving : words.save}
          </Button>
        </div>
      )}
    </form>
  );
}
