import type { ChatMessage } from '@rostrum/client/chat';
import { actionsFor, type ActionContext, type MessageAction } from './actions';
import { quickReactions } from './emoji';
import { ChatIcon } from './icons';
import { moveAmongItems, Sheet } from './Sheet';
import { chatStrings as strings } from './strings';

/** Everything that can be done about one message. */
export function MessageMenu({
  message,
  at,
  context,
  onReact,
  onDo,
  onClose,
}: {
  readonly message: ChatMessage;
  readonly at: { readonly x: number; readonly y: number };
  readonly context: ActionContext;
  readonly onReact: (message: ChatMessage, emoji: string, on: boolean) => void;
  readonly onDo: (action: MessageAction, message: ChatMessage) => void;
  readonly onClose: () => void;
}) {
  const actions = actionsFor(message, context);
  const isMine = (emoji: string) => message.reactions.some((r) => r.emoji === emoji && r.mine);
  const items = (group: MessageAction['group']) =>
    actions
      .filter((action) => action.group === group)
      .map((action) => (
        <button
          key={action.id}
          type="button"
          role="menuitem"
          onClick={() => {
            onClose();
            onDo(action, message);
          }}
        >
          <ChatIcon name={action.icon} size={18} />
          <span>{action.label(message)}</span>
          {action.key && (
            <kbd aria-hidden="true">
              {action.key === 'Delete' ? 'Del' : action.key.toUpperCase()}
            </kbd>
          )}
        </button>
      ));
  const moderation = items('moderator');
  return (
    <Sheet label={strings.messageOf(message.sender.displayName)} at={at} onClose={onClose}>
      <div
        className="chat-menu"
        role="menu"
        aria-label={strings.messageOf(message.sender.displayName)}
        onKeyDown={moveAmongItems}
      >
        {context.me?.canSend && !message.removed && (
          <div className="chat-quick" role="group" aria-label={strings.react}>
            {quickReactions.map((emoji) => (
              <button
                key={emoji}
                type="button"
                role="menuitemcheckbox"
                aria-checked={isMine(emoji)}
                onClick={() => {
                  onClose();
                  onReact(message, emoji, !isMine(emoji));
                }}
              >
                {emoji}
              </button>
            ))}
          </div>
        )}
        {items('everyone')}
        {moderation.length > 0 && (
          <div role="group" aria-label={strings.moderation} className="chat-menu-group">
            {moderation}
          </div>
        )}
      </div>
    </Sheet>
  );
}
