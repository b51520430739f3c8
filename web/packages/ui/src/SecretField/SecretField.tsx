import { useState, type ReactNode } from 'react';
import eye from 'lucide-static/icons/eye.svg?raw';
import eyeOff from 'lucide-static/icons/eye-off.svg?raw';
import { Drawing, Icon } from '../Icon/Icon';
import { useCopy } from '../hooks/useCopy';
import { words } from '../words';
import '../CopyField/CopyField.css';

export interface SecretFieldProps {
  readonly label: string;
  readonly value: string;
  /** Beside copying, for example making a new one. */
  readonly children?: ReactNode;
}

const mask = '•'.repeat(24);

/** A value that nobody should see over a shoulder: hidden until asked for, copied without being shown. */
export function SecretField({ label, value, children }: SecretFieldProps) {
  const [shown, setShown] = useState(false);
  const [copied, copy] = useCopy();
  const peek = shown ? words.hide(label) : words.show(label);
  return (
    <div className="copy-field">
      <span className="copy-label">{label}</span>
      <div className="copy-box">
        <code tabIndex={0} aria-label={shown ? undefined : words.hidden(label)} role="note">
          {shown ? value : mask}
        </code>
        <button
          type="button"
          onClick={() => setShown(!shown)}
          aria-pressed={shown}
          aria-label={peek}
          title={peek}
        >
          <Drawing svg={shown ? eyeOff : eye} size={20} />
        </button>
        <button
          type="button"
          onClick={() => copy(value)}
          aria-label={words.copyThat(label)}
          title={words.copy}
        >
          <Icon name={copied ? 'check' : 'copy'} />
        </button>
        {children}
      </div>
      <span className="visually-hidden" role="status">
        {copied ? words.copied : ''}
      </span>
    </div>
  );
}
