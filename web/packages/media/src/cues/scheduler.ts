/**
 * Raises each cue once, when the playhead passes its media time; again only after the viewer went back on
 * purpose. The same cue reaches the player several times (every rendition carries it, a rebuilt buffer is
 * parsed anew) and counts once. Pure; times in seconds of the current media timeline.
 */

export interface Cue {
  readonly owner: string;
  readonly text: string;
  readonly time: number;
}

interface Entry {
  cue: Cue;
  raised: boolean;
  /** Wall-clock second of the cue, where the playlist gives one: survives a new timeline. */
  wall: number | null;
}

/** Renditions may round the same instant differently by some ticks, never by this much. */
const sameInstant = 0.06;
/** Cues raised late because the player jumped are worth having only when this fresh. */
const freshEnough = 30;
const mostCues = 2000;
/** Seconds for which a passed cue is known. */
const remembered = 120;
/** The time of a cue that was raised on an earlier timeline. */
const elsewhere = Number.NEGATIVE_INFINITY;

export class CueScheduler {
  private entries: Entry[] = [];
  private passed: number | null = null;
  private startedAt = Number.NEGATIVE_INFINITY;
  private readonly raise: (cue: Cue) => void;

  constructor(raise: (cue: Cue) => void) {
    this.raise = raise;
  }

  /** Forgets everything: another broadcast. */
  clear(): void {
    this.entries = [];
    this.passed = null;
  }

  /** The buffer was rebuilt: media times mean something else now, cues are told apart by wall clock alone. */
  newTimeline(): void {
    // A raised cue is kept so that it is known when it comes again; one not raised will come again.
    this.entries = this.entries.filter((e) => e.raised && e.wall !== null);
    for (const entry of this.entries) entry.cue = { ...entry.cue, time: elsewhere };
    this.passed = null;
  }

  add(cue: Cue, wall: number | null = null): void {
    for (const entry of this.entries) {
      if (entry.cue.text !== cue.text || entry.cue.owner !== cue.owner) continue;
      if (Math.abs(entry.cue.time - cue.time) < sameInstant) return;
      if (wall !== null && entry.wall !== null && Math.abs(entry.wall - wall) < sameInstant) {
        if (entry.cue.time === elsewhere) entry.cue = cue;
        this.sort();
        return;
      }
    }
    // What lies behind the playhead when playback starts was never passed by this viewer.
    const raised = this.passed !== null && cue.time <= this.passed - freshEnough;
    this.entries.push({ cue, raised, wall });
    this.sort();
    if (this.entries.length > mostCues) this.entries.splice(0, this.entries.length - mostCues);
  }

  private sort(): void {
    this.entries.sort((a, b) => a.cue.time - b.cue.time);
  }

  /** The playhead is at `time`. Cues at or before it that were not raised are raised, in order. */
  advance(time: number): void {
    if (this.passed === null) {
      for (const entry of this.entries)
        if (entry.cue.time < time - sameInstant) entry.raised = true;
      this.startedAt = time;
    }
    this.passed = Math.max(time, this.passed ?? time);
    for (const entry of this.entries) {
      if (entry.cue.time > time) break;
      if (entry.raised) continue;
      entry.raised = true;
      if (entry.cue.time >= this.startedAt - sameInstant) this.raise(entry.cue);
    }
    const oldest = time - remembered;
    if (this.entries.some((e) => e.cue.time < oldest && e.cue.time !== elsewhere)) {
      this.entries = this.entries.filter((e) => e.cue.time >= oldest || e.cue.time === elsewhere);
    }
  }

  /**
   * The viewer moved the playhead. Going back makes what follows come again; going forward passes over what
   * lies between without raising it.
   */
  viewerSought(to: number): void {
    for (const entry of this.entries) {
      if (entry.cue.time >= to) entry.raised = false;
      else if (this.passed !== null && entry.cue.time > this.passed) entry.raised = true;
    }
    this.startedAt = Math.min(this.startedAt, to);
    this.passed = to;
  }

  /** Seconds from `time` to the next cue, or null. */
  next(time: number): number | null {
    const entry = this.entries.find((e) => !e.raised && e.cue.time > time);
    return entry === undefined ? null : entry.cue.time - time;
  }
}
