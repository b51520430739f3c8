import type { ChatMessage } from '@rostrum/client/chat';
import { Sheet } from './Sheet';
import { chatStrings as strings } from './strings';

export function BanDialog({
  message,
  onBan,
  onClose,
}: {
  readonly message: ChatMessage;
  readonly onBan: () => void;
  readonly onClose: () => void;
}) {
  const { displayName } = message.sender;
  return (
    <Sheet label={strings.banTitle(displayName)} onClose={onClose}>
      <div className="chat-dialog">
        <h2>{strings.banTitle(displayName)}</h2>
        <p>{strings.banText}</p>
        <div className="chat-dialog-acts">
          <button type="button" className="chat-plain" onClick={onClose}>
            {strings.cancel}
          </button>
          <button
            type="button"
            className="chat-primary"
            onClick={() => {
              onClose();
              onBan();
            }}
          >
            {strings.banDo(displayName)}
          </button>
        </div>
      </div>
    </Sheet>
  );
}
