/** A video element and an engine without a browser, for tests. */
import type { CreateEngine, Engine, EngineEvents, Quality, Start } from '../engine/engine';

type Range = readonly [number, number];
const ranges = (list: readonly Range[]): TimeRanges => ({
  length: list.length,
  start: (i) => list[i]?.[0] ?? 0,
  end: (i) => list[i]?.[1] ?? 0,
});

export class FakeVideo extends EventTarget {
  paused = true;
  ended = false;
  seeking = false;
  muted = false;
  volume = 1;
  readyState = 0;
  playbackRate = 1;
  videoWidth = 1280;
  videoHeight = 720;
  list: Range[] = [];
  textTracks = Object.assign(new EventTarget(), { length: 0 });
  /** What `play` is answered with; null for success. */
  refusal: ((video: FakeVideo) => boolean) | null = null;
  private time = 0;

  get currentTime(): number {
    return this.time;
  }
  set currentTime(time: number) {
    this.time = time;
    this.dispatchEvent(new Event('seeking'));
  }
  get buffered(): TimeRanges {
    return ranges(this.list);
  }
  get seekable(): TimeRanges {
    return ranges(this.list.length ? [[this.list[0]?.[0] ?? 0, this.list.at(-1)?.[1] ?? 0]] : []);
  }
  play(): Promise<void> {
    if (this.refusal?.(this)) return Promise.reject(new DOMException('no', 'NotAllowedError'));
    this.paused = false;
    this.dispatchEvent(new Event('play'));
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
    this.dispatchEvent(new Event('pause'));
  }
  /** Media from 0 to `end` is there and `seconds` of it were played. */
  flow(end: number, seconds = 0): void {
    this.list = [[0, end]];
    this.readyState = 4;
    if (!this.paused) this.time += seconds;
  }
}

export class FakeEngine implements Engine {
  readonly kind = 'hls';
  live: boolean | null = true;
  recording = false;
  qualities: readonly Quality[] = [];
  chosen = -1;
  playing: Quality | null = null;
  bandwidth = null;
  bitrate = 1_600_000;
  codecs = 'avc1';
  edge: number | null = null;
  /** Epoch milliseconds of media time 0. */
  zero: number | null = null;
  readonly did: string[] = [];
  constructor(
    readonly events: EngineEvents,
    readonly captions: boolean,
    readonly shifted: boolean,
  ) {}
  wallClock(position: number): number | null {
    return this.zero === null ? null : this.zero + position * 1000;
  }
  choose(id: number): void {
    this.chosen = id;
    this.events.qualities();
  }
  load(src: string, start: Start): void {
    const from =
      start === null ? '' : 'wall' in start ? ` at ${start.wall}` : ` from ${start.position}`;
    this.did.push(`load ${src}${from}`);
  }
  resume(): void {
    this.did.push('resume');
  }
  recoverMedia(): void {
    this.did.push('recoverMedia');
  }
  destroy(): void {
    this.did.push('destroy');
  }
}

/** Makes engines and keeps them in `made`, newest last. */
export function engineShop(): { readonly made: FakeEngine[]; readonly createEngine: CreateEngine } {
  const made: FakeEngine[] = [];
  return {
    made,
    createEngine: (_video, events, choice) => {
      const engine = new FakeEngine(events, choice.captions, choice.shifted);
      made.push(engine);
      return Promise.resolve(engine);
    },
  };
}
