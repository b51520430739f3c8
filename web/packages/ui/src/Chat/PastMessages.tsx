import type { ChatMessage } from '@rostrum/client/chat';
import { MessageList } from './MessageList';

const nothing = () => undefined;

/** A chat that is over, to be read only: what was said up to a moment. */
export function PastMessages({
  title,
  messages,
  isLoading,
  words,
}: {
  readonly title: string;
  readonly messages: readonly ChatMessage[];
  readonly isLoading: boolean;
  /** In place of messages, while there are none. */
  readonly words: string;
}) {
  return (
    <section className="chat" aria-label={title}>
      <header className="chat-head">
        <h2>{title}</h2>
      </header>
      {messages.length === 0 && !isLoading ? (
        <p className="chat-past-words" role="status">
          {words}
        </p>
      ) : (
        <MessageList
          messages={messages}
          userId=""
          me=""
          isLoading={isLoading}
          canReact={false}
          onReadBack={nothing}
          onMenu={nothing}
          onReact={nothing}
          onRetry={nothing}
          onDiscard={nothing}
          onEdit={nothing}
          onKey={() => false}
          onLeave={nothing}
        />
      )}
    </section>
  );
}
