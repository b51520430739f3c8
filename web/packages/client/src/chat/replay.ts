/**
 * The chat of a recording as it stood at each of its moments. Whoever plays the recording says where it is
 * (`at`, as wall-clock time of the programme); what was said around that moment is fetched a minute at a time.
 */
import { MessageLog, messageOf } from './log';
import { allPages, type PastFrame, type PastSource } from './past';
import { schedule, type Schedule } from './surroundings';
import type { ChatMessage } from './types';

export interface ChatReplayOptions {
  readonly source: PastSource;
  /** When the recording begins: nothing is asked for before. */
  readonly start: number;
  /** How many messages to show at most. */
  readonly keep?: number;
  readonly schedule?: Schedule;
}

export interface ChatReplaySnapshot {
  readonly messages: readonly ChatMessage[];
  readonly state: 'loading' | 'ready' | 'failed';
}

const stretchMs = 60_000;
const stretchesKept = 60;
/** So far before the moment something is looked for until there is a screen full of it. */
const stretchesBack = 10;
const screenFull = 30;
const retryAfterMs = 3000;

export class ChatReplay {
  readonly #options: ChatReplayOptions;
  readonly #keep: number;
  readonly #listeners = new Set<() => void>();
  readonly #stretches = new Map<number, readonly PastFrame[]>();
  readonly #loading = new Set<number>();
  readonly #stopped = new AbortController();
  #failedAt = Number.NEGATIVE_INFINITY;
  #moment = Number.NaN;
  #log: MessageLog;
  /** The log holds what was said in stretches `#first` to that of `#moment`, up to `#told`. */
  #first = Number.NaN;
  #told = Number.NaN;
  #snapshot: ChatReplaySnapshot = { messages: [], state: 'loading' };
  #scheduled = false;

  constructor(options: ChatReplayOptions) {
    this.#options = options;
    this.#keep = options.keep ?? 200;
    this.#log = new MessageLog(this.#keep);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly getSnapshot = (): ChatReplaySnapshot => this.#snapshot;

  /** The programme is at `moment` (ms since 1970) now; as often as one likes, forward or back. */
  at(moment: number): void {
    if (this.#stopped.signal.aborted || Number.isNaN(moment)) return;
    this.#moment = moment;
    this.#tell();
  }

  stop(): void {
    this.#stopped.abort();
  }

  #number(moment: number): number {
    return Math.floor(Math.max(0, moment - this.#options.start) / stretchMs);
  }

  #tell(): void {
    const here = this.#number(this.#moment);
    this.#want(here);
    // Soon needed; a recording that is sought through is not fetched along its whole way.
    if (this.#stretches.has(here)) this.#want(here + 1);
    if (!this.#stretches.has(here)) {
      this.#changed();
      return;
    }
    const isForward =
      this.#moment >= this.#told && this.#first <= here && this.#isWhole(this.#first, here);
    if (isForward) this.#play(this.#told, this.#number(this.#told));
    else this.#begin(here);
    this.#told = this.#moment;
    this.#changed();
  }

  #isWhole(first: number, last: number): boolean {
    for (let n = this.#number(this.#told); n <= last; ++n)
      if (!this.#stretches.has(n)) return false;
    return !Number.isNaN(first);
  }

  /** Anew from as far back as is needed to fill a screen and is known without a hole. */
  #begin(here: number): void {
    let first = here;
    let messages = this.#count(here);
    while (first > 0 && here - first < stretchesBack && messages < screenFull) {
      this.#want(first - 1);
      if (!this.#stretches.has(first - 1)) break;
      first -= 1;
      messages += this.#count(first);
    }
    this.#log = new MessageLog(this.#keep);
    this.#first = first;
    this.#play(Number.NEGATIVE_INFINITY, first);
  }

  #count(n: number): number {
    const frames = this.#stretches.get(n) ?? [];
    return frames.filter((f) => f.type === 'MESSAGE' && f.at <= this.#moment).length;
  }

  /** Says what was said behind `after`, up to the moment. */
  #play(after: number, first: number): void {
    for (let n = first; n <= this.#number(this.#moment); ++n) {
      for (const frame of this.#stretches.get(n) ?? []) {
        if (frame.at <= after || frame.at > this.#moment) continue;
        if (frame.type === 'MESSAGE') this.#log.append(messageOf(frame));
        else if (frame.name === 'aws:DELETE_MESSAGE') {
          this.#log.remove(frame.attributes['MessageID'] ?? frame.attributes['MessageId'] ?? '');
        }
      }
    }
  }

  #want(n: number): void {
    if (this.#stretches.has(n) || this.#loading.has(n)) return;
    if (Date.now() - this.#failedAt < retryAfterMs) return;
    this.#loading.add(n);
    const from = this.#options.start + n * stretchMs;
    allPages(this.#options.source, from, from + stretchMs, this.#stopped.signal).then(
      (frames) => {
        this.#loading.delete(n);
        if (this.#stopped.signal.aborted) return;
        this.#stretches.set(n, frames);
        this.#forgetFar();
        this.#rebuild(n);
      },
      () => {
        this.#loading.delete(n);
        this.#failedAt = Date.now();
        this.#changed();
      },
    );
  }

  #rebuild(n: number): void {
    const here = this.#number(this.#moment);
    if (n < this.#first && n < here) this.#told = Number.POSITIVE_INFINITY; // begin again
    if (n <= here) this.#tell();
  }

  #forgetFar(): void {
    const here = this.#number(this.#moment);
    while (this.#stretches.size > stretchesKept) {
      const far = [...this.#stretches.keys()].reduce((a, b) =>
        Math.abs(b - here) > Math.abs(a - here) ? b : a,
      );
      this.#stretches.delete(far);
    }
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    (this.#options.schedule ?? schedule)(() => {
      this.#scheduled = false;
      const isHere = this.#stretches.has(this.#number(this.#moment));
      const failed = Date.now() - this.#failedAt < retryAfterMs;
      this.#snapshot = {
        messages: isHere ? this.#log.all() : this.#snapshot.messages,
        state: isHere ? 'ready' : failed ? 'failed' : 'loading',
      };
      for (const listener of this.#listeners) listener();
    });
  }
}
