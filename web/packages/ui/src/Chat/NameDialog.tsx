import { useState } from 'react';
import { Sheet } from './Sheet';
import { chatStrings as strings } from './strings';

export const longestName = 40;

/** Asks a guest for a name. */
export function NameDialog({
  name,
  isRefused = false,
  onName,
  onClose,
}: {
  readonly name: string;
  /** The server did not like the last one. */
  readonly isRefused?: boolean;
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState(name);
  const wanted = text.trim().replace(/\s+/g, ' ');
  return (
    <Sheet label={strings.nameTitle} onClose={onClose}>
      <form
        className="chat-dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== '') onName(wanted);
        }}
      >
        <h2>{strings.nameTitle}</h2>
        <p id="chat-name-text">{strings.nameText}</p>
        <label>
          <span>{strings.nameLabel}</span>
          <input
            type="text"
            value={text}
            maxLength={longestName}
            autoFocus
            autoComplete="nickname"
            aria-invalid={isRefused && text === name}
            aria-describedby="chat-name-text"
            enterKeyHint="go"
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {isRefused && text === name && (
          <p className="chat-warning" role="alert">
            {strings.nameBad}
          </p>
        )}
        <div className="chat-dialog-acts">
          <button type="button" className="chat-plain" onClick={onClose}>
            {strings.cancel}
          </button>
          <button type="submit" className="chat-primary" disabled={wanted === ''}>
            {strings.nameDo}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
