import type { Reason } from '../recovery/recovery';

export type PlayerState =
  'idle' | 'loading' | 'waiting' | 'playing' | 'paused' | 'buffering' | 'ended' | 'error';

/** Why the picture is not moving, beyond what the state says. */
export type Trouble = Exclude<Reason, null> | 'broadcastPaused' | null;

export interface Stats {
  /** Seconds from the encoder's clock to the eye, or null where the stream does not tell. */
  readonly latency: number | null;
  /** Seconds of media ahead of the playhead, and how many are aimed for. */
  readonly buffer: number;
  readonly aim: number;
  readonly rate: number;
  readonly stalls: number;
  readonly jitter: number;
  readonly part: number;
  readonly droppedFrames: number;
  readonly totalFrames: number;
  /** bit/s of the media, and of the line as estimated. */
  readonly bitrate: number | null;
  readonly bandwidth: number | null;
  readonly width: number;
  readonly height: number;
  readonly codecs: string;
  readonly engine: 'hls' | 'native' | null;
}

export interface Metadata {
  readonly text: string;
  readonly owner: string;
  /** Media time in seconds. */
  readonly time: number;
}
