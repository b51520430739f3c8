/**
 * What was said, in the room's order: each message once, the newest `keep` of them. A connection gives the
 * frames in order; two connections at once, or one after another, may give the same frame again.
 */
import type { MessageFrame } from './frames';
import type { ChatMessage, ChatReaction, ChatSender } from './types';

const idsRemembered = 4000;

/** Signals of polls, which travel as messages for pages that know no other way: nothing that anybody said. */
const signals = new Set(['START_POLL', 'END_POLL', 'SEND_VOTE_STATS', 'HEART_BEAT', 'SUBMIT_VOTE']);
export const isSaid = (frame: MessageFrame): boolean =>
  !signals.has(frame.attributes['eventType'] ?? '');

/** What our pages send along, so that clients of other makes take it for what it is. */
export const saidAttributes = { eventType: 'SEND_MESSAGE', form: 'text' } as const;

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  '#x2F': '/',
  '#x60': '`',
  nbsp: ' ',
};
/** Clients that send SEND_MESSAGE without our mark encode what is special in HTML. */
function contentOf({ content, attributes }: MessageFrame): string {
  const isEncoded = attributes['eventType'] === 'SEND_MESSAGE' && attributes['form'] !== 'text';
  if (!isEncoded) return content;
  return content.replace(/&(#?\w{2,5});/g, (whole, name: string) => entities[name] ?? whole);
}

export function senderOf(frame: MessageFrame): ChatSender {
  return {
    userId: frame.userId,
    displayName: frame.userAttributes['displayName'] || frame.userId,
    role: frame.role,
    attributes: frame.userAttributes,
  };
}

export function messageOf(frame: MessageFrame, key = frame.id): ChatMessage {
  return {
    key,
    id: frame.id,
    content: contentOf(frame),
    attributes: frame.attributes,
    at: frame.at,
    sender: senderOf(frame),
    reactions: [],
    removed: false,
    state: 'sent',
    failure: null,
    afterGap: false,
  };
}

/** The newest `most` things that were put in. */
class Remembered {
  readonly #most: number;
  readonly #things = new Set<string>();
  constructor(most: number) {
    this.#most = most;
  }
  add(thing: string): void {
    this.#things.delete(thing);
    this.#things.add(thing);
    if (this.#things.size > this.#most) {
      for (const oldest of this.#things) {
        this.#things.delete(oldest);
        break;
      }
    }
  }
  has(thing: string): boolean {
    return this.#things.has(thing);
  }
  delete(thing: string): void {
    this.#things.delete(thing);
  }
}

export class MessageLog {
  readonly #keep: number;
  /** A map remembers the order in which its keys came, also when a value is replaced. */
  #messages = new Map<string, ChatMessage>();
  #seen = new Remembered(idsRemembered);
  #removed = new Remembered(idsRemembered);
  #mine = new Remembered(idsRemembered);
  /** What was fetched from before is kept, too, as long as somebody reads it. */
  #older = 0;
  #isHeld = false;

  constructor(keep = 500) {
    this.#keep = keep;
  }

  get size(): number {
    return this.#messages.size;
  }
  get(id: string): ChatMessage | undefined {
    return this.#messages.get(id);
  }
  /** Known now, or not long ago. */
  has(id: string): boolean {
    return this.#messages.has(id) || this.#seen.has(id);
  }
  oldest(): ChatMessage | undefined {
    for (const message of this.#messages.values()) return message;
    return undefined;
  }
  all(): ChatMessage[] {
    return [...this.#messages.values()];
  }

  /** False if it was there already. */
  append(message: ChatMessage): boolean {
    if (this.has(message.id)) return false;
    this.#put(message);
    this.#trim();
    return true;
  }

  /** What was said before everything that is here, oldest first. Gives how many were new. */
  prepend(older: readonly ChatMessage[]): number {
    const fresh = older.filter((m) => !this.#messages.has(m.id) && !this.#removed.has(m.id));
    if (fresh.length === 0) return 0;
    const now = this.#messages;
    this.#messages = new Map();
    for (const message of fresh) this.#put(message);
    this.#older += this.#messages.size;
    const added = this.#messages.size;
    for (const [id, message] of now) this.#messages.set(id, message);
    return added;
  }

  /** Somebody reads what is old: it stays, up to a bound; until nobody does any more. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) return;
    this.#older = 0;
    this.#trim();
  }

  /**
   * What the server still knows, oldest first, when it could not say what came behind the newest message
   * here. Where both overlap, what it does not know any more was taken away; else something is missing.
   * `isAll`: nothing else tells this log what is said, so it can know nothing newer.
   */
  reconcile(known: readonly ChatMessage[], isAll: boolean): void {
    const ids = new Set(known.map((m) => m.id));
    const first = known.findIndex((m) => this.#messages.has(m.id));
    if (first < 0) {
      const last = this.all().at(-1);
      let gap = last !== undefined;
      for (const message of known) {
        if (last !== undefined && message.at < last.at) continue;
        if (this.append(gap ? { ...message, afterGap: true } : message)) gap = false;
      }
      return;
    }
    let inside = false;
    const firstId = known[first]?.id;
    const lastAt = known.at(-1)?.at ?? 0;
    for (const { id, at } of this.all()) {
      inside ||= id === firstId;
      if (inside && !ids.has(id) && (isAll || at <= lastAt)) this.remove(id);
    }
    for (const message of known.slice(first)) this.append(message);
  }

  /** Also of a message that comes later, or that is not here any more. */
  remove(id: string): boolean {
    this.#removed.add(id);
    const message = this.#messages.get(id);
    if (!message || message.removed) return false;
    this.#messages.set(id, { ...message, removed: true, content: '', reactions: [] });
    return true;
  }

  react(id: string, counts: readonly { emoji: string; count: number }[]): boolean {
    const message = this.#messages.get(id);
    if (!message || message.removed) return false;
    const reactions = counts.map((c) => ({ ...c, mine: this.#mine.has(`${id} ${c.emoji}`) }));
    this.#messages.set(id, { ...message, reactions });
    return true;
  }

  /** This person's own reaction, shown before the server has counted it. */
  reactAsMe(id: string, emoji: string, on: boolean): boolean {
    const key = `${id} ${emoji}`;
    const message = this.#messages.get(id);
    if (!message || message.removed || this.#mine.has(key) === on) return false;
    if (on) this.#mine.add(key);
    else this.#mine.delete(key);
    const found = message.reactions.find((r) => r.emoji === emoji);
    const next: ChatReaction = { emoji, count: (found?.count ?? 0) + (on ? 1 : -1), mine: on };
    const reactions = found
      ? message.reactions.map((r) => (r === found ? next : r))
      : [...message.reactions, next];
    this.#messages.set(id, { ...message, reactions: reactions.filter((r) => r.count > 0) });
    return true;
  }

  #put(message: ChatMessage): void {
    const gone = this.#removed.has(message.id);
    this.#seen.add(message.id);
    this.#messages.set(message.id, gone ? { ...message, removed: true, content: '' } : message);
  }

  #trim(): void {
    const most = this.#keep * (this.#isHeld ? 4 : 1) + this.#older;
    let over = this.#messages.size - most;
    if (over <= 0) return;
    for (const id of this.#messages.keys()) {
      if (over-- <= 0) return;
      this.#messages.delete(id);
    }
  }
}
