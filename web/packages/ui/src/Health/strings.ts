/** Everything that the health pages say; `german.ts` has the same in German. */
import type { rostrum } from '@rostrum/client/api';
import type { EncoderRowName, EncoderWarning, SessionGroup, Zoom } from '@rostrum/client/health';
import { language, useLanguage, type Language } from '../language';
import { german } from './german';

/** What something that happened is called, and what it means. */
export interface Told {
  readonly title: string;
  readonly explanation?: string;
}

const english = {
  sessions: 'Sessions',
  pick: 'Choose a session',
  groups: {
    today: 'Today',
    week: 'Previous 7 days',
    month: 'Previous 30 days',
    earlier: 'Earlier',
  } satisfies Record<SessionGroup, string>,
  older: 'Older session',
  newer: 'Newer session',
  loadMore: 'Load more sessions',
  error: 'Error',
  errorHint: 'Something went wrong in this session',
  none: 'No stream sessions',
  noneText: 'Go live once, and this page tells how it went.',
  goLive: 'How to go live',
  notFound: 'There is no such session',
  good: (figures: string) => `Good. ${figures}.`,
  poor: (why: string) => `Poor. ${why}.`,
  poorWhy: 'The encoder delivers less video than time passes',
  waiting: 'Connected. Figures appear in a moment.',
  ended: (length: string) => `Ended after ${length}.`,
  endedWith: (length: string, figures: string) => `Ended after ${length}. On average ${figures}.`,
  figures: (rate: string, frames: string) => `${rate}, ${frames}`,
  fps: (n: number) => `${Math.round(n * 10) / 10} fps`,
  elapsed: 'Elapsed',
  length: 'Length',
  views: 'Concurrent views',
  averageViews: 'Average views',
  stability: 'Stability',
  stable: 'Stable',
  poorWord: 'Poor',
  offlineWord: 'Offline',
  unknownWord: 'Waiting',
  bitrate: 'Video bitrate',
  frameRate: 'Frame rate',
  now: 'now',
  average: 'on average',
  mbits: 'Mbit/s',
  fpsUnit: 'fps',
  zoom: 'Shown part',
  zooms: { all: 'All', '1h': '1 hr', '30m': '30 min', '5m': '5 min' } satisfies Record<
    Zoom,
    string
  >,
  follow: 'Back to now',
  partFrom: 'Beginning of the shown part',
  partTo: 'End of the shown part',
  chartLabel: (name: string, last: string, low: string, high: string) =>
    `${name}: ${last}; between ${low} and ${high} in the part that is shown`,
  chartEmpty: 'No figures yet',
  chartEmptyText: 'They come every five seconds while a broadcast runs.',
  mark: (titles: readonly string[], time: string) => `${titles.join(', ')}: ${time}`,
  marks: 'Events on the time line',
  happened: 'Events',
  noEvents: 'No stream events',
  explain: 'Why, and what helps',
  encoder: 'Encoder',
  noEncoder: 'Shown as soon as something is known.',
  notes: 'Right now',
  notesOver: 'Worth changing',
  rendition: 'Renditions',
  renditionStates: {
    SOURCE: 'As sent',
    RUNNING: 'Running',
    STARTING: 'Starting',
    SHED: 'Shed',
    STANDBY: 'On demand',
  },
  repairs: 'Repairs',
  repairWords: {
    gaps: 'Gaps',
    jumps: 'Time jumps',
    overlaps: 'Overlaps',
    droppedSamples: 'Dropped samples',
  } satisfies Record<keyof rostrum.StreamRepairs, string>,
  encoderSide: 'Encoder’s own figures',
  encoderWords: {
    framesRendered: 'Frames rendered',
    framesLagged: 'Late in rendering',
    framesSkipped: 'Skipped by the encoder',
    framesDropped: 'Dropped on the way',
    framesOutput: 'Frames sent',
    delayMs: 'Time to encode',
    roundTripMs: 'Round trip',
  } satisfies Record<keyof rostrum.EncoderFigures, string>,
  rows: {
    encoder: 'Video encoder',
    videoCodec: 'Video codec',
    resolution: 'Resolution',
    frameRate: 'Frame rate',
    targetBitrate: 'Target bitrate',
    keyframeInterval: 'Keyframe interval',
    audioCodec: 'Audio codec',
    sampleRate: 'Audio sample rate',
    audioChannels: 'Audio channels',
    targetAudioBitrate: 'Target audio bitrate',
    protocol: 'Protocol',
  } satisfies Record<EncoderRowName, string>,
  warnings: {
    sampleRate: 'Players expect 44.1 or 48 kHz.',
    channels: 'More than two channels: send stereo.',
    pixels: 'More than 2.1 megapixels: lower the resolution.',
    edge: 'An edge of more than 1920 pixels: lower the resolution.',
    keyframes: 'Keyframes every 2 s give the shortest delay. This is 3 s or more.',
    basicSmallBitrate: 'Basic channels take up to 1.5 Mbit/s at 480p and below.',
    basicBitrate: 'Basic channels take up to 3.5 Mbit/s.',
    standardBitrate: 'This type of channel takes up to 8.5 Mbit/s.',
    audioBitrate: 'More than 320 kbit/s cannot be heard: lower the audio bitrate.',
  } satisfies Record<EncoderWarning, string>,
  overTitle: 'Live stream ended',
  overText: 'The broadcast is over. Load the page again to see it as a whole.',
  reload: 'Reload',
  unknown: '–',
  close: 'Close',
  retry: 'Try again',
  notFoundText: 'The link may be old or mistyped.',
  /** By the service's names and codes; without an entry the server's own English words stand. */
  events: {} as Readonly<Record<string, Told>>,
  remarks: {} as Readonly<Record<string, Told>>,
};

export type HealthText = typeof english;

const catalogues: Readonly<Record<Language, HealthText>> = { en: english, de: german };

export const healthText = (): HealthText => catalogues[language()];
export const useHealthText = (): HealthText => catalogues[useLanguage()];
