/** Times as people say them, in the language that is spoken. */
import { locale } from '@rostrum/ui';
import type { ChannelText } from '../../strings/en/channel';

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
  ['month', 30 * 86_400],
  ['year', 365 * 86_400],
];

/** "3 hours ago", "yesterday" */
export function agoOf(at: number, now: number): string {
  const seconds = Math.max(0, (now - at) / 1000);
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: 'short' });
  const [unit, size] = steps.findLast(([, least]) => seconds >= least) ?? ['minute', 60];
  return format.format(-Math.max(seconds < 60 ? 0 : 1, Math.round(seconds / size)), unit);
}

export const exactOf = (at: number): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'full', timeStyle: 'short' }).format(at);
export const shortOf = (at: number): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);

/** "10 minutes" */
export function spanOf(seconds: number, words: ChannelText): string {
  if (seconds < 60) return words.seconds(seconds);
  if (seconds < 3600) return words.minutes(Math.round(seconds / 60));
  if (seconds < 86_400) return words.hours(Math.round(seconds / 3600));
  return words.days(Math.round(seconds / 86_400));
}
