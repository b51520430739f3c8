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

export class Aim {
  private forStalls = 0;
  private stalls: number[] = [];
  private lastChange = 0;

  reset(): void {
    this.forStalls = 0;
    this.stalls = [];
  }

  /**
   * The picture stood still for `lasted` seconds for want of media. One stall may be the encoder's; several
   * are the network's and deserve a real step.
   */
  stalled(now: number, lasted: number): void {
    this.stalls = this.stalls.filter((at) => at > now - stallMemory);
    this.stalls.push(now);
    const step = this.stalls.length === 1 ? 0.05 : Math.min(1.5, Math.max(0.2, lasted * 0.5));
    this.forStalls = Math.min(mostForStalls, this.forStalls + step);
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
