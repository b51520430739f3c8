/** What chat is made of, as pages see it. Times are milliseconds since 1970. */

export const roles = ['NONE', 'VIP', 'MODERATOR', 'OWNER'] as const;
/** Each may do what those before it may. */
export type ChatRole = (typeof roles)[number];

export type ChatAttributes = Readonly<Record<string, string>>;

export interface ChatSender {
  readonly userId: string;
  readonly displayName: string;
  readonly role: ChatRole;
  readonly attributes: ChatAttributes;
}

export interface ChatReaction {
  readonly emoji: string;
  readonly count: number;
  /** This person is among them, as far as this page knows. */
  readonly mine: boolean;
}

/** Why something was not done. `until` is when trying again may help. */
export type ChatFailureKind =
  | 'invalid'
  | 'not_allowed'
  | 'rejected'
  | 'too_long'
  | 'rate'
  | 'internal'
  | 'timeout'
  | 'broken'
  | 'closed';

export class ChatError extends Error {
  readonly kind: ChatFailureKind;
  readonly retryAfterMs: number | null;
  constructor(kind: ChatFailureKind, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.name = 'ChatError';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface ChatMessage {
  /** Stays the same from the moment it was sent here until it is gone: for lists. */
  readonly key: string;
  /** The server's id; empty until it has one. */
  readonly id: string;
  readonly content: string;
  readonly attributes: ChatAttributes;
  readonly at: number;
  readonly sender: ChatSender;
  readonly reactions: readonly ChatReaction[];
  /** Taken away by a moderator; the content is empty. */
  readonly removed: boolean;
  readonly state: 'sent' | 'pending' | 'failed';
  readonly failure: ChatError | null;
  /** Something before it is not known here. */
  readonly afterGap: boolean;
}

export interface ChatMe {
  readonly userId: string;
  readonly displayName: string;
  readonly role: ChatRole;
  readonly attributes: ChatAttributes;
  readonly canSend: boolean;
  readonly canModerate: boolean;
}

export type ChatEndReason =
  | 'banned'
  | 'disconnected'
  | 'closed'
  | 'chat_off'
  | 'invite_expired'
  | 'no_channel'
  | 'bad_name'
  | 'left';

export type ChatPhase = 'idle' | 'connecting' | 'open' | 'reconnecting' | 'offline' | 'ended';

export interface ChatLinkState {
  readonly phase: ChatPhase;
  /** Only with `ended`. */
  readonly reason: ChatEndReason | null;
  /** The words of whoever ended it; may be empty. */
  readonly words: string;
  /** With `banned`: when it is over by itself; null: not. */
  readonly until: number | null;
  /** Failed attempts since it was last open. */
  readonly attempts: number;
}

export interface ChatSnapshot {
  readonly link: ChatLinkState;
  readonly me: ChatMe | null;
  /** Oldest first; what this person is sending stands last. */
  readonly messages: readonly ChatMessage[];
  readonly pinned: ChatMessage | null;
  readonly presence: { readonly connections: number; readonly users: number } | null;
  readonly limits: { readonly maximumLength: number; readonly slowModeSeconds: number };
  /** Before this moment the server would refuse a message, because of slow mode or a rate. */
  readonly waitUntil: { readonly at: number; readonly why: 'slow_mode' | 'rate' } | null;
}

/** What lets a person in: the server's answer to a request for a token. */
export interface ChatTicket {
  readonly url: string;
  readonly token: string;
  readonly userId?: string;
  readonly displayName?: string;
  readonly role?: ChatRole;
  readonly capabilities?: readonly string[];
  readonly maximumMessageLength?: number;
  readonly tokenExpirationTime?: number | null;
  readonly sessionExpirationTime?: number | null;
}

/** A ticket was refused for good: asking again would not help. */
export class ChatRefusal extends Error {
  readonly reason: ChatEndReason;
  readonly until: number | null;
  constructor(reason: ChatEndReason, message: string, until: number | null = null) {
    super(message);
    this.name = 'ChatRefusal';
    this.reason = reason;
    this.until = until;
  }
}
