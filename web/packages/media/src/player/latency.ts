/**
 * How far the picture is behind the encoder's clock: by the playlist's wall clock where it has one, else by the
 * mark that begins each segment, both against the server's clock.
 */
import type { Engine, ServerMoment } from '../engine/engine';
import { ServerClock } from './server-clock';

/** Clocks that disagree by more tell nothing. */
const nonsense = 86_400;

export class LatencyMeter {
  private readonly clock = new ServerClock();
  private mark: { time: number; at: number } | null = null;

  learn(moment: ServerMoment): void {
    this.clock.learn(moment);
  }
  /** Media time `time` reached the server at `at` (epoch milliseconds). */
  sawMark(time: number, at: number): void {
    this.mark = { time, at };
  }
  newTimeline(): void {
    this.mark = null;
  }

  /** Seconds, or null where the stream does not tell. */
  at(position: number, engine: Engine): number | null {
    const marked = this.mark ? this.mark.at + (position - this.mark.time) * 1000 : null;
    const shown = engine.wallClock(position) ?? marked;
    if (shown === null) return null;
    const latency = (this.clock.now() - shown) / 1000;
    return Math.abs(latency) < nonsense ? Math.max(0, latency) : null;
  }
}
