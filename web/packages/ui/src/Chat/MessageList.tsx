import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { ChatMessage } from '@rostrum/client/chat';
import { ChatIcon } from './icons';
import { Message, type MessageProps } from './Message';
import { chatStrings as strings } from './strings';
import { useAnnouncements } from './useAnnouncements';
import { useVirtualRows } from './useVirtualRows';

export interface MessageListProps extends Pick<
  MessageProps,
  'me' | 'canReact' | 'onMenu' | 'onReact' | 'onRetry' | 'onDiscard' | 'onEdit'
> {
  readonly messages: readonly ChatMessage[];
  readonly userId: string;
  readonly isLoading: boolean;
  /** Somebody reads back: what is old should stay. */
  readonly onReadBack: (on: boolean) => void;
  /** Fetches what was said before; false: there is no more. */
  readonly loadOlder?: (() => Promise<boolean>) | undefined;
  /** A key that belongs to an action on the message. */
  readonly onKey: (message: ChatMessage, key: string) => boolean;
  readonly onLeave: () => void;
}

const togetherMs = 3 * 60_000;

export const isFollowing = (message: ChatMessage, before: ChatMessage | undefined): boolean =>
  before !== undefined &&
  !message.afterGap &&
  before.sender.userId === message.sender.userId &&
  before.sender.role === message.sender.role &&
  message.at - before.at < togetherMs;

export function MessageList(props: MessageListProps) {
  const { messages, userId, isLoading, loadOlder, onReadBack } = props;
  const keys = useMemo(() => messages.map((m) => m.key), [messages]);
  const [older, setOlder] = useState<'more' | 'loading' | 'all'>(loadOlder ? 'more' : 'all');
  const view = useVirtualRows(keys, () => {
    if (!loadOlder || older !== 'more') return;
    setOlder('loading');
    loadOlder().then(
      (more) => setOlder(more ? 'more' : 'all'),
      () => setOlder('more'),
    );
  });
  const { first, end, above, below, box, rows, isAtEnd, toEnd, toRow } = view;

  // ---- what came while reading back; what is being sent here stands last and is not meant
  const seen = useRef('');
  const last = messages.findLastIndex((m) => m.state === 'sent');
  if (isAtEnd) seen.current = keys[last] ?? '';
  const missed = isAtEnd ? 0 : last - keys.lastIndexOf(seen.current);
  useEffect(() => {
    onReadBack(!isAtEnd);
  }, [isAtEnd, onReadBack]);

  // What I write is where I look next.
  const newest = messages.at(-1);
  useEffect(() => {
    if (newest?.state === 'pending') toEnd();
  }, [newest?.key, newest?.state, toEnd]);

  // ---- keys
  const [active, setActive] = useState<string | null>(null);
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    if (wanted.current === null) return;
    const row = rowWith(wanted.current);
    if (!row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });
  const rowWith = (key: string): HTMLElement | null =>
    [...(rows.current?.children ?? [])].find(
      (row): row is HTMLElement => row instanceof HTMLElement && row.dataset['key'] === key,
    ) ?? null;
  const go = (index: number): void => {
    const key = keys[Math.max(0, Math.min(keys.length - 1, index))];
    if (key === undefined) return;
    setActive(key);
    wanted.current = key;
    toRow(key);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const target = event.target as HTMLElement;
    const isRow = target.dataset['key'] !== undefined;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target !== event.currentTarget && !isRow) return;
    const now = active === null ? -1 : keys.indexOf(active);
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: now < 0 ? keys.length - 1 : now - 1,
      ArrowDown: now < 0 ? keys.length - 1 : now + 1,
      Home: 0,
      End: keys.length - 1,
    };
    const step = steps[event.key];
    const message = messages[now];
    if (step !== undefined) go(step);
    else if (event.key === 'Escape') {
      setActive(null);
      toEnd();
      props.onLeave();
    } else if (isRow && message && isMenuKey(event)) {
      const { right, top } = target.getBoundingClientRect();
      props.onMenu(message, { x: right, y: top });
    } else if (!isRow || !message || !props.onKey(message, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const announced = useAnnouncements(messages, userId);
  const shown = messages.slice(first, end);
  return (
    <div className="chat-messages">
      {/* The rows come and go as one scrolls, so they are not announced themselves: the line below is. */}
      <div
        ref={box}
        className="chat-log"
        role="log"
        aria-live="off"
        aria-label={strings.log}
        aria-busy={isLoading}
        tabIndex={active === null ? 0 : -1}
        onScroll={view.onScroll}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          const { key } = (event.target as HTMLElement).dataset;
          if (key !== undefined) setActive(key);
        }}
      >
        {older === 'loading' && (
          <Line>
            <span role="status">{strings.loadingOlder}</span>
          </Line>
        )}
        {older === 'all' && loadOlder && first === 0 && messages.length > 0 && (
          <Line>{strings.beginning}</Line>
        )}
        <div style={{ height: above }} />
        <div ref={rows} className="chat-rows">
          {shown.map((message, i) => (
            <Row key={message.key} message={message}>
              <Message
                message={message}
                me={props.me}
                isMine={message.sender.userId === userId}
                isFollowing={isFollowing(message, messages[first + i - 1])}
                isActive={message.key === active}
                canReact={props.canReact}
                onMenu={props.onMenu}
                onReact={props.onReact}
                onRetry={props.onRetry}
                onDiscard={props.onDiscard}
                onEdit={props.onEdit}
              />
            </Row>
          ))}
        </div>
        <div style={{ height: below }} />
        {messages.length === 0 && <Nothing isLoading={isLoading} />}
      </div>
      <div className="visually-hidden" role="status" aria-live="polite">
        {announced}
      </div>
      {!isAtEnd && (
        <button type="button" className="chat-to-end" onClick={toEnd}>
          <ChatIcon name="arrowDown" size={16} />
          {missed > 0 ? strings.newMessages(missed) : strings.toNewest}
        </button>
      )}
    </div>
  );
}

const isMenuKey = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);

/** A row and, where something before it is missing, a line that says so. */
function Row({
  message,
  children,
}: {
  readonly message: ChatMessage;
  readonly children: ReactNode;
}) {
  return (
    <>
      {message.afterGap && <Line>{strings.gap}</Line>}
      {children}
    </>
  );
}

function Line({ children }: { readonly children: ReactNode }) {
  return <div className="chat-line">{children}</div>;
}

function Nothing({ isLoading }: { readonly isLoading: boolean }) {
  if (isLoading) {
    return (
      <div className="chat-loading">
        <span className="visually-hidden">{strings.loading}</span>
        {[70, 45, 85, 60, 50].map((width) => (
          <i key={width} style={{ width: `${width}%` }} />
        ))}
      </div>
    );
  }
  return (
    <div className="chat-empty">
      <ChatIcon name="message" size={32} />
      <strong>{strings.emptyTitle}</strong>
      <p>{strings.emptyText}</p>
    </div>
  );
}
