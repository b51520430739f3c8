/**
 * What this person asked for and the server has not answered. A request that was under way when its
 * connection broke is neither done nor undone: once the next connection has told what happened meanwhile, it
 * is either found there or sent once more.
 */
import type { ErrorFrame, Frame, MessageFrame } from './frames';
import type { Link } from './link';
import { ChatError, type ChatAttributes, type ChatFailureKind } from './types';

export interface Request {
  readonly id: string;
  readonly action: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Only of messages. */
  readonly content: string;
  readonly attributes: ChatAttributes;
  at: number;
  state: 'queued' | 'sent' | 'unsure' | 'failed';
  failure: ChatError | null;
}

interface Kept extends Request {
  link: Link | null;
  sentAt: number;
  sentTimes: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  resolve: (frame: Frame) => void;
  reject: (error: ChatError) => void;
}

const answerWithinMs = 10_000;
const waitForConnectionMs = 30_000;
export const mostWaiting = 50;

const kinds: Readonly<Record<number, ChatFailureKind>> = {
  400: 'invalid',
  401: 'broken',
  403: 'not_allowed',
  404: 'invalid',
  406: 'rejected',
  413: 'too_long',
  429: 'rate',
};

export function errorOf(frame: ErrorFrame): ChatError {
  return new ChatError(kinds[frame.code] ?? 'internal', frame.message, frame.retryAfterMs);
}

export interface OutboxEvents {
  /** Something about the messages that are shown has changed. */
  changed(): void;
  /** Nothing was heard since it was sent: the connection seems dead. */
  silent(link: Link): void;
  /** Of an action that is not a message: has it been done already? */
  isDone(request: Request): boolean;
}

export class Outbox {
  readonly #requests = new Map<string, Kept>();
  readonly #events: OutboxEvents;
  constructor(events: OutboxEvents) {
    this.#events = events;
  }

  /** Messages on their way and those that failed, in the order in which they were written. */
  messages(): Request[] {
    return [...this.#requests.values()].filter((r) => r.action === 'SEND_MESSAGE');
  }

  add(
    action: string,
    fields: Readonly<Record<string, unknown>>,
    link: Link | null,
  ): { readonly id: string; readonly done: Promise<Frame> } {
    const id = newId();
    const done = new Promise<Frame>((resolve, reject) => {
      const waiting = [...this.#requests.values()].filter((r) => r.state !== 'failed').length;
      if (waiting >= mostWaiting) {
        reject(new ChatError('rate', 'Too much is waiting to be sent.'));
        return;
      }
      const content = fields['Content'];
      this.#requests.set(id, {
        id,
        action,
        fields,
        content: typeof content === 'string' ? content : '',
        attributes: (fields['Attributes'] as ChatAttributes | undefined) ?? {},
        at: Date.now(),
        state: 'queued',
        failure: null,
        link: null,
        sentAt: 0,
        sentTimes: 0,
        timer: undefined,
        resolve,
        reject,
      });
    });
    const request = this.#requests.get(id);
    if (request) this.#submit(request, link);
    return { id, done };
  }

  /** A message that failed goes once more; it moves to the end. */
  retry(id: string, link: Link | null): Promise<Frame> {
    const old = this.#requests.get(id);
    if (old?.state !== 'failed') {
      return Promise.reject(new ChatError('closed', 'There is no such message.'));
    }
    this.#requests.delete(id);
    return new Promise((resolve, reject) => {
      const request: Kept = {
        ...old,
        resolve,
        reject,
        at: Date.now(),
        sentTimes: 0,
        failure: null,
      };
      this.#requests.set(id, request);
      this.#submit(request, link);
    });
  }

