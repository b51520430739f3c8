/** What the frames of a connection mean for what is known about the room and for what was asked of it. */
import type { EventFrame, Frame, MessageFrame } from './frames';
import { countOf, pinnedOf, reactionsOf, roleOf, untilOf } from './frames';
import type { Link } from './link';
import { isSaid, messageOf } from './log';
import type { Outbox } from './outbox';
import type { ChatStore } from './store';
import type { ChatAttributes, ChatEndReason, ChatMe, ChatMessage, ChatTicket } from './types';

/** What happened in the room that is not part of the snapshot: for notices. */
export interface ChatEvent {
  readonly name: string;
  readonly attributes: ChatAttributes;
  readonly at: number;
}

export interface Farewell {
  readonly reason: ChatEndReason;
  readonly until: number | null;
  readonly words: string;
}

const lockMs = 2000;

export class FrameReader {
  readonly #store: ChatStore;
  readonly #outbox: Outbox;
  readonly #listeners = new Set<(event: ChatEvent) => void>();
  /** History of a connection that does not go on where the last one ended. */
  #collected: ChatMessage[] | null = null;
  /** The newest message or event of the room: where the next connection goes on. */
  newest = '';
  /** Why the connection that ends next does. */
  farewell: Farewell | null = null;
  /** The connection whose session is over: its end is no goodbye. */
  sessionOver: Link | null = null;

  constructor(store: ChatStore, outbox: Outbox) {
    this.#store = store;
    this.#outbox = outbox;
  }

