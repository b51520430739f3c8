/** Numbers for people, in the language that is spoken. */
import { locale } from './language';
import { words } from './words';

/** One decimal, as written in that language. */
const decimal = (n: number): string => n.toFixed(1).replace('.', words.decimalPoint);

/** 950, 1.2K, 34K, 1.5M. */
export function count(n: number): string {
  if (n < 1000) return String(Math.round(n));
  const [value, unit] = n < 999_500 ? [n / 1000, 'K'] : [n / 1_000_000, 'M'];
  return `${value < 9.95 ? decimal(value).replace(/[.,]0$/, '') : Math.round(value)}${unit}`;
}

export const viewers = (n: number): string => words.viewers(n, count(n));

/** 0:07, 12:34, 1:02:03. */
export function elapsed(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const whole = (value: number): string =>
  value < 9.95 ? decimal(value) : String(Math.round(value));

/** 512 B, 1.4 KB, 12 MB, 3.2 GB: powers of a thousand. */
export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let value = Math.max(0, n);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : whole(value)} ${units[unit]}`;
}

/** 2.5 Mbit/s; below a tenth of that, 64 kbit/s; above a thousand, 1.2 Gbit/s. */
export function bitrate(bitsPerSecond: number): string {
  const n = Math.max(0, bitsPerSecond);
  if (n >= 999.5e6) return `${decimal(n / 1e9)} Gbit/s`;
  return n >= 100e3 || n === 0 ? `${decimal(n / 1e6)} Mbit/s` : `${Math.round(n / 1e3)} kbit/s`;
}

/** Just now, 3 min ago, 2 h ago, 4 days ago; the date when it is longer. */
export function ago(time: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - time) / 1000));
  if (seconds < 45) return words.justNow;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return words.minutesAgo(minutes);
  const hours = Math.round(minutes / 60);
  if (hours < 24) return words.hoursAgo(hours);
  const days = Math.round(hours / 24);
  if (days < 30) return words.daysAgo(days);
  return new Date(time).toLocaleDateString(locale());
}

/** 22 Nov 2026, 09:14:05, as people write it where they are. */
export const exactTime = (time: number): string =>
  new Date(time).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'medium' });
