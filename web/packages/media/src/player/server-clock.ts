/** The server's clock as seen from here. The quickest exact answer is believed. */
import type { ServerMoment } from '../engine/engine';

export class ServerClock {
  private offset: number | null = null;
  private best = Number.POSITIVE_INFINITY;
  private exact = false;
  private readonly local: () => number;
  private readonly origin: number;

  /** `local` is `performance.now()`, `origin` its epoch in milliseconds. */
  constructor(
    local: () => number = () => performance.now(),
    origin: number = performance.timeOrigin,
  ) {
    this.local = local;
    this.origin = origin;
  }

  learn(moment: ServerMoment): void {
    const trip = Math.max(0, moment.answered - moment.asked);
    if (this.exact && !moment.exact) return;
    if (this.exact === moment.exact && trip > this.best) return;
    this.exact = moment.exact;
    this.best = trip;
    this.offset = moment.server - (this.origin + moment.asked + trip / 2);
  }

  /** Epoch milliseconds on the server now; the local clock while nothing is known. */
  now(): number {
    return this.origin + this.local() + (this.offset ?? 0);
  }
}
