import { useState } from 'react';
import { CheckField, SelectField, TextField, ThemeItems, ThemeSwitch } from '@rostrum/ui';
import type { StoryGroup } from '../story';

function Text({ error, lines }: { readonly error?: string; readonly lines?: number }) {
  const [value, setValue] = useState(error ? 'ro' : '');
  return (
    <TextField
      label="Title"
      hint="What this broadcast is about"
      value={value}
      onChange={setValue}
      error={error}
      {...(lines ? { lines } : {})}
    />
  );
}

function Choice() {
  const [value, setValue] = useState('a');
  const options = [
    { value: 'a', label: 'Everybody' },
    { value: 'b', label: 'Followers only' },
  ];
  return <SelectField label="Who may write" value={value} options={options} onChange={setValue} />;
}

function Check() {
  const [checked, setChecked] = useState(true);
  return (
    <CheckField
      label="Members only"
      hint="People without an account see neither picture nor chat."
      checked={checked}
      onChange={setChecked}
    />
  );
}

const appearance = {
  label: 'Appearance',
  names: { system: 'As on this device', light: 'Light', dark: 'Dark' },
};

export const fields: StoryGroup = {
  id: 'fields',
  title: 'Fields',
  stories: [
    {
      name: 'Theme',
      show: () => <ThemeSwitch {...appearance} />,
    },
    {
      name: 'Theme in a menu',
      width: 264,
      show: () => (
        <div role="menu" aria-label="Account">
          <ThemeItems {...appearance} />
        </div>
      ),
    },
    { name: 'Text', width: 400, show: () => <Text /> },
    { name: 'Text with an error', width: 400, show: () => <Text error="At least 4 characters." /> },
    { name: 'Several lines', width: 400, show: () => <Text lines={4} /> },
    { name: 'Choice', width: 400, show: () => <Choice /> },
    { name: 'Check', width: 400, show: () => <Check /> },
  ],
};
