import { useState, type CSSProperties } from 'react';
import type { ChatMessage } from '@rostrum/client/chat';
import { ChatIcon } from './icons';
import { Content, RoleBadge } from './Message';
import { colourOf } from './name-colour';
import { withoutTurns } from './rich-text';
import { chatStrings as strings } from './strings';

const longerThan = 90;

export function Pinned({
  message,
  me,
  onUnpin,
}: {
  readonly message: ChatMessage;
  readonly me: string;
  /** Only for those who may. */
  readonly onUnpin: (() => void) | null;
}) {
  const [isOpen, setOpen] = useState(false);
  const isLong = message.content.length > longerThan || message.content.includes('\n');
  const style = { '--name': `var(--color-name-${colourOf(message.sender)})` } as CSSProperties;
  return (
    <section className="chat-pinned" aria-label={strings.pinned} style={style}>
      <ChatIcon name="pin" size={16} />
      <div className="chat-pinned-body">
        <span className="chat-who">
          <RoleBadge role={message.sender.role} />
          <bdi className="chat-name">{withoutTurns(message.sender.displayName)}</bdi>
          {isLong && (
            <button type="button" className="chat-link" onClick={() => setOpen(!isOpen)}>
              {isOpen ? strings.showLess : strings.showAll}
            </button>
          )}
        </span>
        <p className={isOpen ? 'chat-text' : 'chat-text short'} dir="auto">
          <Content text={message.content} me={me} />
        </p>
      </div>
      {onUnpin && (
        <button type="button" className="chat-tool" aria-label={strings.unpin} onClick={onUnpin}>
          <ChatIcon name="x" size={18} />
        </button>
      )}
    </section>
  );
}
