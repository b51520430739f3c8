/**
 * Notices a playhead that stands still although it should not. Pure; milliseconds.
 */
export interface Vitals {
  readonly now: number;
  readonly position: number;
  readonly ahead: number;
  /** The viewer wants pictures, and the browser is not busy seeking. */
  readonly shouldMove: boolean;
  /** End of the playlist, to tell a paused broadcast from a broken player. */
  readonly edge: number | null;
  /** The playlist has its end mark: nothing more will come. */
  readonly complete: boolean;
}

export type Diagnosis = 'well' | 'steady' | 'stuck' | 'hungry' | 'over';

const steadyAfter = 3000;
const stuckAfter = 2500;
const hungryAfter = 6000;
/** The last piece may never arrive when the server goes down with the broadcast. */
const overAfter = 1500;

export class Watchdog {
  private position = Number.NaN;
  private movedAt = 0;
  private movingSince = 0;
  private edge: number | null = null;
  private edgeMovedAt = Number.NEGATIVE_INFINITY;
  private wasSteady = false;

  reset(now: number): void {
    this.position = Number.NaN;
    this.movedAt = this.movingSince = now;
    this.edge = null;
    this.edgeMovedAt = Number.NEGATIVE_INFINITY;
    this.wasSteady = false;
  }

  /** `steady` is said once after each trouble. */
  look(vitals: Vitals): Diagnosis {
    const { now, position } = vitals;
    if (vitals.edge !== null && (this.edge === null || vitals.edge > this.edge + 0.01)) {
      if (this.edge !== null) this.edgeMovedAt = now;
      this.edge = vitals.edge;
    }
    if (!vitals.shouldMove) {
      this.movedAt = this.movingSince = now;
      this.position = position;
      return 'well';
    }
    if (Number.isNaN(this.position) || Math.abs(position - this.position) > 0.001) {
      if (Number.isNaN(this.position) || now - this.movedAt > 1000) this.movingSince = now;
      this.position = position;
      this.movedAt = now;
      if (!this.wasSteady && now - this.movingSince >= steadyAfter) {
        this.wasSteady = true;
        return 'steady';
      }
      return 'well';
    }
    const still = now - this.movedAt;
    if (vitals.ahead <= 0.3 && vitals.complete && still > overAfter)
      return this.trouble(now, 'over');
    if (vitals.ahead > 0.3 && still > stuckAfter) return this.trouble(now, 'stuck');
    // Media is published but does not get here.
    if (vitals.ahead <= 0.3 && still > hungryAfter && now - this.edgeMovedAt < hungryAfter) {
      return this.trouble(now, 'hungry');
    }
    return 'well';
  }

  private trouble(now: number, what: Diagnosis): Diagnosis {
    this.movedAt = this.movingSince = now;
    this.wasSteady = false;
    return what;
  }

  /** Something else went wrong: say `steady` again once it is over. */
  troubled(): void {
    this.wasSteady = false;
  }

  /** Milliseconds since the playlist last grew. */
  edgeQuiet(now: number): number {
    return now - this.edgeMovedAt;
  }
}
