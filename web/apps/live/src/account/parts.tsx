/** What the forms around an account share. */
import { useState, type ReactNode } from 'react';
import eye from 'lucide-static/icons/eye.svg?raw';
import eyeOff from 'lucide-static/icons/eye-off.svg?raw';
import { Button, Drawing, Icon, Mark, TextField } from '@rostrum/ui';
import { Main } from '../shell/Main';
import { useAccountText } from '../strings/account';
import { lacksOf, passwordLength, strengthOf } from './problems';
import type { FormState } from './useForm';
import './account.css';

/** A page with one thing to do, in the middle. */
export function Door({
  title,
  text,
  children,
  isBusy,
  hasMark = true,
}: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children?: ReactNode;
  readonly isBusy?: boolean;
  readonly hasMark?: boolean;
}) {
  return (
    <Main title={title} className="door" {...(isBusy ? { isBusy } : {})}>
      <div className="door-box">
        {hasMark && (
          <span className="door-mark" aria-hidden="true">
            <Mark size={40} />
          </span>
        )}
        <h1>{title}</h1>
        {text && <p className="quiet">{text}</p>}
        {children}
      </div>
    </Main>
  );
}

export function Form<F extends string>({
  form,
  label,
  children,
  className = 'form',
}: {
  readonly form: FormState<F>;
  readonly label?: string;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <form
      ref={form.ref}
      className={className}
      onSubmit={form.onSubmit}
      noValidate
      aria-label={label}
      aria-busy={form.busy}
    >
      {children}
    </form>
  );
}

/** What went wrong with the form as a whole; said aloud when it appears. */
export function FormFailure({
  text,
  children,
}: {
  readonly text: string;
  readonly children?: ReactNode;
}) {
  return (
    <div role="alert" className="form-failure-place">
      {text && (
        <p className="form-failure">
          <Icon name="warning" size={18} />
          <span>
            {text}
            {children}
          </span>
        </p>
      )}
    </div>
  );
}

export function SubmitButton({
  busy,
  children,
}: {
  readonly busy: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Button type="submit" kind="primary" disabled={busy}>
      {busy && <i className="busy-ring" aria-hidden="true" />}
      {children}
    </Button>
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
