/**
 * How much buffer to aim for. The least is a reserve plus half of what arrives at a time; jitter and stalls
 * raise it, quiet time lowers it again. Pure; seconds throughout.
 */

export const aimLimits = { least: 0.35, most: 6 } as const;

const reserveOnGoodNetwork = 0.25;
/** The part of lateness that the least reserve already covers. */
const coveredJitter = 0.1;
const quietBeforeLowering = 15;
const loweredPerSecond = 0.02;
const stallMemory = 90;
const mostForStalls = 4;
const longStall = 1;
const forgivenStep = 0.05;

export class Aim {
  private forStalls = 0;
  private stalls: { at: number; long: boolean }[] = [];
  private lastChange = 0;

  reset(): void {
    this.forStalls = 0;
    this.stalls = [];
  }

  /**
   * The picture stood still for `lasted` seconds for want of media. A first stall of its kind is forgiven: a
   * long one is mostly the encoder's, and no buffer one would like helps against it. When it comes again, it
   * is the network's and deserves a real step.
   */
  stalled(now: number, lasted: number): void {
    this.stalls = this.stalls.filter((stall) => stall.at > now - stallMemory);
    const long = lasted > longStall;
    const again = this.stalls.some((stall) => stall.long === long);
    this.stalls.push({ at: now, long });
    const step = long ? Math.min(1.5, lasted * 0.5) : Math.min(0.5, Math.max(0.1, lasted));
    this.forStalls = Math.min(mostForStalls, this.forStalls + (again ? step : forgivenStep));
    this.lastChange = now;
  }

  /** The aim for media that comes `chunk` seconds at a time with `jitter`. `floor` is the viewer's wish. */
  at(now: number, chunk: number, jitter: number, floor: number): number {
    const quiet = now - this.lastChange - quietBeforeLowering;
    if (this.forStalls > 0 && quiet > 1) {
      this.forStalls = Math.max(0, this.forStalls - loweredPerSecond * quiet);
      this.lastChange = now - quietBeforeLowering;
    }
    const reserve = reserveOnGoodNetwork + Math.max(0, (jitter - coveredJitter) * 1.2);
    const wanted = reserve + chunk / 2 + this.forStalls;
    return Math.min(aimLimits.most, Math.max(aimLimits.least, floor, wanted));
  }
}
