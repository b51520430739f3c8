import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type {
  ChatAttributes,
  ChatConnection,
  ChatEndReason,
  ChatMessage,
  ChatSnapshot,
} from '@rostrum/client/chat';
import { count } from '../format';
import { useCopy } from '../hooks/useCopy';
import {
  actionsFor,
  ban,
  deskOf,
  type ActionContext,
  type ChatDesk,
  type MessageAction,
} from './actions';
import { BanDialog } from './BanDialog';
import { speakersOf } from './completion';
import { Composer, type ComposerHandle, type Gate } from './Composer';
import { ChatIcon } from './icons';
import { LinkNotice } from './LinkNotice';
import { MessageList } from './MessageList';
import { MessageMenu } from './MessageMenu';
import { Pinned } from './Pinned';
import { slowModeWords, SlowModeMenu } from './SlowModeMenu';
import { chatStrings as strings } from './strings';
import { useChat, useSecondsUntil } from './useChat';
import './Chat.css';

export interface ChatProps {
  readonly connection: ChatConnection;
  /** Instead of the composer, before anything the connection has to say. */
  readonly gate?: Gate | null;
  readonly loadOlder?: (() => Promise<boolean>) | undefined;
  readonly onCollapse?: (() => void) | undefined;
  /** Where moderators' acts go; without one, over the connection. */
  readonly desk?: ChatDesk | undefined;
  /** Sent along with everything that is written here. */
  readonly attributes?: ChatAttributes | undefined;
  /** Above the place to write: what holds for all who write here. */
  readonly mode?: string | undefined;
  /** Beside the title. */
  readonly children?: ReactNode;
}

interface Toast {
  readonly words: string;
  readonly undo?: (() => Promise<void>) | undefined;
}
interface Opened {
  readonly message: ChatMessage;
  readonly at: { readonly x: number; readonly y: number };
}
const toastMs = 8000;

/** Why somebody cannot write now, as far as the connection knows. */
function useGate({ link, me }: ChatSnapshot, connection: ChatConnection): Gate | null {
  const seconds = useSecondsUntil(link.reason === 'banned' ? link.until : null);
  if (link.phase === 'ended' && link.reason !== null) {
    const isTimeOut = link.reason === 'banned' && link.until !== null;
    const returns: Readonly<Partial<Record<ChatEndReason, string>>> = {
      disconnected: strings.comeBack,
      left: strings.comeBack,
      invite_expired: strings.asGuest,
    };
    const label = returns[link.reason];
    return {
      words: isTimeOut
        ? strings.timedOut(strings.countdown(Math.max(1, seconds)))
        : strings.ended[link.reason],
      ...(link.words ? { detail: strings.because(link.words) } : {}),
      ...(label ? { action: { label, perform: () => connection.connect() } } : {}),
    };
  }
  if (me && !me.canSend) return { words: strings.viewOnly };
  return null;
}

