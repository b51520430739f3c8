/** What stands over the seek bar while a pointer is on it: the time there, and its picture if there is one. */
import type { Player } from '../player/player';
import { Storyboard } from '../player/storyboard';
import { clock, strings } from './strings';
import type { Parts } from './template';

export class SeekPreview {
  private storyboard: Storyboard | null = null;
  private readonly parts: Parts;
  private readonly player: Player;
  private shownAt = 0;

  constructor(parts: Parts, player: Player, gone: AbortSignal) {
    this.parts = parts;
    this.player = player;
    const { seek, preview } = parts;
    seek.addEventListener('pointermove', (event) => this.show(event.clientX), { signal: gone });
    for (const name of ['pointerleave', 'pointercancel', 'blur']) {
      seek.addEventListener(
        name,
        () => {
          preview.hidden = true;
        },
        { signal: gone },
      );
    }
    gone.addEventListener('abort', () => this.storyboard?.close());
  }

  /** The address of a WebVTT file; empty for none. */
  setStoryboard(src: string): void {
    this.storyboard?.close();
    this.storyboard =
      src === ''
        ? null
        : new Storyboard(src, () => {
            if (!this.parts.preview.hidden) this.show(this.shownAt);
          });
  }

  private show(clientX: number): void {
    this.shownAt = clientX;
    const { seek, preview, previewStill, previewTime } = this.parts;
    const range = this.player.seekable;
    const box = seek.getBoundingClientRect();
    if (!range || box.width === 0) return;
    const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
    const time = range.start + share * (range.end - range.start);
    previewTime.textContent = this.player.recording
      ? clock(time)
      : strings.before(clock(range.end - time));
    const still = this.player.recording ? (this.storyboard?.at(time) ?? null) : null;
    previewStill.hidden = still === null;
    if (still && previewStill.src !== still.url) previewStill.src = still.url;
    preview.hidden = false;
    // It stays inside the picture.
    const half = preview.offsetWidth / 2;
    const at = Math.min(Math.max(share * box.width, half), Math.max(half, box.width - half));
    preview.style.left = `${at}px`;
  }
}
