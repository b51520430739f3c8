/** The state of a broadcast in words. */
import type { rostrum } from '@rostrum/client/api';
import { worst } from '@rostrum/client/health';
import { bitrate, elapsed } from '../format';
import { healthText } from './strings';

export interface HealthWord {
  readonly word: string;
  readonly tone: 'good' | 'warning' | 'plain';
}

export function healthWord(report: rostrum.StreamHealthReport | null): HealthWord {
  const words = healthText();
  if (!report || report.state !== 'LIVE') return { word: words.offlineWord, tone: 'plain' };
  if (report.health === 'STARVING') return { word: words.poorWord, tone: 'warning' };
  if (report.health === 'HEALTHY') return { word: words.stable, tone: 'good' };
  return { word: words.unknownWord, tone: 'plain' };
}

const figures = (rate: number | null | undefined, frames: number | null | undefined): string => {
  const words = healthText();
  return [
    ...(rate === null || rate === undefined ? [] : [bitrate(rate)]),
    ...(frames === null || frames === undefined ? [] : [words.fps(frames)]),
  ].join(', ');
};

/** The first thing that a streamer reads: how it goes, with the figures that say so. */
export function liveSentence(report: rostrum.StreamHealthReport): string {
  const words = healthText();
  const now = figures(report.videoBitrate, report.frameRate);
  if (report.health === 'STARVING') {
    const note = worst(report.notes ?? []);
    const why = note && note.severity === 'ERROR' ? remarkOf(note).title : words.poorWhy;
    return [words.poor(why.replace(/\.$/, '')), ...(now ? [`${now}.`] : [])].join(' ');
  }
  return now === '' || report.health !== 'HEALTHY' ? words.waiting : words.good(now);
}

export function endedSentence(
  lengthMs: number,
  averages: { readonly bitrate: number | null; readonly frameRate: number | null },
): string {
  const words = healthText();
  const usual = figures(averages.bitrate, averages.frameRate);
  const length = elapsed(lengthMs);
  return usual === '' ? words.ended(length) : words.endedWith(length, usual);
}

/** What the server remarks, in the language that is spoken as far as it is known in it. */
export const remarkOf = (
  note: rostrum.HealthNote,
): { readonly title: string; readonly explanation: string } => ({
  title: note.title,
  explanation: note.explanation,
  ...healthText().remarks[note.code],
});
