/** One WebSocket, from opening it to its end. It lives once; who wants another one makes another. */
import { parseFrame, type Frame } from './frames';
import type { ChatTicket } from './types';

/** The part of WebSocket that is used, so that any implementation will do. */
export interface ChatSocket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly wasClean: boolean }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}
export type OpenSocket = (url: string, protocol: string) => ChatSocket;

export interface LinkEvents {
  frame(link: Link, frame: Frame): void;
  /** History is complete: what is said from here on comes as it is said. */
  ready(link: Link): void;
  /** Once, unless close() was called. `goodbye`: the server ended it on purpose. */
  closed(link: Link, goodbye: boolean): void;
}

const readyWithinMs = 15_000;

/** The ticket's address with what we ask for beyond the service's protocol. */
export function addressOf(ticket: ChatTicket, history: number, since: string): string {
  const url = new URL(ticket.url);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') throw new TypeError('not a ws address');
  url.searchParams.set('rostrum', '1');
  url.searchParams.set('history', String(history));
  if (since) url.searchParams.set('since', since);
  return url.href;
}

export class Link {
  readonly ticket: ChatTicket;
  /** The id behind which its history begins; empty: just the newest. */
  readonly since: string;
  readonly #socket: ChatSocket;
  readonly #events: LinkEvents;
  readonly #late: ReturnType<typeof setTimeout>;
  #over = false;
  #ready = false;
  /** When anything was heard last. */
  heardAt = 0;
  /** The server did not know `since` any more. */
  partial = false;

  constructor(
    ticket: ChatTicket,
    open: OpenSocket,
    history: number,
    since: string,
    events: LinkEvents,
  ) {
    this.ticket = ticket;
    this.since = since;
    this.#events = events;
    this.#socket = open(addressOf(ticket, history, since), ticket.token);
    this.#late = setTimeout(() => this.drop(), readyWithinMs);
    this.#socket.onmessage = ({ data }) => this.#heard(data);
    this.#socket.onclose = ({ code, wasClean }) => this.#ended(wasClean && code === 1000);
    this.#socket.onerror = () => undefined; // the close that follows says all there is to know
  }

  get isReady(): boolean {
    return this.#ready && !this.#over;
  }

  send(frame: object): void {
    try {
      this.#socket.send(JSON.stringify(frame));
    } catch {
      this.drop();
    }
  }

  /** Ends it in peace and says nothing more. */
  close(): void {
    if (this.#over) return;
    this.#finish();
    this.#socket.close(1000);
  }

  /** Gives up on a connection that seems dead, as if it had broken. */
  drop(): void {
    if (this.#over) return;
    this.#finish();
    this.#socket.close();
    this.#events.closed(this, false);
  }

  #heard(data: unknown): void {
    if (this.#over) return;
    this.heardAt = Date.now();
    const frame = parseFrame(data);
    if (!frame) return;
    if (frame.type === 'EVENT' && frame.name === 'rostrum:welcome') {
      this.partial = this.since !== '' && frame.attributes['History'] === 'partial';
    }
    this.#events.frame(this, frame);
    if (frame.type === 'EVENT' && frame.name === 'rostrum:history-end' && !this.#ready) {
      clearTimeout(this.#late);
      this.#ready = true;
      this.#events.ready(this);
    }
  }

  #ended(goodbye: boolean): void {
    if (this.#over) return;
    this.#finish();
    this.#events.closed(this, goodbye);
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#late);
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
  }
}
