/**
 * A viewer without a browser, for tests: media of one encoder arrives over a network that delays each piece,
 * a playhead consumes it, `Pace` steers. Media time 0 is encoded at second 0.
 */
import { Pace } from './pace';

export interface World {
  /** Seconds of media in a piece. */
  readonly chunk: number;
  /** Delay of the piece that is complete at encoder time `made`; pieces never overtake each other. */
  readonly delay: (made: number) => number;
  /** Playhead starts this far behind the buffer's end. */
  readonly join: number;
  readonly seconds: number;
  readonly tick?: number;
  /** Called each tick; may pause, seek or hide. */
  readonly script?: (now: number, viewer: Viewer) => void;
}

export interface Viewer {
  position: number;
  end: number;
  paused: boolean;
  hidden: boolean;
  readonly pace: Pace;
}

export interface Sample {
  readonly now: number;
  readonly latency: number;
  readonly ahead: number;
  readonly rate: number;
  readonly aim: number;
  readonly starved: boolean;
}

export interface Outcome {
  readonly samples: readonly Sample[];
  readonly jumps: number;
  readonly stalls: number;
  readonly pace: Pace;
}

export function simulate(world: World): Outcome {
  const pace = new Pace();
  const viewer: Viewer = { position: -1, end: 0, paused: false, hidden: false, pace };
  const samples: Sample[] = [];
  const fine = 0.01;
  const tick = world.tick ?? 0.08;
  let made = world.chunk;
  let arrives = made + world.delay(made);
  let rate = 1;
  let starved = false;
  let nextTick = 0;
  let jumps = 0;
  const joinAt = 2 + world.join + world.chunk;
  for (let step = 0; step * fine < world.seconds; ++step) {
    const now = step * fine;
    while (arrives <= now) {
      viewer.end = made;
      made += world.chunk;
      arrives = Math.max(arrives, made + world.delay(made));
    }
    if (now < joinAt) continue;
    if (viewer.position < 0) viewer.position = viewer.end - world.join;
    if (!viewer.paused) {
      if (starved ? viewer.end - viewer.position > 0.1 : viewer.end - viewer.position > 0.01) {
        starved = false;
        viewer.position = Math.min(viewer.end, viewer.position + fine * rate);
      } else {
        starved = true;
      }
    }
    if (now < nextTick) continue;
    nextTick = now + (viewer.hidden ? 1 : tick);
    world.script?.(now, viewer);
    const answer = pace.step({
      now,
      position: viewer.position,
      bufferEnd: viewer.end,
      paused: viewer.paused,
      seeking: false,
      starved,
      hidden: viewer.hidden,
      edgeDelay: now - viewer.end,
    });
    rate = answer.rate;
    if (answer.seekTo !== null) {
      viewer.position = answer.seekTo;
      jumps += 1;
    }
    samples.push({
      now,
      latency: now - viewer.position,
      ahead: viewer.end - viewer.position,
      rate,
      aim: pace.aim,
      starved,
    });
  }
  return { samples, jumps, stalls: pace.stalls, pace };
}

/** A reproducible sequence of numbers in [0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
