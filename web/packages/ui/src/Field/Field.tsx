import { useId, type HTMLInputTypeAttribute, type ReactNode } from 'react';
import { Icon } from '../Icon/Icon';
import './Field.css';

interface Common {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value, in a sentence. */
  readonly error?: string | null | undefined;
}

interface Wires {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

function Frame({
  label,
  hint,
  error,
  children,
}: Common & { readonly children: (wires: Wires) => ReactNode }) {
  const id = useId();
  const said = error || hint ? `${id}-words` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': said, 'aria-invalid': error ? true : undefined })}
      {error ? (
        <p id={said} className="field-error">
          <Icon name="warning" size={16} /> <span>{error}</span>
        </p>
      ) : (
        hint && (
          <p id={said} className="field-hint">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

export interface TextFieldProps extends Common {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: HTMLInputTypeAttribute;
  readonly placeholder?: string;
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly required?: boolean;
  readonly code?: boolean;
  readonly maxLength?: number;
  readonly inputMode?: 'numeric' | 'text' | 'email';
  readonly lines?: number;
  readonly name?: string;
  readonly spellCheck?: boolean;
  readonly autoCapitalize?: 'off' | 'sentences';
  readonly list?: string;
  /** Stands at the end of the line, for example a button that shows a password. */
  readonly end?: ReactNode;
}

export function TextField(props: TextFieldProps) {
  const { label, hint, error, value, onChange, type = 'text', code, lines, end, ...rest } = props;
  return (
    <Frame label={label} hint={hint} error={error}>
      {(wires) =>
        lines ? (
          <textarea
            {...rest}
            {...wires}
            className={code ? 'input code' : 'input'}
            rows={lines}
            value={value}
            spellCheck={!code}
            onChange={(e) => onChange(e.target.value)}
          />
        ) : (
          <span className={end ? 'input-line' : undefined}>
            <input
              {...rest}
              {...wires}
              className={code ? 'input code' : 'input'}
              type={type}
              value={value}
              {...(code ? { spellCheck: false, autoCapitalize: 'off' } : {})}
              onChange={(e) => onChange(e.target.value)}
            />
            {end}
          </span>
        )
      }
    </Frame>
  );
}

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

export function SelectField<T extends string>({
  label,
  hint,
  error,
  value,
  options,
  onChange,
}: Common & {
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
}) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {(wires) => (
        <select
          {...wires}
          className="input select"
          value={value}
          onChange={(e) => onChange(e.target.value as T)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Frame>
  );
}

export function CheckField({
  label,
  hint,
  checked,
  onChange,
  disabled,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}) {
  const id = useId();
  return (
    <div className="check-field">
      <input
        type="checkbox"
        id={id}
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-words` : undefined}
        onChange={(e) => onChange(e.target.checked)}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-words`} className="field-hint">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
