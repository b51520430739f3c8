/**
 * Measures how media arrives: from "the buffer now ends at `end`" it derives the size of one arrival (a part
 * or a segment), how far the end of the buffer lags behind its own best line (jitter), and the lowest point
 * of the buffer between arrivals. Pure; times in seconds, `now` on any steady clock.
 */

interface Arrival {
  readonly at: number;
  /** End of the buffer minus `at`: constant for media that arrives in step. */
  readonly line: number;
  readonly size: number;
}

/** The best line is looked for this far back, so that slow clock drift is not taken for jitter. */
const lineWindow = 10;
/** Lateness is remembered this long, in buckets of a second. */
const jitterWindow = 30;
/** So many of the worst seconds do not count: one hiccup is a matter for the stall rule. */
const forgivenSeconds = 2;
/** A silence longer than this (beyond the usual arrival) starts a new line instead of counting as jitter. */
const silence = 1.5;
const largestChunk = 12;
/** When all that came for so long is late by more than this, the line itself has moved. */
const shiftAfter = 2;
const shift = 0.25;

export class EdgeMeter {
  private arrivals: Arrival[] = [];
  private lateness: { second: number; worst: number }[] = [];
  private lows: { at: number; line: number }[] = [];
  private lastEnd = Number.NaN;
  private lastAt = Number.NaN;
  private chunk_ = 0;

  /** Forgets everything: another timeline begins. */
  reset(): void {
    this.arrivals = [];
    this.lateness = [];
    this.lows = [];
    this.lastEnd = Number.NaN;
    this.lastAt = Number.NaN;
    this.chunk_ = 0;
  }

  /** To be called often; `end` is the end of the buffered range the playhead is in. */
  observe(now: number, end: number): void {
    if (Number.isNaN(this.lastEnd)) {
      this.lastEnd = end;
      this.lastAt = now;
      return;
    }
    const grown = end - this.lastEnd;
    if (grown > 0.005) {
      const quiet = now - this.lastAt;
      // The low point is just before the arrival, which nobody saw: the old end against the clock of now.
      this.low(now, this.lastEnd - now);
      if (quiet > silence + 2 * this.chunk_) this.arrivals = [];
      this.arrive({ at: now, line: end - now, size: grown });
      this.lastEnd = end;
      this.lastAt = now;
    } else if (grown < -0.5) {
      this.lastEnd = end;
      this.lastAt = now;
      this.arrivals = [];
      this.lows = [];
    } else {
      this.low(now, end - now);
    }
  }

  private low(now: number, line: number): void {
    while (this.lows.length > 0 && (this.lows[this.lows.length - 1]?.line ?? 0) >= line)
      this.lows.pop();
    this.lows.push({ at: now, line });
    const from = now - this.window();
    while ((this.lows[0]?.at ?? now) < from) this.lows.shift();
  }

  private arrive(arrival: Arrival): void {
    const from = arrival.at - lineWindow;
    this.arrivals = this.arrivals.filter((a) => a.at >= from).slice(-200);
    this.arrivals.push(arrival);
    let best = Math.max(...this.arrivals.map((a) => a.line));
    const recent = this.arrivals.filter((a) => a.at >= arrival.at - shiftAfter);
    const first = recent[0] ?? arrival;
    const recentBest = Math.max(...recent.map((a) => a.line));
    if (
      recent.length >= 4 &&
      arrival.at - first.at > 0.8 * shiftAfter &&
      best - recentBest > shift
    ) {
      // Everything is late by as much: the encoder lost that time for good, which is no jitter.
      best = recentBest;
      this.arrivals = recent;
      this.lateness = this.lateness.filter((bucket) => bucket.second < Math.floor(first.at) - 1);
    }
    const second = Math.floor(arrival.at);
    const late = best - arrival.line;
    const bucket = this.lateness[this.lateness.length - 1];
    if (bucket?.second === second) bucket.worst = Math.max(bucket.worst, late);
    else this.lateness.push({ second, worst: late });
    while ((this.lateness[0]?.second ?? second) <= second - jitterWindow) this.lateness.shift();
    // A burst after a gap is several parts at once; the middle of the last sizes is what is usual.
    const sizes = this.arrivals.slice(-9).map((a) => a.size);
    sizes.sort((a, b) => a - b);
    this.chunk_ = Math.min(largestChunk, sizes[sizes.length >> 1] ?? 0);
  }

  private window(): number {
    return Math.max(0.6, 2.2 * this.chunk_);
  }

  /** What arrives at a time, in seconds of media; 0 before anything came. */
  get chunk(): number {
    return this.chunk_;
  }

  /** How late media comes now and then, in seconds. */
  get jitter(): number {
    const worst = this.lateness.map((b) => b.worst).sort((a, b) => b - a);
    return worst[forgivenSeconds] ?? 0;
  }

  /** The end of the buffer at its lowest between recent arrivals, for the clock `now`. */
  lowestEnd(now: number): number | null {
    const low = this.lows[0];
    return low === undefined ? null : low.line + now;
  }

  /** Seconds since the buffer last grew. */
  quiet(now: number): number {
    return Number.isNaN(this.lastAt) ? 0 : now - this.lastAt;
  }
}
