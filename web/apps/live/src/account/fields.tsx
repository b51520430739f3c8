/** What people are asked for again and again, each with what a browser has to know about it. */
import { useState } from 'react';
import eye from 'lucide-static/icons/eye.svg?raw';
import eyeOff from 'lucide-static/icons/eye-off.svg?raw';
import { Drawing, TextField, type TextFieldProps } from '@rostrum/ui';
import { useAccountText } from '../strings/account';
import { lacksOf, passwordLength, strengthOf } from './problems';
import './account.css';

/** Free text that no browser corrects. */
const exact = { autoCapitalize: 'off', spellCheck: false } as const;

export function NameField(props: TextFieldProps) {
  return <TextField name="username" autoComplete="username" maxLength={20} {...exact} {...props} />;
}

export function EmailField(props: TextFieldProps) {
  return (
    <TextField
      name="email"
      type="email"
      inputMode="email"
      autoComplete="email"
      maxLength={254}
      {...exact}
      {...props}
    />
  );
}

/** Password managers keep the form's password under this name. */
export function KeptUnder({ name }: { readonly name: string }) {
  const words = useAccountText();
  return (
    <input
      type="text"
      name="username"
      autoComplete="username"
      value={name}
      aria-label={words.name}
      readOnly
      hidden
    />
  );
}

export function PasswordField({
  label,
  value,
  onChange,
  error,
  name,
  isNew,
  hint,
  autoFocus,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error?: string | undefined;
  readonly name: string;
  /** It is being chosen: what it still needs is told as one types. */
  readonly isNew?: boolean;
  readonly hint?: string;
  readonly autoFocus?: boolean;
}) {
  const words = useAccountText();
  const [shown, setShown] = useState(false);
  const lacks = isNew && value !== '' ? lacksOf(value, words) : [];
  const missing = passwordLength.least - [...value].length;
  const said = !isNew
    ? hint
    : value === ''
      ? words.passwordHint
      : lacks.length > 0
        ? words.passwordLacks(lacks)
        : missing > 0
          ? words.passwordShort(missing)
          : undefined;
  const peek = shown ? words.hidePassword : words.showPassword;
  return (
    <div className="password-field">
      <TextField
        label={label}
        name={name}
        type={shown ? 'text' : 'password'}
        value={value}
        onChange={onChange}
        error={error}
        hint={said}
        required
        maxLength={512}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        {...(autoFocus ? { autoFocus } : {})}
        end={
          <button
            type="button"
            aria-pressed={shown}
            aria-label={peek}
            title={peek}
            onClick={() => setShown(!shown)}
          >
            <Drawing svg={shown ? eyeOff : eye} size={20} />
          </button>
        }
      />
      {isNew && value !== '' && <Strength password={value} />}
    </div>
  );
}

function Strength({ password }: { readonly password: string }) {
  const words = useAccountText();
  const level = strengthOf(password, words);
  const word = words.strength[level] ?? '';
  return (
    <div className="strength">
      <span className="strength-bars" aria-hidden="true">
        {[1, 2, 3, 4].map((n) => (
          <i key={n} className={n <= Math.max(1, level) ? `lit level-${level}` : ''} />
        ))}
      </span>
      <span role="status" aria-label={words.strengthOf(word)}>
        {word}
      </span>
    </div>
  );
}
