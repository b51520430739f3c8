import { Icon } from '../Icon/Icon';
import { useCopy } from '../hooks/useCopy';
import { words } from '../words';
import './CopyField.css';

export interface CopyFieldProps {
  readonly label: string;
  readonly value: string;
  /** Parts of the value a person has to replace. */
  readonly blank?: string;
  /** Shown in full over several lines. */
  readonly wrap?: boolean;
}

/** One value to take elsewhere: label, value, copy. */
export function CopyField({ label, value, blank, wrap }: CopyFieldProps) {
  const [copied, copy] = useCopy();
  const [before, after] = blank ? value.split(blank, 2) : [value];
  return (
    <div className="copy-field">
      <span className="copy-label">{label}</span>
      <div className="copy-box">
        <code tabIndex={0} className={wrap ? 'wrap' : ''}>
          {before}
          {blank && <mark>{blank}</mark>}
          {after}
        </code>
        <button
          type="button"
          onClick={() => copy(value)}
          aria-label={words.copyThat(label)}
          title={words.copy}
        >
          <Icon name={copied ? 'check' : 'copy'} />
        </button>
      </div>
      <span className="visually-hidden" role="status">
        {copied ? words.copied : ''}
      </span>
    </div>
  );
}
