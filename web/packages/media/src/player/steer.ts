import type { Pace } from '../pace/pace';
import { bufferedEnd } from './ranges';

/** One look of the pace at the video element, and what follows from it. `now` in seconds. */
export function steer(
  video: HTMLVideoElement,
  pace: Pace,
  now: number,
  latency: number | null,
  starved: boolean,
): void {
  const position = video.currentTime;
  const end = bufferedEnd(video);
  const step = pace.step({
    now,
    position,
    bufferEnd: end,
    paused: video.paused,
    seeking: video.seeking,
    starved,
    hidden: document.visibilityState !== 'visible',
    edgeDelay: latency === null ? null : latency - (end - position),
  });
  if (Math.abs(video.playbackRate - step.rate) > 0.001) video.playbackRate = step.rate;
  if (step.seekTo !== null && step.seekTo > position) video.currentTime = step.seekTo;
}
