/**
 * A person's place in a chat room: connects, comes back by itself, and keeps what a page shows as one
 * snapshot (`subscribe` and `getSnapshot` are what React's useSyncExternalStore wants).
 */
import type { EventFrame, Frame, MessageFrame } from './frames';
import { countOf, pinnedOf, reactionsOf, roleOf, untilOf } from './frames';
import { Link, type LinkEvents, type OpenSocket } from './link';
import { MessageLog, messageOf } from './log';
import { Outbox, type Request } from './outbox';
import {
  backOff,
  network,
  openSocket,
  schedule,
  type Network,
  type Schedule,
} from './surroundings';
import {
  ChatError,
  ChatRefusal,
  type ChatAttributes,
  type ChatEndReason,
  type ChatLinkState,
  type ChatMe,
  type ChatMessage,
  type ChatSnapshot,
  type ChatTicket,
} from './types';

export interface ChatOptions {
  /** Asked before every connection. A ChatRefusal ends it; any other error is tried again. */
  readonly ticket: () => Promise<ChatTicket>;
  /** How much of what was said before to begin with, 0 to 200. */
  readonly history?: number;
  /** How many messages to keep. */
  readonly keep?: number;
  readonly open?: OpenSocket;
  readonly network?: Network;
  readonly schedule?: Schedule;
  readonly random?: () => number;
}

/** What happened in the room that is not part of the snapshot: for notices. */
export interface ChatEvent {
  readonly name: string;
  readonly attributes: ChatAttributes;
  readonly at: number;
}

const historyAtMost = 200;
const renewBeforeMs = 60_000;
const drainMs = 5000;
const lockMs = 2000;
const steadyAfterMs = 10_000;
const longestTimer = 2 ** 31 - 1;

const idle: ChatLinkState = { phase: 'idle', reason: null, words: '', until: null, attempts: 0 };

export class ChatConnection {
  readonly #options: ChatOptions;
  readonly #random: () => number;
  readonly #network: Network;
  readonly #log: MessageLog;
  readonly #outbox: Outbox;
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Set<(event: ChatEvent) => void>();

  #current: Link | null = null;
  #next: Link | null = null;
  /** Rises with every attempt: an answer for an older one comes too late. */
  #attempt = 0;
  #failures = 0;
  #openedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | null = null;
  /** The newest message or event of the room: where the next connection goes on. */
  #newest = '';
  /** History of a connection that does not go on where the last one ended. */
  #collected: ChatMessage[] | null = null;
  #sessionOver: Link | null = null;
  #farewell: { reason: ChatEndReason; until: number | null; words: string } | null = null;