  onEvent(listener: (event: ChatEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Nothing of a connection that did not become ready. */
  forget(): void {
    this.#collected = null;
  }

  /** A connection has told its history. `isAll`: no other one is open. */
  historyEnded(isAll: boolean): void {
    if (!this.#collected) return;
    this.#store.log.reconcile(this.#collected, isAll);
    this.newest = this.#collected.at(-1)?.id ?? this.newest;
    this.#collected = null;
    this.#store.changed();
  }

  frame(link: Link, frame: Frame): void {
    switch (frame.type) {
      case 'MESSAGE':
        this.#message(link, frame);
        break;
      case 'EVENT':
        this.#event(link, frame);
        break;
      case 'ERROR':
        if (frame.code === 401) this.sessionOver = link;
        if (frame.code === 429 && frame.requestId !== '') {
          const isSlow =
            this.#store.state.limits.slowModeSeconds > 0 && frame.retryAfterMs !== null;
          this.#wait(Date.now() + (frame.retryAfterMs ?? lockMs), isSlow ? 'slow_mode' : 'rate');
        }
        this.#outbox.answer(frame);
    }
  }

  #message(link: Link, frame: MessageFrame): void {
    const isKnown = this.#store.log.has(frame.id);
    const isCollected = frame.history && link.partial;
    if (!isCollected) this.newest = frame.id;
    const isMine = frame.userId === this.#store.state.me?.userId;
    let key = frame.id;
    if (frame.requestId !== '' && this.#outbox.answer(frame)) key = frame.requestId;
    else if (frame.history && isMine && !isKnown) key = this.#outbox.arrived(frame) ?? frame.id;
    if (isMine && !frame.history && !isKnown) this.#iSpoke(frame);
    if (!isSaid(frame)) return;
    const message = messageOf(frame, key);
    if (isCollected) (this.#collected ??= []).push(message);
    else if (this.#store.log.append(message)) this.#store.changed();
  }

  #iSpoke(frame: MessageFrame): void {
    const { me, limits } = this.#store.state;
    if (!me) return;
    const { attributes } = messageOf(frame).sender;
    this.#store.set({ me: { ...me, attributes } });
    if (limits.slowModeSeconds > 0 && me.role === 'NONE') {
      this.#wait(Date.now() + limits.slowModeSeconds * 1000, 'slow_mode');
    }
  }

  #event(link: Link, frame: EventFrame): void {
    const { attributes } = frame;
    // The server remembers what was said; a collected history moves on as a whole.
    if (!frame.name.startsWith('rostrum:') && !(frame.history && link.partial)) {
      this.newest = frame.id;
    }
    switch (frame.name) {
      case 'aws:DELETE_MESSAGE': {
        const id = attributes['MessageID'] ?? attributes['MessageId'] ?? '';
        if (this.#store.log.remove(id)) this.#store.changed();
        if (this.#store.state.pinned?.id === id) this.#store.set({ pinned: null });
        break;
      }
      case 'aws:DISCONNECT_USER':
        if (!frame.history && this.#isMe(attributes['UserId'])) {
          this.farewell ??= {
            reason: 'disconnected',
            until: null,
            words: attributes['Reason'] ?? '',
          };
        }
        break;
      case 'rostrum:banned':
        if (!frame.history && this.#isMe(attributes['UserId'])) {
          const until = untilOf(attributes['Until']);
          this.farewell = { reason: 'banned', until, words: attributes['Reason'] ?? '' };
        }
        break;
      default:
        this.#ownEvent(frame);
    }
    this.#outbox.answer(frame);
    if (!frame.history) {
      for (const listener of this.#listeners) {
        listener({ name: frame.name, attributes, at: frame.at });
      }
    }
  }

  #ownEvent(frame: EventFrame): void {
    const { attributes } = frame;
    switch (frame.name) {
      case 'rostrum:welcome':
        this.#welcome(attributes);
        break;
      case 'rostrum:room':
        this.#limits(attributes);
        break;
      case 'rostrum:presence': {
        const connections = countOf(attributes['Connections']);
        const users = countOf(attributes['Users']);
        if (connections !== null && users !== null)
          this.#store.set({ presence: { connections, users } });
        break;
      }
      case 'rostrum:pinned': {
        const pinned = pinnedOf(attributes['Message']);
        if (pinned) this.#store.set({ pinned: messageOf(pinned) });
        break;
      }
      case 'rostrum:unpinned':
        this.#store.set({ pinned: null });
        break;
      case 'rostrum:reactions': {
        const counts = reactionsOf(attributes['Counts']);
        if (counts && this.#store.log.react(attributes['MessageId'] ?? '', counts))
          this.#store.changed();
        break;
      }
      case 'rostrum:role': {
        const { me } = this.#store.state;
        if (me && this.#isMe(attributes['UserId'])) {
          const role = roleOf(attributes['Role']);
          const canModerate = role === 'MODERATOR' || role === 'OWNER';
          this.#store.set({ me: { ...me, role, canModerate } });
        }
        break;
      }
      case 'rostrum:history-end':
        // What was pinned comes behind this; if nothing does, nothing is.
        this.#store.set({ pinned: null });
        break;
    }
  }

  #welcome(attributes: ChatAttributes): void {
    const userId = attributes['UserId'] ?? '';
    const can = (attributes['Capabilities'] ?? '').split(',');
    if (userId !== '') this.#meet(userId, undefined, roleOf(attributes['Role']), can);
    this.#limits(attributes);
  }

  #limits(attributes: ChatAttributes): void {
    const { limits, waitUntil } = this.#store.state;
    const next = {
      maximumLength: countOf(attributes['MaximumMessageLength']) ?? limits.maximumLength,
      slowModeSeconds: countOf(attributes['SlowModeSeconds']) ?? limits.slowModeSeconds,
    };
    const isOver = next.slowModeSeconds === 0 && waitUntil?.why === 'slow_mode';
    this.#store.set({ limits: next, ...(isOver ? { waitUntil: null } : {}) });
  }

  ticket(ticket: ChatTicket): void {
    const { maximumMessageLength: maximumLength } = ticket;
    if (ticket.userId !== undefined) {
      const { role = 'NONE', capabilities = [] } = ticket;
      this.#meet(ticket.userId, ticket.displayName, role, capabilities);
    }
    if (maximumLength !== undefined) {
      this.#store.set({ limits: { ...this.#store.state.limits, maximumLength } });
    }
  }

  #meet(userId: string, name: string | undefined, role: ChatMe['role'], can: readonly string[]) {
    const old = this.#store.state.me?.userId === userId ? this.#store.state.me : null;
    const me: ChatMe = {
      userId,
      displayName: name ?? old?.displayName ?? userId,
      role,
      attributes: old?.attributes ?? {},
      canSend: can.includes('SEND_MESSAGE'),
      canModerate:
        role === 'MODERATOR' ||
        role === 'OWNER' ||
        (can.includes('DELETE_MESSAGE') && can.includes('DISCONNECT_USER')),
    };
    this.#store.set({ me });
  }

  #isMe(userId: string | undefined): boolean {
    return userId !== undefined && userId === this.#store.state.me?.userId;
  }

  #wait(at: number, why: 'slow_mode' | 'rate'): void {
    this.#store.set({ waitUntil: { at, why } });
  }
}
