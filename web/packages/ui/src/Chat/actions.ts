/** What can be done about a message: one object each, so that menus and keys cannot drift apart. */
import type { ChatConnection, ChatMe, ChatMessage } from '@rostrum/client/chat';
import type { ChatIconName } from './icons';
import { chatStrings as strings } from './strings';

/** Who carries out what moderators do. Without one of its own, a chat asks its connection. */
export interface ChatDesk {
  remove(id: string): Promise<void>;
  /** For so many seconds, or until it is lifted. */
  ban(userId: string, seconds?: number, reason?: string): Promise<void>;
  unban(userId: string): Promise<void>;
  pin(id: string): Promise<void>;
  unpin(): Promise<void>;
  /** Absent where slow mode is set elsewhere. */
  readonly setSlowMode?: (seconds: number) => Promise<void>;
  /** Makes somebody a moderator or a VIP, or takes it back; for hosts. */
  readonly appoint?: (userId: string, role: 'MODERATOR' | 'VIP', on: boolean) => Promise<void>;
  /** Asks what is wrong with it, and says so to those who look after the place. */
  readonly report?: (message: ChatMessage) => void;
}

export const deskOf = (connection: ChatConnection): ChatDesk => ({
  remove: (id) => connection.deleteMessage(id),
  ban: (userId, seconds, reason) => connection.banUser(userId, seconds, reason),
  unban: (userId) => connection.unbanUser(userId),
  pin: (id) => connection.pin(id),
  unpin: () => connection.unpin(),
  setSlowMode: (seconds) => connection.setSlowMode(seconds),
});

/** What the chat does around an action: says that it was done, offers to undo it. */
export interface ActionContext {
  readonly desk: ChatDesk;
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

export const timeOuts = [60, 600, 3600, 86400] as const;
export type TimeOut = (typeof timeOuts)[number];

export async function ban(
  message: ChatMessage,
  { desk, say }: ActionContext,
  seconds?: TimeOut,
  reason?: string,
): Promise<void> {
  const { userId, displayName } = message.sender;
  await desk.ban(userId, seconds, reason);
  const done =
    seconds === undefined
      ? strings.didBan(displayName)
      : strings.didTimeOut(displayName, strings.times[seconds]);
  say(done, async () => {
    await desk.unban(userId);
    say(strings.didUnban(displayName));
  });
}

const timeOut = (seconds: TimeOut, key?: string): MessageAction => ({
  id: `time-out-${seconds}`,
  group: 'moderator',
  icon: 'timer',
  ...(key ? { key } : {}),
  label: () => strings.timeOut(strings.times[seconds]),
  isFor: mayActAgainst,
  perform: (message, context) => ban(message, context, seconds),
});

const appointment = (role: 'MODERATOR' | 'VIP'): MessageAction => {
  const has = ({ sender }: ChatMessage) => sender.role === role;
  const words = strings.appointments[role];
  return {
    id: `appoint-${role.toLowerCase()}`,
    group: 'moderator',
    icon: role === 'VIP' ? 'vip' : 'moderator',
    label: (message) => (has(message) ? words.take : words.give),
    isFor: (message, context) =>
      context.desk.appoint !== undefined &&
      context.me?.role === 'OWNER' &&
      mayActAgainst(message, context),
    perform: async (message, { desk, say }) => {
      const { userId, displayName } = message.sender;
      const on = !has(message);
      await desk.appoint?.(userId, role, on);
      say(on ? words.given(displayName) : words.taken(displayName));
    },
  };
};

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
    id: 'report',
    group: 'everyone',
    icon: 'report',
    label: () => strings.report,
    isFor: (message, { desk, me }) =>
      desk.report !== undefined && isSaid(message) && message.sender.userId !== me?.userId,
    perform: (message, { desk }) => desk.report?.(message),
  },
  {
    id: 'pin',
    group: 'moderator',
    icon: 'pin',
    key: 'p',
    label: () => strings.pin,
    isFor: (message, context) =>
      moderates(context) && isSaid(message) && context.pinned?.id !== message.id,
    perform: async (message, { desk, say }) => {
      await desk.pin(message.id);
      say(strings.didPin, () => desk.unpin());
    },
  },
  {
    id: 'unpin',
    group: 'moderator',
    icon: 'unpin',
    key: 'p',
    label: () => strings.unpin,
    isFor: (message, context) => moderates(context) && context.pinned?.id === message.id,
    perform: async (message, { desk, say }) => {
      await desk.unpin();
      say(strings.didUnpin, () => desk.pin(message.id));
    },
  },
  {
    id: 'remove',
    group: 'moderator',
    icon: 'remove',
    key: 'Delete',
    label: () => strings.remove,
    isFor: (message, context) => moderates(context) && isSaid(message),
    perform: async (message, { desk, say }) => {
      await desk.remove(message.id);
      say(strings.didRemove);
    },
  },
  timeOut(60),
  timeOut(600, 't'),
  timeOut(3600),
  timeOut(86400),
  {
    id: 'ban',
    group: 'moderator',
    icon: 'ban',
    key: 'b',
    label: (message) => strings.ban(message.sender.displayName),
    isFor: mayActAgainst,
    perform: (message, { confirmBan }) => confirmBan(message),
  },
  appointment('MODERATOR'),
  appointment('VIP'),
];

export const actionsFor = (message: ChatMessage, context: ActionContext): MessageAction[] =>
  messageActions.filter((action) => action.isFor(message, context));
