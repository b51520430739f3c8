/**
 * What a page shows of a room, as one snapshot that is renewed once a frame at most (`subscribe` and
 * `getSnapshot` are what React's useSyncExternalStore wants).
 */
import type { MessageLog } from './log';
import type { Request } from './outbox';
import { schedule, type Schedule } from './surroundings';
import type { ChatLinkState, ChatMe, ChatMessage, ChatSnapshot } from './types';

export type ChatState = Omit<ChatSnapshot, 'messages'>;

export const idle: ChatLinkState = {
  phase: 'idle',
  reason: null,
  words: '',
  until: null,
  attempts: 0,
};

export class ChatStore {
  readonly log: MessageLog;
  readonly #schedule: Schedule;
  /** What is being sent: stands behind everything else. */
  readonly #unsent: () => readonly Request[];
  readonly #listeners = new Set<() => void>();
  #state: ChatState = {
    link: idle,
    me: null,
    pinned: null,
    presence: null,
    limits: { maximumLength: 500, slowModeSeconds: 0 },
    waitUntil: null,
  };
  #snapshot: ChatSnapshot = { ...this.#state, messages: [] };
  #isScheduled = false;

  constructor(log: MessageLog, unsent: () => readonly Request[], soon: Schedule = schedule) {
    this.log = log;
    this.#unsent = unsent;
    this.#schedule = soon;
  }

  /** As it is at this moment; the snapshot follows. */
  get state(): ChatState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): ChatSnapshot => this.#snapshot;

  set(change: Partial<ChatState>): void {
    this.#state = { ...this.#state, ...change };
    this.changed();
  }

  changed(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => {
      this.#isScheduled = false;
      this.#snapshot = { ...this.#state, messages: this.#messages() };
      for (const listener of this.#listeners) listener();
    });
  }

  #messages(): ChatMessage[] {
    const messages = this.log.all();
    const { me } = this.#state;
    if (me) for (const request of this.#unsent()) messages.push(shownUnsent(request, me));
    return messages;
  }
}

function shownUnsent(request: Request, me: ChatMe): ChatMessage {
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