  #state: Omit<ChatSnapshot, 'messages'> = {
    link: idle,
    me: null,
    pinned: null,
    presence: null,
    limits: { maximumLength: 500, slowModeSeconds: 0 },
    waitUntil: null,
  };
  #snapshot: ChatSnapshot = { ...this.#state, messages: [] };
  #scheduled = false;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#network = options.network ?? network;
    this.#log = new MessageLog(options.keep);
    this.#outbox = new Outbox({
      changed: () => this.#changed(),
      silent: (link) => link.drop(),
      isDone: (request) =>
        request.action === 'DELETE_MESSAGE' &&
        this.#log.get(String(request.fields['Id']))?.removed === true,
    });
  }

  // ---- what a page reads ------------------------------------------------------------------------

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): ChatSnapshot => this.#snapshot;

  onEvent(listener: (event: ChatEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  // ---- coming and going -------------------------------------------------------------------------

  connect(): void {
    const { phase } = this.#state.link;
    if (phase !== 'idle' && phase !== 'ended') return;
    this.#farewell = null;
    this.#failures = 0;
    this.#unwatch ??= this.#network.watch(() => this.#networkChanged());
    this.#setLink({ ...idle, phase: this.#newest === '' ? 'connecting' : 'reconnecting' });
    this.#attemptNow();
  }

  /** Tries again now instead of later. */
  retryNow(): void {
    const { phase } = this.#state.link;
    if (phase === 'idle' || phase === 'ended') this.connect();
    else if (!this.#current && !this.#next) this.#attemptNow();
  }

  /** Takes a new ticket, for a new name or more rights; what is open runs until that is. */
  renew(): void {
    const { phase } = this.#state.link;
    if (phase === 'idle' || phase === 'ended') this.connect();
    else if (!this.#next) this.#attemptNow();
  }

  close(): void {
    this.#end('left', null, '');
  }

  // ---- what a person does -----------------------------------------------------------------------

  /** Shown at once as pending. The promise is for those who want to know; failures are shown, too. */
  async send(content: string, attributes?: ChatAttributes): Promise<ChatMessage | null> {
    const fields = { Content: content, ...(attributes ? { Attributes: attributes } : {}) };
    this.#mustBeHere();
    return this.#said(await this.#outbox.add('SEND_MESSAGE', fields, this.#current).done);
  }
  /** A message that failed, by its key. */
  async retry(key: string): Promise<ChatMessage | null> {
    this.#mustBeHere();
    return this.#said(await this.#outbox.retry(key, this.#current));
  }
  discard(key: string): void {
    this.#outbox.discard(key);
  }

  deleteMessage(id: string, reason?: string): Promise<void> {
    return this.#do('DELETE_MESSAGE', { Id: id, ...reasonOf(reason) });
  }
  disconnectUser(userId: string, reason?: string): Promise<void> {
    return this.#do('DISCONNECT_USER', { UserId: userId, ...reasonOf(reason) });
  }
  /** For `seconds`, or until it is lifted. */
  banUser(userId: string, seconds?: number, reason?: string): Promise<void> {
    const time = seconds === undefined ? {} : { DurationSeconds: seconds };
    return this.#do('BAN_USER', { UserId: userId, ...time, ...reasonOf(reason) });
  }
  unbanUser(userId: string): Promise<void> {
    return this.#do('UNBAN_USER', { UserId: userId });
  }
  pin(id: string): Promise<void> {
    return this.#do('PIN_MESSAGE', { Id: id });
  }
  unpin(): Promise<void> {
    return this.#do('UNPIN_MESSAGE', {});
  }
  setSlowMode(seconds: number): Promise<void> {
    return this.#do('SET_SLOW_MODE', { Seconds: seconds });
  }
  async react(id: string, emoji: string, on = true): Promise<void> {
    if (!this.#log.reactAsMe(id, emoji, on)) return;
    this.#changed();
    try {
      await this.#do('REACT', { Id: id, Reaction: emoji, ...(on ? {} : { Remove: true }) });
    } catch (error) {
      if (this.#log.reactAsMe(id, emoji, !on)) this.#changed();
      throw error;
    }
  }

  /** What was said before everything that is known here, oldest first, as frames. */
  prepend(frames: readonly MessageFrame[]): number {
    const added = this.#log.prepend(frames.map((frame) => messageOf(frame)));
    if (added > 0) this.#changed();
    return added;
  }
  /** Somebody reads what is old: it stays, up to four times what is kept otherwise. */
  hold(isHeld: boolean): void {
    this.#log.hold(isHeld);
    this.#changed();
  }

  // ---- connections ------------------------------------------------------------------------------

  #attemptNow(): void {
    clearTimeout(this.#timer);
    if (!this.#network.isOnline()) {
      if (!this.#current) this.#setLink({ ...this.#state.link, phase: 'offline' });
      return;
    }
    if (this.#state.link.phase === 'offline') {
      this.#setLink({ ...this.#state.link, phase: 'reconnecting' });
    }
    const attempt = ++this.#attempt;
    this.#options.ticket().then(
      (ticket) => {
        if (attempt === this.#attempt) this.#open(ticket);
      },
      (error: unknown) => {
        if (attempt !== this.#attempt) return;
        if (error instanceof ChatRefusal) this.#refused(error);
        else this.#attemptLater();
      },
    );
  }

  #open(ticket: ChatTicket): void {
    const again = this.#newest !== '';
    const history = again ? historyAtMost : Math.min(this.#options.history ?? 100, historyAtMost);
    try {
      this.#next = new Link(
        ticket,
        this.#options.open ?? openSocket,
        history,
        this.#newest,
        this.#linkEvents,
      );
    } catch {
      this.#attemptLater();
      return;
    }
    this.#collected = null;
    this.#learnTicket(ticket);
  }

  readonly #linkEvents: LinkEvents = {
    frame: (link, frame) => this.#frame(link, frame),
    ready: (link) => this.#ready(link),
    closed: (link, goodbye) => this.#closed(link, goodbye),
  };

  #ready(link: Link): void {
    const old = this.#current;
    if (link !== this.#next) return;
    this.#next = null;
    this.#current = link;
    this.#openedAt = Date.now();
    if (this.#collected) {
      this.#log.reconcile(this.#collected, old === null);
      this.#newest = this.#collected.at(-1)?.id ?? this.#newest;
      this.#collected = null;
    }
    if (old) this.#failures = 0;
    this.#setLink({ ...idle, phase: 'open' });
    if (old) this.#drain(old, Date.now() + drainMs);
    this.#outbox.ready(link, this.#newest);
    this.#planRenewal(link.ticket);
  }

  /** The one before stays until it has answered what was asked over it. */
  #drain(old: Link, until: number): void {
    if (this.#outbox.isWaitingFor(old) && Date.now() < until) {
      setTimeout(() => this.#drain(old, until), 100);
      return;
    }
    old.close();
    this.#outbox.broken(old);
  }

  #closed(link: Link, goodbye: boolean): void {
    this.#outbox.broken(link);
    if (link === this.#next) {
      this.#next = null;
      this.#collected = null;
    } else if (link === this.#current) {
      this.#current = null;
      if (Date.now() - this.#openedAt > steadyAfterMs) this.#failures = 0;
    } else {
      return; // one that was replaced
    }
    if (this.#farewell) {
      const { reason, until, words } = this.#farewell;
      this.#end(reason, until, words);
      if (reason === 'disconnected') this.#askWhy(words);
    } else if (goodbye && link !== this.#sessionOver) {
      this.#end('closed', null, '');
    } else if (this.#current) {
      this.#attemptLater(); // the renewal failed, the old one still runs
    } else if (!this.#next) {
      const phase = this.#newest === '' && this.#openedAt === 0 ? 'connecting' : 'reconnecting';
      this.#setLink({ ...idle, phase, attempts: this.#failures });
      this.#attemptLater();
    }
  }

  #attemptLater(): void {
    this.#failures += 1;
    if (!this.#current) {
      this.#setLink({ ...this.#state.link, attempts: this.#failures });
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#attemptNow(), backOff(this.#failures, this.#random()));
  }

  #refused(refusal: ChatRefusal): void {
    if (this.#current && refusal.reason !== 'banned') return; // what runs may run to its end
    const until = refusal.until ?? (refusal.reason === 'banned' ? this.#state.link.until : null);
    this.#end(refusal.reason, until, this.#farewell?.words ?? '');
  }

  /** Who is banned may be sent away before that is said; a new ticket is refused with all there is to know. */
  #askWhy(words: string): void {
    const attempt = this.#attempt;
    this.#options.ticket().catch((error: unknown) => {
      if (attempt !== this.#attempt || !(error instanceof ChatRefusal)) return;
      this.#end(error.reason, error.until, words);
    });
  }

  #end(reason: ChatEndReason, until: number | null, words: string): void {
    this.#attempt += 1;
    clearTimeout(this.#timer);
    clearTimeout(this.#renewal);
    this.#unwatch?.();
    this.#unwatch = null;
    this.#next?.close();
    this.#current?.close();
    this.#next = null;
    this.#current = null;
    this.#outbox.end();
    this.#state = { ...this.#state, presence: null };
    this.#setLink({ phase: 'ended', reason, until, words, attempts: 0 });
    if (reason === 'banned' && until !== null) {
      const wait = Math.max(0, until - Date.now()) + 500 + 1000 * this.#random();
      if (wait < longestTimer) this.#timer = setTimeout(() => this.connect(), wait);
    }
  }

  #networkChanged(): void {
    if (!this.#network.isOnline()) {
      // Nothing tells a socket that its network has gone; it would be silent for minutes.
      this.#attempt += 1;
      clearTimeout(this.#timer);
      this.#next?.close();
      this.#next = null;
      const old = this.#current;
      this.#current = null;
      old?.close();
      if (old) this.#outbox.broken(old);
      this.#setLink({ ...idle, phase: 'offline' });
    } else if (!this.#current && !this.#next) {
      this.#failures = 0;
      this.#attemptNow();
    }
  }

  /** A session's end closes the connection, so another one with a new session takes over before. */
  #planRenewal(ticket: ChatTicket): void {
    clearTimeout(this.#renewal);
    const end = ticket.sessionExpirationTime ?? ticket.tokenExpirationTime;
    if (end === undefined || end === null) return;
    const left = end - Date.now();
    const wait = Math.max(1000, left > 2 * renewBeforeMs ? left - renewBeforeMs : left / 2);
    if (wait < longestTimer) {
      this.#renewal = setTimeout(() => {
        if (!this.#next) this.#attemptNow();
      }, wait);
    }
  }

  // ---- frames -----------------------------------------------------------------------------------

  #frame(link: Link, frame: Frame): void {
    switch (frame.type) {
      case 'MESSAGE':
        this.#message(link, frame);
        break;
      case 'EVENT':
        this.#event(link, frame);
        break;
      case 'ERROR':
        if (frame.code === 401) this.#sessionOver = link;
        if (frame.code === 429 && frame.requestId !== '') {
          const isSlow = this.#state.limits.slowModeSeconds > 0 && frame.retryAfterMs !== null;
          this.#wait(Date.now() + (frame.retryAfterMs ?? lockMs), isSlow ? 'slow_mode' : 'rate');
        }
        this.#outbox.answer(frame);
    }
  }

  #message(link: Link, frame: MessageFrame): void {
    const isKnown = this.#log.has(frame.id);
    const isCollected = frame.history && link.partial;
    if (!isCollected) this.#newest = frame.id;
    const isMine = frame.userId === this.#state.me?.userId;
    let key = frame.id;
    if (frame.requestId !== '' && this.#outbox.answer(frame)) key = frame.requestId;
    else if (frame.history && isMine && !isKnown) key = this.#outbox.arrived(frame) ?? frame.id;
    if (isMine && !frame.history && !isKnown) this.#iSpoke(frame);
    const message = messageOf(frame, key);
    if (isCollected) (this.#collected ??= []).push(message);
    else if (this.#log.append(message)) this.#changed();
  }

  #iSpoke(frame: MessageFrame): void {
    const { me, limits } = this.#state;
    if (!me) return;
    const { attributes } = messageOf(frame).sender;
    this.#set({ me: { ...me, attributes } });
    if (limits.slowModeSeconds > 0 && me.role === 'NONE') {
      this.#wait(Date.now() + limits.slowModeSeconds * 1000, 'slow_mode');
    }
  }

  #event(link: Link, frame: EventFrame): void {
    const { attributes } = frame;
    // The server remembers what was said; a collected history moves on as a whole.
    if (!frame.name.startsWith('rostrum:') && !(frame.history && link.partial)) {
      this.#newest = frame.id;
    }
    switch (frame.name) {
      case 'aws:DELETE_MESSAGE': {
        const id = attributes['MessageID'] ?? attributes['MessageId'] ?? '';
        if (this.#log.remove(id)) this.#changed();
        if (this.#state.pinned?.id === id) this.#set({ pinned: null });
        break;
      }
      case 'aws:DISCONNECT_USER':
        if (!frame.history && this.#isMe(attributes['UserId'])) {
          this.#farewell ??= {
            reason: 'disconnected',
            until: null,
            words: attributes['Reason'] ?? '',
          };
        }
        break;
      case 'rostrum:banned':
        if (!frame.history && this.#isMe(attributes['UserId'])) {
          const until = untilOf(attributes['Until']);
          this.#farewell = { reason: 'banned', until, words: attributes['Reason'] ?? '' };
        }
        break;
      default:
        this.#ownEvent(link, frame);
    }
    this.#outbox.answer(frame);
    if (!frame.history) {
      for (const listener of this.#eventListeners) {
        listener({ name: frame.name, attributes, at: frame.at });
      }
    }
  }

  #ownEvent(link: Link, frame: EventFrame): void {
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
        if (connections !== null && users !== null) this.#set({ presence: { connections, users } });
        break;
      }
      case 'rostrum:pinned': {
        const pinned = pinnedOf(attributes['Message']);
        if (pinned) this.#set({ pinned: messageOf(pinned) });
        break;
      }
      case 'rostrum:unpinned':
        this.#set({ pinned: null });
        break;
      case 'rostrum:reactions': {
        const counts = reactionsOf(attributes['Counts']);
        if (counts && this.#log.react(attributes['MessageId'] ?? '', counts)) this.#changed();
        break;
      }
      case 'rostrum:role': {
        const { me } = this.#state;
        if (me && this.#isMe(attributes['UserId'])) {
          const role = roleOf(attributes['Role']);
          const canModerate = role === 'MODERATOR' || role === 'OWNER';
          this.#set({ me: { ...me, role, canModerate } });
        }
        break;
      }
      case 'rostrum:history-end':
        // What was pinned comes behind this; if nothing does, nothing is.
        if (link !== this.#current) this.#set({ pinned: null });
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
    const { limits, waitUntil } = this.#state;
    const next = {
      maximumLength: countOf(attributes['MaximumMessageLength']) ?? limits.maximumLength,
      slowModeSeconds: countOf(attributes['SlowModeSeconds']) ?? limits.slowModeSeconds,
    };
    const isOver = next.slowModeSeconds === 0 && waitUntil?.why === 'slow_mode';
    this.#set({ limits: next, ...(isOver ? { waitUntil: null } : {}) });
  }

  #learnTicket(ticket: ChatTicket): void {
    const { maximumMessageLength: maximumLength } = ticket;
    if (ticket.userId !== undefined) {
      const { role = 'NONE', capabilities = [] } = ticket;
      this.#meet(ticket.userId, ticket.displayName, role, capabilities);
    }
    if (maximumLength !== undefined) {
      this.#set({ limits: { ...this.#state.limits, maximumLength } });
    }
  }

  #meet(userId: string, name: string | undefined, role: ChatMe['role'], can: readonly string[]) {
    const old = this.#state.me?.userId === userId ? this.#state.me : null;
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
    this.#set({ me });
  }

  // ---- small things -----------------------------------------------------------------------------

  #isMe(userId: string | undefined): boolean {
    return userId !== undefined && userId === this.#state.me?.userId;
  }

  async #do(action: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    this.#mustBeHere();
    await this.#outbox.add(action, fields, this.#current).done;
  }

  #mustBeHere(): void {
    const { phase } = this.#state.link;
    if (phase === 'idle' || phase === 'ended') {
      throw new ChatError('closed', 'You are not in the chat.');
    }
  }

  #said(frame: Frame): ChatMessage | null {
    return frame.type === 'MESSAGE' ? (this.#log.get(frame.id) ?? messageOf(frame)) : null;
  }

  #wait(at: number, why: 'slow_mode' | 'rate'): void {
    this.#set({ waitUntil: { at, why } });
  }

  #setLink(link: ChatLinkState): void {
    this.#set({ link });
  }

  #set(change: Partial<Omit<ChatSnapshot, 'messages'>>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed();
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    (this.#options.schedule ?? schedule)(() => {
      this.#scheduled = false;
      this.#snapshot = { ...this.#state, messages: this.#messages() };
      for (const listener of this.#listeners) listener();
    });
  }

  #messages(): ChatMessage[] {
    const messages = this.#log.all();
    const { me } = this.#state;
    if (me) for (const request of this.#outbox.messages()) messages.push(unsent(request, me));
    return messages;
  }
}

const reasonOf = (reason: string | undefined) => (reason ? { Reason: reason } : {});

function unsent(request: Request, me: ChatMe): ChatMessage {
  return {
    key: request.id,
    id: '',
    content: request.content,
    attributes: request.attributes,
    at: request.at,
    sender: me,
    reactions: [],
    removed: false,
    state: request.state === 'failed' ? 'failed' : 'pending',
    failure: request.failure,
    afterGap: false,
  };
}
