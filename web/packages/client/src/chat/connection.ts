/**
 * A person's place in a chat room: connects, comes back by itself, and keeps what a page shows as one
 * snapshot (`subscribe` and `getSnapshot` are what React's useSyncExternalStore wants).
 */
import type { Frame, MessageFrame } from './frames';
import { Link, type LinkEvents, type OpenSocket } from './link';
import { MessageLog, messageOf } from './log';
import { Outbox } from './outbox';
import { FrameReader, type ChatEvent } from './reader';
import { ChatStore, idle } from './store';
import { backOff, network, openSocket, type Network, type Schedule } from './surroundings';
import {
  ChatError,
  ChatRefusal,
  type ChatAttributes,
  type ChatEndReason,
  type ChatLinkState,
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

const historyAtMost = 200;
const renewBeforeMs = 60_000;
const drainMs = 5000;
const steadyAfterMs = 10_000;
const longestTimer = 2 ** 31 - 1;

export class ChatConnection {
  readonly #options: ChatOptions;
  readonly #random: () => number;
  readonly #network: Network;
  readonly #outbox: Outbox;
  readonly #store: ChatStore;
  readonly #reader: FrameReader;

  #current: Link | null = null;
  #next: Link | null = null;
  /** Rises with every attempt: an answer for an older one comes too late. */
  #attempt = 0;
  #failures = 0;
  #openedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | null = null;
  constructor(options: ChatOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#network = options.network ?? network;
    this.#outbox = new Outbox({
      changed: () => this.#store.changed(),
      silent: (link) => link.drop(),
      isDone: (request) =>
        request.action === 'DELETE_MESSAGE' &&
        this.#store.log.get(String(request.fields['Id']))?.removed === true,
    });
    this.#store = new ChatStore(
      new MessageLog(options.keep),
      () => this.#outbox.messages(),
      options.schedule,
    );
    this.#reader = new FrameReader(this.#store, this.#outbox);
  }

  // ---- what a page reads ------------------------------------------------------------------------

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  readonly getSnapshot = (): ChatSnapshot => this.#store.getSnapshot();

  onEvent(listener: (event: ChatEvent) => void): () => void {
    return this.#reader.onEvent(listener);
  }

  // ---- coming and going -------------------------------------------------------------------------

  connect(): void {
    const { phase } = this.#store.state.link;
    if (phase !== 'idle' && phase !== 'ended') return;
    this.#reader.farewell = null;
    this.#failures = 0;
    this.#unwatch ??= this.#network.watch(() => this.#networkChanged());
    this.#setLink({ ...idle, phase: this.#reader.newest === '' ? 'connecting' : 'reconnecting' });
    this.#attemptNow();
  }

  /** Tries again now instead of later. */
  retryNow(): void {
    const { phase } = this.#store.state.link;
    if (phase === 'idle' || phase === 'ended') this.connect();
    else if (!this.#current && !this.#next) this.#attemptNow();
  }

  /** Takes a new ticket, for a new name or more rights; what is open runs until that is. */
  renew(): void {
    const { phase } = this.#store.state.link;
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
    if (!this.#store.log.reactAsMe(id, emoji, on)) return;
    this.#store.changed();
    try {
      await this.#do('REACT', { Id: id, Reaction: emoji, ...(on ? {} : { Remove: true }) });
    } catch (error) {
      if (this.#store.log.reactAsMe(id, emoji, !on)) this.#store.changed();
      throw error;
    }
  }

  /** What was said before everything that is known here, oldest first, as frames. */
  prepend(frames: readonly MessageFrame[]): number {
    const added = this.#store.log.prepend(frames.map((frame) => messageOf(frame)));
    if (added > 0) this.#store.changed();
    return added;
  }
  /** Somebody reads what is old: it stays, up to four times what is kept otherwise. */
  hold(isHeld: boolean): void {
    this.#store.log.hold(isHeld);
    this.#store.changed();
  }

  // ---- connections ------------------------------------------------------------------------------

  #attemptNow(): void {
    clearTimeout(this.#timer);
    if (!this.#network.isOnline()) {
      if (!this.#current) this.#setLink({ ...this.#store.state.link, phase: 'offline' });
      return;
    }
    if (this.#store.state.link.phase === 'offline') {
      this.#setLink({ ...this.#store.state.link, phase: 'reconnecting' });
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
    const again = this.#reader.newest !== '';
    const history = again ? historyAtMost : Math.min(this.#options.history ?? 100, historyAtMost);
    try {
      this.#next = new Link(
        ticket,
        this.#options.open ?? openSocket,
        history,
        this.#reader.newest,
        this.#linkEvents,
      );
    } catch {
      this.#attemptLater();
      return;
    }
    this.#reader.forget();
    this.#reader.ticket(ticket);
  }

  readonly #linkEvents: LinkEvents = {
    frame: (link, frame) => this.#reader.frame(link, frame),
    ready: (link) => this.#ready(link),
    closed: (link, goodbye) => this.#closed(link, goodbye),
  };

  #ready(link: Link): void {
    const old = this.#current;
    if (link !== this.#next) return;
    this.#next = null;
    this.#current = link;
    this.#openedAt = Date.now();
    this.#reader.historyEnded(old === null);
    if (old) this.#failures = 0;
    this.#setLink({ ...idle, phase: 'open' });
    if (old) this.#drain(old, Date.now() + drainMs);
    this.#outbox.ready(link, this.#reader.newest);
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
      this.#reader.forget();
    } else if (link === this.#current) {
      this.#current = null;
      if (Date.now() - this.#openedAt > steadyAfterMs) this.#failures = 0;
    } else {
      return; // one that was replaced
    }
    if (this.#reader.farewell) {
      const { reason, until, words } = this.#reader.farewell;
      this.#end(reason, until, words);
      if (reason === 'disconnected') this.#askWhy(words);
    } else if (goodbye && link !== this.#reader.sessionOver) {
      this.#end('closed', null, '');
    } else if (this.#current) {
      this.#attemptLater(); // the renewal failed, the old one still runs
    } else if (!this.#next) {
      const phase =
        this.#reader.newest === '' && this.#openedAt === 0 ? 'connecting' : 'reconnecting';
      this.#setLink({ ...idle, phase, attempts: this.#failures });
      this.#attemptLater();
    }
  }

  #attemptLater(): void {
    this.#failures += 1;
    if (!this.#current) {
      this.#setLink({ ...this.#store.state.link, attempts: this.#failures });
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#attemptNow(), backOff(this.#failures, this.#random()));
  }

  #refused(refusal: ChatRefusal): void {
    if (this.#current && refusal.reason !== 'banned') return; // what runs may run to its end
    const until =
      refusal.until ?? (refusal.reason === 'banned' ? this.#store.state.link.until : null);
    this.#end(refusal.reason, until, this.#reader.farewell?.words ?? '');
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
    this.#store.set({ presence: null });
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

  // ---- small things -----------------------------------------------------------------------------

  async #do(action: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    this.#mustBeHere();
    await this.#outbox.add(action, fields, this.#current).done;
  }

  #mustBeHere(): void {
    const { phase } = this.#store.state.link;
    if (phase === 'idle' || phase === 'ended') {
      throw new ChatError('closed', 'You are not in the chat.');
    }
  }

  #said(frame: Frame): ChatMessage | null {
    return frame.type === 'MESSAGE' ? (this.#store.log.get(frame.id) ?? messageOf(frame)) : null;
  }

  #setLink(link: ChatLinkState): void {
    this.#store.set({ link });
  }
}

const reasonOf = (reason: string | undefined) => (reason ? { Reason: reason } : {});
