import type { Stats } from '../player/types';
import { icon } from './icons';
import { bitrate, strings } from './strings';

const seconds = (value: number | null, digits = 1): string =>
  value === null ? strings.stats.unknown : `${value.toFixed(digits)} s`;

/** Rows of the panel: name, value, and whether a low picture may leave it out. */
export function statRows(stats: Stats): readonly (readonly [string, string, boolean])[] {
  const names = strings.stats;
  return [
    [names.latency, seconds(stats.latency), false],
    [names.buffer, seconds(stats.buffer, 2), false],
    [names.aim, seconds(stats.aim, 2), false],
    [names.rate, `${stats.rate.toFixed(2)}×`, true],
    [names.stalls, String(stats.stalls), false],
    [names.jitter, seconds(stats.jitter, 2), true],
    [names.frames, `${stats.droppedFrames} of ${stats.totalFrames}`, false],
    [names.bitrate, bitrate(stats.bitrate), false],
    [names.bandwidth, bitrate(stats.bandwidth), true],
    [names.picture, stats.height > 0 ? `${stats.width} × ${stats.height}` : names.unknown, false],
    [names.codecs, stats.codecs || names.unknown, true],
  ];
}

/** The statistics panel: rows are made once and only their values change, so nothing flickers. */
export class StatsPanel {
  private readonly box: HTMLElement;
  private values: HTMLElement[] = [];

  constructor(box: HTMLElement, close: () => void) {
    this.box = box;
    const header = document.createElement('header');
    header.textContent = strings.statistics;
    const button = document.createElement('button');
    button.type = 'button';
    button.innerHTML = icon('close');
    button.setAttribute('aria-label', strings.closeStatistics);
    button.addEventListener('click', close);
    header.append(button);
    box.append(header, document.createElement('dl'));
  }

  get open(): boolean {
    return !this.box.hidden;
  }
  set open(open: boolean) {
    this.box.hidden = !open;
  }

  show(stats: Stats): void {
    const list = this.box.querySelector('dl');
    if (!list || !this.open) return;
    const rows = statRows(stats);
    if (this.values.length === 0) {
      this.values = rows.map(([name, , less]) => {
        const term = document.createElement('dt');
        const value = document.createElement('dd');
        term.textContent = name;
        if (less) {
          term.className = 'less';
          value.className = 'less';
        }
        list.append(term, value);
        return value;
      });
    }
    rows.forEach(([, text], i) => {
      const value = this.values[i];
      if (value && value.textContent !== text) value.textContent = text;
    });
  }
}
