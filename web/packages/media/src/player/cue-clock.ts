/**
 * Tells the cue scheduler where the picture is: with every shown frame where the browser reports frames, with
 * every tick where it does not (sound only, hidden page, older browsers).
 */
import type { CueScheduler } from '../cues/scheduler';

/** Frames are told at most this far before a cue that belongs to them. */
const slack = 0.004;
const framesAreSilent = 150;

export class CueClock {
  private readonly video: HTMLVideoElement;
  private readonly scheduler: CueScheduler;
  private handle = 0;
  private lastFrame = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(video: HTMLVideoElement, scheduler: CueScheduler) {
    this.video = video;
    this.scheduler = scheduler;
    this.request();
  }

  private request(): void {
    if (!this.video.requestVideoFrameCallback) return;
    this.handle = this.video.requestVideoFrameCallback((now, frame) => {
      this.lastFrame = now;
      if (!this.video.seeking) this.scheduler.advance(frame.mediaTime + slack);
      this.request();
    });
  }

  tick(now: number): void {
    const { video } = this;
    if (video.seeking || video.readyState < 2 || now - this.lastFrame < framesAreSilent) return;
    this.scheduler.advance(video.currentTime);
    const next = this.scheduler.next(video.currentTime);
    clearTimeout(this.timer);
    // A cue before the next tick gets a timer of its own.
    if (next !== null && next < 0.1 && !video.paused) {
      this.timer = setTimeout(
        () => {
          if (!video.seeking && !video.paused) this.scheduler.advance(video.currentTime);
        },
        (next * 1000) / (video.playbackRate || 1),
      );
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    if (this.handle) this.video.cancelVideoFrameCallback?.(this.handle);
  }
}
