/** The browser's own HLS (Safari on older iPhones): it paces and chooses qualities itself. */
import type { Engine, EngineEvents, Quality, Start } from './engine';

interface DataCue extends TextTrackCue {
  readonly value?: { readonly key?: string; readonly data?: unknown; readonly info?: string };
}

const encoder = new TextEncoder();

/** Safari hands out decoded frames; they are put back into a tag so that one reader serves both engines. */
export function frameAsTag(key: string, info: string, data: Uint8Array): Uint8Array {
  const head = encoder.encode(`${info}\0`);
  const body =
    key === 'TXXX' ? new Uint8Array([3, ...head, ...data]) : new Uint8Array([...head, ...data]);
  const size = (n: number) => [(n >> 21) & 127, (n >> 14) & 127, (n >> 7) & 127, n & 127];
  const frame = new Uint8Array([...encoder.encode(key), ...size(body.length), 0, 0, ...body]);
  return new Uint8Array([0x49, 0x44, 0x33, 4, 0, 0, ...size(frame.length), ...frame]);
}

function bytesOf(data: unknown): Uint8Array | null {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (typeof data === 'string') return encoder.encode(data);
  return null;
}

export class NativeEngine implements Engine {
  readonly kind = 'native';
  recording = false;
  readonly qualities: readonly Quality[] = [];
  readonly chosen = -1;
  readonly playing = null;
  readonly bandwidth = null;
  readonly bitrate = null;
  readonly codecs = '';
  private readonly video: HTMLVideoElement;
  private readonly events: EngineEvents;
  private readonly gone = new AbortController();

  constructor(video: HTMLVideoElement, events: EngineEvents) {
    this.video = video;
    this.events = events;
    const { signal } = this.gone;
    video.addEventListener(
      'loadedmetadata',
      () => {
        this.recording = this.live === false;
        events.opened();
      },
      { signal },
    );
    video.addEventListener(
      'error',
      () => {
        const code = video.error?.code ?? 0;
        const network =
          code === MediaError.MEDIA_ERR_NETWORK || code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
        // The status is not told; a missing channel shows itself in the probe that follows.
        events.fault(network ? 'network' : 'media', false, 0);
      },
      { signal },
    );
    video.textTracks.addEventListener('addtrack', ({ track }) => track && this.watch(track), {
      signal,
    });
  }

  private watch(track: TextTrack): void {
    if (track.kind === 'captions' || track.kind === 'subtitles') this.events.captions();
    if (track.kind !== 'metadata') return;
    track.mode = 'hidden';
    track.addEventListener(
      'cuechange',
      () => {
        for (const cue of Array.from(track.activeCues ?? []) as DataCue[]) {
          const data = bytesOf(cue.value?.data);
          const key = cue.value?.key ?? '';
          if (data && (key === 'TXXX' || key === 'PRIV')) {
            this.events.id3(cue.startTime, frameAsTag(key, cue.value?.info ?? '', data));
          }
        }
      },
      { signal: this.gone.signal },
    );
  }

  get live(): boolean | null {
    return Number.isNaN(this.video.duration)
      ? null
      : this.video.duration === Number.POSITIVE_INFINITY;
  }
  get edge(): number | null {
    const { seekable } = this.video;
    return seekable.length > 0 ? seekable.end(seekable.length - 1) : null;
  }
  wallClock(position: number): number | null {
    const start = (this.video as { getStartDate?: () => Date }).getStartDate?.().getTime();
    return start === undefined || Number.isNaN(start) ? null : start + position * 1000;
  }
  choose(): void {}
  load(src: string, start: Start): void {
    this.video.src = src;
    if (start !== null && 'position' in start) this.video.currentTime = start.position;
  }
  resume(): void {}
  recoverMedia(): void {
    const { src } = this.video;
    this.video.src = src;
    void this.video.play().catch(() => undefined);
  }
  destroy(): void {
    this.gone.abort();
    this.video.removeAttribute('src');
    this.video.load();
  }
}
