/** What was said, asked for by time: replay beside a recording, and reading further back. */
import { isSaid } from './log';
import { readFrame, type EventFrame, type MessageFrame } from './frames';

export type PastFrame = MessageFrame | EventFrame;

export interface PastPage {
  readonly frames: readonly PastFrame[];
  /** Continues behind this id; null: that was all. */
  readonly next: string | null;
}

/** Everything from `from` up to before `to` (ms), in order, a page at a time. */
export type PastSource = (
  from: number,
  to: number,
  after: string | null,
  signal?: AbortSignal,
) => Promise<PastPage>;

export function parsePastPage(value: unknown): PastPage {
  const from = value as { messages?: unknown; next?: unknown } | null;
  if (typeof from !== 'object' || from === null || !Array.isArray(from.messages)) {
    throw new TypeError('messages is not a list');
  }
  const frames = from.messages
    .map(readFrame)
    .filter((frame): frame is PastFrame => frame !== null && frame.type !== 'ERROR')
    .filter((frame) => frame.type !== 'MESSAGE' || isSaid(frame));
  return { frames, next: typeof from.next === 'string' && from.next !== '' ? from.next : null };
}

const mostPages = 50;

/** All pages of a stretch of time. */
export async function allPages(
  source: PastSource,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<PastFrame[]> {
  const frames: PastFrame[] = [];
  let after: string | null = null;
  for (let page = 0; page < mostPages; ++page) {
    const answer: PastPage = await source(from, to, after, signal);
    frames.push(...answer.frames);
    if (answer.next === null || answer.next === after) break;
    after = answer.next;
  }
  return frames;
}

const firstStretchMs = 10 * 60_000;
const farthestMs = 24 * 3_600_000;
const enough = 30;

/** Reads back from the oldest known message, further each time, until a screen is full or a day is over. */
export class OlderMessages {
  readonly #source: PastSource;
  #before: number | null = null;
  #stretch = firstStretchMs;
  #left = farthestMs;

  constructor(source: PastSource) {
    this.#source = source;
  }

  get isExhausted(): boolean {
    return this.#left <= 0;
  }

  /** `before`: when the oldest message on the page was said. Gives messages, oldest first. */
  async load(before: number): Promise<MessageFrame[]> {
    let found: MessageFrame[] = [];
    this.#before ??= before + 1; // what was said in the same millisecond may be missing
    while (found.length < enough && this.#left > 0) {
      const to: number = this.#before;
      const from = to - Math.min(this.#stretch, this.#left);
      const frames = await allPages(this.#source, from, to);
      found = [...frames.filter((f): f is MessageFrame => f.type === 'MESSAGE'), ...found];
      this.#before = from;
      this.#left -= to - from;
      this.#stretch *= 3;
    }
    return found;
  }
}
