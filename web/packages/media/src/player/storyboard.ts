/** Pictures for the seek bar: a WebVTT file whose cues are addresses of pictures. */

export interface Still {
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly url: string;
}

const most = 20_000;
const timing = /^(?:(\d+):)?(\d\d):(\d\d\.\d{3})\s+-->\s+(?:(\d+):)?(\d\d):(\d\d\.\d{3})/;

const seconds = (h: string | undefined, m: string | undefined, s: string | undefined) =>
  Number(h ?? 0) * 3600 + Number(m) * 60 + Number(s);

/** In order of time; what is not understood is left out. */
export function parseStoryboard(text: string, base: string): Still[] {
  const stills: Still[] = [];
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length && stills.length < most; i += 1) {
    const found = timing.exec(lines[i] ?? '');
    const target = lines[i + 1]?.trim();
    if (!found || !target) continue;
    try {
      stills.push({
        start: seconds(found[1], found[2], found[3]),
        end: seconds(found[4], found[5], found[6]),
        url: new URL(target, base).href,
      });
    } catch {
      // An address that is none: no picture there.
    }
  }
  return stills;
}

export class Storyboard {
  private stills: readonly Still[] = [];
  private src = '';
  private loading: AbortController | null = null;
  private readonly loaded: () => void;

  /** Asks for the file when it is wanted first; `loaded` is told when there are pictures. */
  constructor(src: string, loaded: () => void = () => undefined) {
    this.src = src;
    this.loaded = loaded;
  }

  /** The picture of a time, or null while there is none. */
  at(time: number): Still | null {
    if (this.src !== '' && this.loading === null) void this.load();
    let low = 0;
    let high = this.stills.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.stills[middle]?.start ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return this.stills[low - 1] ?? null;
  }

  private async load(): Promise<void> {
    this.loading = new AbortController();
    try {
      const response = await fetch(this.src, { signal: this.loading.signal });
      if (response.ok) {
        this.stills = parseStoryboard(
          await response.text(),
          response.url || new URL(this.src, location.href).href,
        );
        this.loaded();
      }
    } catch {
      // The bar works without pictures.
    }
  }

  close(): void {
    this.loading?.abort();
    this.src = '';
  }
}