  discard(id: string): void {
    if (this.#requests.get(id)?.state !== 'failed') return;
    this.#requests.delete(id);
    this.#events.changed();
  }

  /** A frame with the id of a request: its answer, even if we had given up on it. */
  answer(frame: Frame): boolean {
    const request = frame.requestId === '' ? undefined : this.#requests.get(frame.requestId);
    if (!request) return false;
    if (frame.type === 'ERROR') {
      if (request.state !== 'failed') this.#fail(request, errorOf(frame));
      return true;
    }
    this.#settle(request, frame);
    return true;
  }

  /** A message of this person's in the history of a new connection, where requests have no ids. */
  arrived(frame: MessageFrame): string | null {
    for (const request of this.#requests.values()) {
      if (request.state !== 'unsure' || request.action !== 'SEND_MESSAGE') continue;
      if (request.content !== frame.content) continue;
      this.#settle(request, frame);
      return request.id;
    }
    return null;
  }

  /** The connection is gone: what went over it may or may not have arrived. */
  broken(link: Link): void {
    for (const request of this.#requests.values()) {
      if (request.link !== link) continue;
      request.link = null;
      if (request.state !== 'sent') continue;
      if (request.sentTimes > 1) {
        this.#fail(request, new ChatError('broken', 'The connection broke.'));
        continue;
      }
      request.state = 'unsure';
      this.#giveUpAfter(request, waitForConnectionMs);
    }
  }

  /** A connection is open and its history has been told. */
  ready(link: Link, fresh: string): void {
    for (const request of [...this.#requests.values()]) {
      if (request.state === 'unsure' && this.#events.isDone(request)) {
        this.#settle(request, doneFrame(request.id, fresh));
      } else if (request.state === 'queued' || request.state === 'unsure') {
        this.#submit(request, link);
      }
    }
  }

  isWaitingFor(link: Link): boolean {
    return [...this.#requests.values()].some((r) => r.link === link && r.state === 'sent');
  }

  /** Nothing will be answered any more. */
  end(): void {
    for (const request of [...this.#requests.values()]) {
      if (request.state === 'failed') continue;
      this.#fail(request, new ChatError('closed', 'You are not in the chat any more.'));
    }
  }

  #submit(request: Kept, link: Link | null): void {
    const frame = { Action: request.action, RequestId: request.id, ...request.fields };
    if (link?.isReady) {
      request.state = 'sent';
      request.link = link;
      request.sentAt = Date.now();
      request.sentTimes += 1;
      this.#giveUpAfter(request, answerWithinMs);
      link.send(frame); // if that fails, the connection's end follows and says so
    } else {
      request.state = 'queued';
      this.#giveUpAfter(request, waitForConnectionMs);
    }
    this.#events.changed();
  }

  #giveUpAfter(request: Kept, ms: number): void {
    clearTimeout(request.timer);
    request.timer = setTimeout(() => {
      const { link } = request;
      if (link && request.state === 'sent' && link.heardAt < request.sentAt) {
        this.#events.silent(link); // calls broken()
        if (request.state !== 'sent') return;
      }
      this.#fail(request, new ChatError('timeout', 'The server did not answer.'));
    }, ms);
  }

  #settle(request: Kept, frame: Frame): void {
    clearTimeout(request.timer);
    this.#requests.delete(request.id);
    request.resolve(frame);
    this.#events.changed();
  }

  #fail(request: Kept, error: ChatError): void {
    clearTimeout(request.timer);
    request.state = 'failed';
    request.failure = error;
    request.link = null;
    if (request.action !== 'SEND_MESSAGE') this.#requests.delete(request.id);
    request.reject(error);
    this.#events.changed();
  }
}

/** Stands for the answer to an action whose effect was seen but whose answer was lost. */
function doneFrame(requestId: string, id: string): Frame {
  return {
    type: 'EVENT',
    id: id || requestId,
    requestId,
    name: 'rostrum:done',
    attributes: {},
    at: Date.now(),
    history: false,
  };
}

/** A UUID of version 4; `randomUUID` exists in secure pages only. */
export function newId(): string {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  const [version = 0, variant = 0] = [octets[6], octets[8]];
  octets[6] = (version & 0x0f) | 0x40;
  octets[8] = (variant & 0x3f) | 0x80;
  const hex = [...octets].map((o) => o.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
