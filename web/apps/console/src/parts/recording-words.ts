import type { rostrum } from '@rostrum/client/api';
import { strings } from '../strings';

/** What a recording is called where it has no name of its own. */
export function nameOf(recording: rostrum.Recording): string {
  if (recording.name) return recording.name;
  return strings.recordings.untitled(recording.channelName || strings.channels.unnamed);
}

/** "1:02:03.5", "12:34" or "7.25" in milliseconds; null if it is none. */
export function readTime(text: string): number | null {
  const match = /^(?:(?:(\d{1,3}):)?([0-5]?\d):)?(\d{1,5}(?:[.,]\d{1,3})?)$/.exec(text.trim());
  if (!match) return null;
  const [, hours = '0', minutes, seconds = '0'] = match;
  const s = Number(seconds.replace(',', '.'));
  if (minutes !== undefined && s >= 60) return null;
  return Math.round((Number(hours) * 3600 + Number(minutes ?? 0) * 60 + s) * 1000);
}

/** 12:34.5, to the tenth. */
export function writeTime(ms: number): string {
  const tenths = Math.round(Math.max(0, ms) / 100);
  const seconds = Math.floor(tenths / 10);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  const rest = `${two(s)}.${tenths % 10}`;
  return h > 0 ? `${h}:${two(m)}:${rest}` : `${m}:${rest}`;
}
