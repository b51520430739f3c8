/**
 * Going back in a broadcast that is still on, further than its live playlist reaches: there is a second address,
 * the recording as far as it has been made. This knows where it is, how far it reaches, and whether it is what
 * plays. Times are epoch milliseconds of the server's clock: the two addresses share nothing else.
 */
import type { Engine } from '../engine/engine';
import type { Span } from './readout';

/** Less than this further back than the live playlist is not worth a change of address. */
const worthIt = 10;

export class TimeShift {
  src = '';
  private since: number | null = null;
  private to: number | null = null;

  /** An empty address, or no beginning: there is none. What is being watched goes on. */
  offer(src: string, since: number | null): void {
    if (this.on && src === '') return;
    this.src = src;
    this.since = since;
  }
  enter(wall: number): void {
    this.to = wall;
  }
  /** Where it has got to: an engine that is opened anew begins there. */
  at(wall: number): void {
    if (this.to !== null) this.to = wall;
  }
  leave(): void {
    this.to = null;
  }
  get on(): boolean {
    return this.to !== null;
  }
  get wall(): number {
    return this.to ?? 0;
  }

  /** The span that viewers can go to, in the media time of what plays now. */
  widen(span: Span, engine: Engine): Span {
    if (this.on || this.src === '' || this.since === null || engine.kind !== 'hls') return span;
    const end = engine.wallClock(span.end);
    if (end === null) return span;
    const start = span.end - (end - this.since) / 1000;
    return start < span.start - worthIt ? { start, end: span.end } : span;
  }
}
