/**
 * Keeps the picture close behind the encoder. Every 80 ms or so the player says what it sees; the answer is a
 * playback rate and sometimes a jump. Close to the aim the rate is left alone, because each change costs the
 * audio path a little. Someone who paused or went back is left in peace until "live" is pressed.
 * Pure: seconds on a steady clock, no DOM.
 */
import { Aim } from './aim';
import { EdgeMeter } from './edge-meter';

export interface Sight {
  readonly now: number;
  /** Playhead, media time. */
  readonly position: number;
  /** End of the buffered range that holds (or is about to hold) the playhead; the playhead itself if none. */
  readonly bufferEnd: number;
  readonly paused: boolean;
  readonly seeking: boolean;
  /** The picture stands still for want of media. */
  readonly starved: boolean;
  /** The page is hidden: timers come late, so nothing bold is done. */
  readonly hidden: boolean;
  /** Seconds between encoder and buffer end, where known; turns a wished latency into a wished buffer. */
  readonly edgeDelay: number | null;
}

export interface Step {
  readonly rate: number;
  readonly seekTo: number | null;
}

/** How far beyond the aim is jumped rather than caught up with. */
const jumpBeyond = 3;
/** With hidden pages catching up is slow, so a jump pays earlier. */
const behindAfterPause = 1.5;
const settleAfterJump = 1;
const shortestStall = 0.06;
const lateTick = 0.35;

export class Pace {
  readonly meter = new EdgeMeter();
  private readonly aim_ = new Aim();
  private rate = 1;
  private lastTick = Number.NaN;
  private starvedSince: number | null = null;
  private jumpedAt = Number.NEGATIVE_INFINITY;
  private following_ = true;
  private wasPaused = false;
  private started = false;
  private current = 0.35;
  private level_ = 0;
  private stalls_ = 0;
  /** Wished glass-to-glass latency in seconds, or null for as little as goes. */
  targetLatency: number | null = null;

  /** Another timeline: measurements start again, what was learnt about stalls stays. */
  restart(): void {
    this.meter.reset();
    this.rate = 1;
    this.starvedSince = null;
    this.started = false;
    this.wasPaused = false;
    this.jumpedAt = Number.NEGATIVE_INFINITY;
  }

  get aim(): number {
    return this.current;
  }
  /** The buffer as steered by: its mean between arrivals. */
  get level(): number {
    return this.level_;
  }
  get following(): boolean {
    return this.following_;
  }
  get stalls(): number {
    return this.stalls_;
  }

  /** The viewer moved the playhead to `position` while the buffer ended at `end`. */
  viewerSought(position: number, end: number): void {
    this.following_ = end - position <= this.current + behindAfterPause;
    this.rate = 1;
  }

  /** The viewer asked for the live edge. Returns where to go. */
  goLive(end: number, now: number): number {
    this.following_ = true;
    this.rate = 1;
    this.jumpedAt = now;
    return end - this.current;
  }

  step(sight: Sight): Step {
    const { now, position, bufferEnd } = sight;
    const sinceTick = Number.isNaN(this.lastTick) ? 0 : now - this.lastTick;
    this.lastTick = now;
    this.meter.observe(now, bufferEnd);
    const ahead = bufferEnd - position;
    this.countStall(sight);
    const floor =
      this.targetLatency !== null && sight.edgeDelay !== null
        ? this.targetLatency - sight.edgeDelay
        : 0;
    this.current = this.aim_.at(now, this.meter.chunk, this.meter.jitter, floor);
    const lowest = this.meter.lowestEnd(now);
    this.level_ = lowest === null ? ahead : lowest - position + this.meter.chunk / 2;

    if (sight.paused) {
      this.wasPaused = true;
      return this.hold();
    }
    if (this.wasPaused) {
      this.wasPaused = false;
      if (ahead > this.current + behindAfterPause) this.following_ = false;
    }
    if (!this.following_ || sight.seeking || now - this.jumpedAt < settleAfterJump)
      return this.hold();

    const excess = this.level_ - this.current;
    const behind = Math.min(excess, ahead - this.current);
    const lateTimers = sight.hidden || sinceTick > lateTick;
    if (behind > (sight.hidden ? behindAfterPause : jumpBeyond)) {
      this.jumpedAt = now;
      this.rate = 1;
      return { rate: 1, seekTo: bufferEnd - this.current };
    }
    this.rate = lateTimers ? this.gentle(excess) : this.steer(excess, ahead);
    return { rate: this.rate, seekTo: null };
  }

  /** Playback resumed after the browser, not the viewer, had paused it: stay with the live edge. */
  resumedByItself(): void {
    this.wasPaused = false;
  }

  private hold(): Step {
    this.rate = 1;
    return { rate: 1, seekTo: null };
  }

  private gentle(excess: number): number {
    return excess > 0.3 ? 1.05 : 1;
  }

  private steer(excess: number, ahead: number): number {
    if (excess > 0.5) return 1.5;
    if (excess > 0.15) return 1.15;
    if (excess > 0.05) return 1.05;
    // Once catching up, go all the way; a rate that flips at every part is worse than a constant one.
    if (this.rate > 1 && excess > 0) return 1.05;
    // Below the aim: slower, unless so little is left that slowing cannot save it anyway.
    const lacking = -excess / this.current;
    if (ahead > 0.05 && lacking > 0.3) return 0.92;
    if (this.rate < 1 && lacking > 0.05) return lacking > 0.15 ? this.rate : 0.97;
    return 1;
  }

  private countStall(sight: Sight): void {
    if (sight.paused || sight.seeking || !this.following_) {
      this.starvedSince = null;
      return;
    }
    if (!sight.starved) {
      this.started = true;
      if (this.starvedSince !== null) {
        const lasted = sight.now - this.starvedSince;
        this.starvedSince = null;
        if (lasted >= shortestStall) {
          this.stalls_ += 1;
          this.aim_.stalled(sight.now, lasted);
        }
      }
      return;
    }
    if (this.started && sight.now - this.jumpedAt > settleAfterJump)
      this.starvedSince ??= sight.now;
  }
}