/** A room's chat: what is said, and the place to say something. */
export function Chat(props: ChatProps) {
  const { connection, gate, loadOlder, onCollapse, attributes, children } = props;
  const desk = useMemo(() => props.desk ?? deskOf(connection), [props.desk, connection]);
  const chat = useChat(connection);
  const ownGate = useGate(chat, connection);
  const composer = useRef<ComposerHandle>(null);
  const [menu, setMenu] = useState<Opened | null>(null);
  const [banning, setBanning] = useState<ChatMessage | null>(null);
  const [settingsAt, setSettingsAt] = useState<Opened['at'] | null>(null);
  const [toast, setToast] = useState<Toast | null>(null);
  const [, copy] = useCopy();
  const { me, messages, pinned, presence, limits } = chat;
  const newest = useRef(messages);
  newest.current = messages;

  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => setToast(null), toastMs);
    return () => clearTimeout(timer);
  }, [toast]);

  const say = useCallback((words: string, undo?: () => Promise<void>) => {
    setToast({ words, undo });
  }, []);
  /** Does it, and says so if it did not work. */
  const attempt = useCallback(
    (work: Promise<unknown> | void) => {
      Promise.resolve(work).catch(() => say(strings.didNot));
    },
    [say],
  );
  const context: ActionContext = useMemo(
    () => ({
      desk,
      me,
      pinned,
      mention: (name) => composer.current?.insert(`@${name} `),
      copy: (text) => {
        copy(text);
        say(strings.copied);
      },
      confirmBan: setBanning,
      say,
    }),
    [desk, me, pinned, copy, say],
  );
  const react = useCallback(
    (message: ChatMessage, emoji: string, on: boolean) =>
      attempt(connection.react(message.id, emoji, on)),
    [connection, attempt],
  );
  const openMenu = useCallback((message: ChatMessage, at: Opened['at']) => {
    if (message.state === 'sent' && !message.removed) setMenu({ message, at });
  }, []);
  const perform = (action: MessageAction, message: ChatMessage) =>
    attempt(action.perform(message, context));
  const onKey = (message: ChatMessage, key: string): boolean => {
    const pressed = key.length === 1 ? key.toLowerCase() : key;
    const action = actionsFor(message, context).find((a) => a.key === pressed);
    if (action) perform(action, message);
    return action !== undefined;
  };
  const send = (text: string) => void connection.send(text, attributes).catch(() => undefined);
  const retry = useCallback(
    (message: ChatMessage) => void connection.retry(message.key).catch(() => undefined),
    [connection],
  );
  const discard = useCallback(
    (message: ChatMessage) => connection.discard(message.key),
    [connection],
  );
  const edit = useCallback(
    (message: ChatMessage) => {
      connection.discard(message.key);
      composer.current?.insert(message.content);
    },
    [connection],
  );
  const readBack = useCallback((on: boolean) => connection.hold(on), [connection]);
  const isFirst = chat.link.phase === 'connecting' || chat.link.phase === 'idle';
  // The menu's message as it is now, not as it was when the menu was opened.
  const opened = menu && (messages.find((m) => m.key === menu.message.key) ?? menu.message);
  const shownGate = ownGate && chat.link.phase === 'ended' ? ownGate : (gate ?? ownGate);

  return (
    <section className="chat" aria-label={strings.title}>
      <header className="chat-head">
        <h2>{strings.title}</h2>
        {presence && (
          <span className="chat-present" title={strings.present(String(presence.users))}>
            <ChatIcon name="people" size={16} />
            <span aria-hidden="true">{count(presence.users)}</span>
            <span className="visually-hidden">{strings.present(count(presence.users))}</span>
          </span>
        )}
        {children}
        {me?.canModerate && desk.setSlowMode && (
          <button
            type="button"
            className="chat-tool"
            aria-label={`${strings.slowMode}: ${slowModeWords(limits.slowModeSeconds)}`}
            aria-haspopup="menu"
            onClick={(event) => {
              const { right, bottom } = event.currentTarget.getBoundingClientRect();
              setSettingsAt({ x: right, y: bottom + 4 });
            }}
          >
            <ChatIcon name="timer" />
          </button>
        )}
        {onCollapse && (
          <button
            type="button"
            className="chat-tool"
            aria-label={strings.collapse}
            onClick={onCollapse}
          >
            <ChatIcon name="collapse" />
          </button>
        )}
      </header>
      <LinkNotice link={chat.link} onTry={() => connection.retryNow()} />
      {pinned && (
        <Pinned
          key={pinned.id}
          message={pinned}
          me={me?.displayName ?? ''}
          onUnpin={me?.canModerate ? () => attempt(desk.unpin()) : null}
        />
      )}
      <MessageList
        messages={messages}
        userId={me?.userId ?? ''}
        me={me?.displayName ?? ''}
        isLoading={isFirst}
        canReact={me?.canSend === true && chat.link.phase === 'open'}
        loadOlder={loadOlder}
        onReadBack={readBack}
        onMenu={openMenu}
        onReact={react}
        onRetry={retry}
        onDiscard={discard}
        onEdit={edit}
        onKey={onKey}
        onLeave={() => composer.current?.focus()}
      />
      <div className="chat-toast" role="status">
        {toast && (
          <div>
            <span>{toast.words}</span>
            {toast.undo && (
              <button
                type="button"
                className="chat-link"
                onClick={() => {
                  const { undo } = toast;
                  setToast(null);
                  if (undo) attempt(undo());
                }}
              >
                {strings.undo}
              </button>
            )}
            <button
              type="button"
              className="chat-tool"
              aria-label={strings.close}
              onClick={() => setToast(null)}
            >
              <ChatIcon name="x" size={16} />
            </button>
          </div>
        )}
      </div>
      <Composer
        handle={composer}
        name={me?.displayName ?? ''}
        limits={limits}
        waitUntil={chat.waitUntil}
        isSlowed={me?.role === 'NONE'}
        speakers={() => speakersOf(newest.current, me?.userId ?? '')}
        mode={props.mode}
        gate={shownGate}
        onSend={send}
      />
      {menu && opened && (
        <MessageMenu
          message={opened}
          at={menu.at}
          context={context}
          onReact={react}
          onDo={perform}
          onClose={() => setMenu(null)}
        />
      )}
      {banning && (
        <BanDialog
          message={banning}
          onBan={(reason) => attempt(ban(banning, context, undefined, reason || undefined))}
          onClose={() => setBanning(null)}
        />
      )}
      {settingsAt && (
        <SlowModeMenu
          seconds={limits.slowModeSeconds}
          at={settingsAt}
          onChoose={(seconds) =>
            attempt(
              desk
                .setSlowMode?.(seconds)
                .then(() =>
                  say(
                    seconds === 0 ? strings.didSlowOff : strings.didSlow(strings.seconds(seconds)),
                  ),
                ),
            )
          }
          onClose={() => setSettingsAt(null)}
        />
      )}
    </section>
  );
}
