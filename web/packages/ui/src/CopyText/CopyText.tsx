import { Icon } from '../Icon/Icon';
import { useCopy } from '../hooks/useCopy';
import { words } from '../words';
import './CopyText.css';

/** A value in a line or a table that is copied by pressing it. */
export function CopyText({
  value,
  shown = value,
  name,
}: {
  readonly value: string;
  /** A shorter form. */
  readonly shown?: string;
  /** What it is, for those who do not see it. */
  readonly name: string;
}) {
  const [copied, copy] = useCopy();
  return (
    <button
      type="button"
      className="copy-text"
      onClick={() => copy(value)}
      title={copied ? words.copied : words.copyThat(name)}
      aria-label={`${words.copyThat(name)} ${shown}`}
    >
      <code>{shown}</code>
      <Icon name={copied ? 'check' : 'copy'} size={14} />
      <span className="visually-hidden" role="status">
        {copied ? words.copied : ''}
      </span>
    </button>
  );
}
