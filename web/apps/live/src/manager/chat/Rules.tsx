import { useState } from 'react';
import type { ChatSettings } from '@rostrum/client/channels';
import { platformError } from '@rostrum/client/platform';
import { Button, CheckField, Notice, SelectField, Skeleton, TextField, toast } from '@rostrum/ui';
import { calls } from '../../channel/parts/calls';
import { refusedWords } from '../../shell/refused';
import { Trouble } from '../../shell/Trouble';
import { useManagerText } from '../../strings/manager';
import { useAsked } from './useAsked';

/** The choices, and what is set if it is none of them. */
function choices(
  names: Readonly<Record<number, string>>,
  value: number,
  other: (seconds: number) => string,
) {
  const known = Object.entries(names).map(([key, label]) => ({ value: Number(key), label }));
  if (!known.some((one) => one.value === value)) known.push({ value, label: other(value) });
  return known
    .sort((a, b) => a.value - b.value)
    .map(({ value: seconds, label }) => ({ value: String(seconds), label }));
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

function Form({ name, known }: { readonly name: string; readonly known: ChatSettings }) {
  const words = useManagerText();
  const [settings, setSettings] = useState(known);
  const [blocked, setBlocked] = useState(known.blockedWords.join('\n'));
  const [patterns, setPatterns] = useState(known.blockedPatterns.join('\n'));
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<ChatSettings>) => setSettings({ ...settings, ...change });
  const seconds = (
    field: 'slowMode' | 'followersOnly' | 'newAccountSeconds',
    label: string,
    names: Readonly<Record<number, string>>,
  ) => (
    <SelectField
      label={label}
      value={String(settings[field])}
      options={choices(names, settings[field], words.other_)}
      onChange={(value) => set({ [field]: Number(value) })}
    />
  );
  const save = async () => {
    setBusy(true);
    setErrors({});
    const changed = {
      ...settings,
      blockedWords: linesOf(blocked),
      blockedPatterns: linesOf(patterns),
    };
    try {
      await calls.saveChatSettings(name, changed);
      toast(words.rulesSaved);
    } catch (cause) {
      const error = platformError(cause);
      const isField = error.field.startsWith('blocked');
      setErrors({ [isField ? error.field : 'form']: refusedWords(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="rules"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="rules-pair">
        {seconds('slowMode', words.slowMode, words.slowModes)}
        {seconds('followersOnly', words.followersOnly, words.followersModes)}
        {seconds('newAccountSeconds', words.newAccounts, words.newAccountModes)}
      </div>
      <div>
        <CheckField
          label={words.noLinks}
          hint={words.noLinksHint}
          checked={settings.links === 'DENY'}
          onChange={(on) => set({ links: on ? 'DENY' : 'ALLOW' })}
        />
        <CheckField
          label={words.noRepeats}
          hint={words.noRepeatsHint}
          checked={settings.repeated}
          onChange={(repeated) => set({ repeated })}
        />
        <CheckField
          label={words.membersOnlyChat}
          hint={words.membersOnlyHint}
          checked={settings.membersOnlyChat}
          onChange={(membersOnlyChat) => set({ membersOnlyChat })}
        />
      </div>
      <TextField
        label={words.blockedWords}
        hint={words.blockedHint}
        lines={3}
        value={blocked}
        onChange={setBlocked}
        error={errors['blockedWords']}
      />
      <TextField
        label={words.blockedPatterns}
        hint={words.patternsHint}
        lines={2}
        code
        value={patterns}
        onChange={setPatterns}
        error={errors['blockedPatterns']}
      />
      <div role="alert">{errors['form'] && <Notice>{errors['form']}</Notice>}</div>
      <div className="dialog-actions">
        <Button kind="primary" type="submit" disabled={busy}>
          {busy ? words.saving : words.save}
        </Button>
      </div>
    </form>
  );
}

/** Who may write, how often, and what. */
export function Rules({ name }: { readonly name: string }) {
  const { value, error, again } = useAsked(() => calls.chatSettings(name));
  if (value) return <Form name={name} known={value} />;
  return error ? <Trouble error={error} again={again} /> : <Skeleton width="100%" height="420px" />;
}
