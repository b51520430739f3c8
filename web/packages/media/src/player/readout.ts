/** What the player's parts amount to: the state a viewer sees, and the numbers for those who look. */
import type { Engine } from '../engine/engine';
import type { Pace } from '../pace/pace';
import type { Phase } from '../recovery/recovery';
import { bufferedEnd } from './ranges';
import type { PlayerState, Stats } from './types';

export interface Playback {
  readonly ended: boolean;
  readonly paused: boolean;
  readonly readyState: number;
  /** The viewer, or autoplay, wants pictures. */
  readonly wantsPlay: boolean;
  /** Pictures have been seen since the engine was opened. */
  readonly moved: boolean;
  readonly starved: boolean;
}

export function deriveState(phase: Phase, playback: Playback): PlayerState {
  switch (phase) {
    case 'idle':
      return 'idle';
    case 'opening':
      return playback.wantsPlay || playback.readyState < 3 ? 'loading' : 'paused';
    case 'waiting':
      return 'waiting';
    case 'ended':
      return 'ended';
    case 'failed':
      return 'error';
    case 'reconnecting':
      return playback.wantsPlay ? 'buffering' : 'paused';
    case 'on':
      if (playback.ended) return 'ended';
      if (!playback.wantsPlay)
        return playback.moved || playback.readyState >= 2 ? 'paused' : 'loading';
      if (!playback.moved) return 'loading';
      return playback.starved ? 'buffering' : 'playing';
  }
}

export function collectStats(
  video: HTMLVideoElement,
  engine: Engine | null,
  pace: Pace,
  latency: number | null,
): Stats {
  const quality = video.getVideoPlaybackQuality?.();
  return {
    latency,
    buffer: Math.max(0, bufferedEnd(video) - video.currentTime),
    aim: pace.aim,
    rate: video.playbackRate,
    stalls: pace.stalls,
    jitter: pace.meter.jitter,
    part: pace.meter.chunk,
    droppedFrames: quality?.droppedVideoFrames ?? 0,
    totalFrames: quality?.totalVideoFrames ?? 0,
    bitrate: engine?.bitrate ?? null,
    bandwidth: engine?.bandwidth ?? null,
    width: video.videoWidth,
    height: video.videoHeight,
    codecs: engine?.codecs ?? '',
    engine: engine?.kind ?? null,
  };
}

/** A stretch of media time, in seconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the viewer may go; a live broadcast ends at its edge, which browsers do not know. */
export function seekableSpan(
  video: HTMLVideoElement,
  engine: Engine | null,
  live: boolean,
): Span | null {
  const { seekable } = video;
  if (seekable.length === 0) return null;
  const end = live
    ? Math.max(bufferedEnd(video), engine?.edge ?? 0)
    : seekable.end(seekable.length - 1);
  return { start: seekable.start(0), end };
}
