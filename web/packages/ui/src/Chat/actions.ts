/** What can be done about a message: one object each, so that menus and keys cannot drift apart. */
import type { ChatConnection, ChatMe, ChatMessage } from '@rostrum/client/chat';
import type { ChatIconName } from './icons';
import { chatStrings as strings } from './strings';

/** What the chat does around an action: says that it was done, offers to undo it. */
export interface ActionContext {
  readonly connection: ChatConnection;
  readonly me: ChatMe | null;
  readonly pinned: ChatMessage | null;
  readonly mention: (name: string) => void;
  readonly copy: (text: string) => void;
  /** Asks before it is done. */
  readonly confirmBan: (message: ChatMessage) => void;
  readonly say: (words: string, undo?: () => Promise<void>) => void;
}

export interface MessageAction {
  readonly id: string;
  readonly group: 'everyone' | 'moderator';
  readonly icon: ChatIconName;
  /** A key that does it while the message has the focus. */
  readonly key?: string;
  label(message: ChatMessage): string;
  isFor(message: ChatMessage, context: ActionContext): boolean;
  perform(message: ChatMessage, context: ActionContext): Promise<void> | void;
}

const isSaid = (message: ChatMessage): boolean => message.state === 'sent' && !message.removed;
const moderates = ({ me }: ActionContext): boolean => me?.canModerate === true;
/** Nobody acts against themselves or against the host. */
const mayActAgainst = (message: ChatMessage, context: ActionContext): boolean =>
  moderates(context) &&
  message.state === 'sent' &&
  message.sender.userId !== context.me?.userId &&
  message.sender.role !== 'OWNER';

export async function ban(
  message: ChatMessage,
  { connection, say }: ActionContext,
  seconds?: keyof typeof strings.times,
): Promise<void> {
  const { userId, displayName } = message.sender;
  await connection.banUser(userId, seconds);
  const done =
    seconds === undefined
      ? strings.didBan(displayName)
      : strings.didTimeOut(displayName, strings.times[seconds]);
  say(done, async () => {
    await connection.unbanUser(userId);
    say(strings.didUnban(displayName));
  });
}

const timeOut = (seconds: keyof typeof strings.times, key?: string): MessageAction => ({
  id: `time-out-${seconds}`,
  group: 'moderator',
  icon: 'timer',
  ...(key ? { key } : {}),
  label: () => strings.timeOut(strings.times[seconds]),
  isFor: mayActAgainst,
  perform: (message, context) => ban(message, context, seconds),
});

export const messageActions: readonly MessageAction[] = [
  {
    id: 'mention',
    group: 'everyone',
    icon: 'mention',
    key: '@',
    label: (message) => strings.mention(message.sender.displayName),
    isFor: (message, { me }) => me?.canSend === true && message.sender.userId !== me.userId,
    perform: (message, { mention }) => mention(message.sender.displayName),
  },
  {
    id: 'copy',
    group: 'everyone',
    icon: 'copy',
    label: () => strings.copy,
    isFor: (message) => !message.removed,
    perform: (message, { copy }) => copy(message.content),
  },
  {
    id: 'pin',
    group: 'moderator',
    icon: 'pin',
    key: 'p',
    label: () => strings.pin,
    isFor: (message, context) =>
      moderates(context) && isSaid(message) && context.pinned?.id !== message.id,
    perform: async (message, { connection, say }) => {
      await connection.pin(message.id);
      say(strings.didPin, () => connection.unpin());
    },
  },
  {
    id: 'unpin',
    group: 'moderator',
    icon: 'unpin',
    key: 'p',
    label: () => strings.unpin,
    isFor: (message, context) => moderates(context) && context.pinned?.id === message.id,
    perform: async (message, { connection, say }) => {
      await connection.unpin();
      say(strings.didUnpin, () => connection.pin(message.id));
    },
  },
  {
    id: 'remove',
    group: 'moderator',
    icon: 'remove',
    key: 'Delete',
    label: () => strings.remove,
    isFor: (message, context) => moderates(context) && isSaid(message),
    perform: async (message, { connection, say }) => {
      await connection.deleteMessage(message.id);
      say(strings.didRemove);
    },
  },
  timeOut(60),
  timeOut(600, 't'),
  timeOut(3600),
  {
    id: 'ban',
    group: 'moderator',
    icon: 'ban',
    key: 'b',
    label: (message) => strings.ban(message.sender.displayName),
    isFor: mayActAgainst,
    perform: (message, { confirmBan }) => confirmBan(message),
  },
];

export const actionsFor = (message: ChatMessage, context: ActionContext): MessageAction[] =>
  messageActions.filter((action) => action.isFor(message, context));
