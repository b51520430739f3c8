import { useState } from 'react';
import type { ChatMessage } from '@rostrum/client/chat';
import { Sheet } from './Sheet';
import { chatStrings as strings } from './strings';

const longestReason = 200;

export function BanDialog({
  message,
  onBan,
  onClose,
}: {
  readonly message: ChatMessage;
  readonly onBan: (reason: string) => void;
  readonly onClose: () => void;
}) {
  const { displayName } = message.sender;
  const [reason, setReason] = useState('');
  return (
    <Sheet label={strings.banTitle(displayName)} onClose={onClose}>
      <form
        className="chat-dialog"
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onBan(reason.trim());
        }}
      >
        <h2>{strings.banTitle(displayName)}</h2>
        <p>{strings.banText}</p>
        <label>
          <span>{strings.banReason}</span>
          <input
            type="text"
            value={reason}
            maxLength={longestReason}
            enterKeyHint="done"
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <div className="chat-dialog-acts">
          <button type="button" className="chat-plain" onClick={onClose}>
            {strings.cancel}
          </button>
          <button type="submit" className="chat-primary">
            {strings.banDo(displayName)}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
