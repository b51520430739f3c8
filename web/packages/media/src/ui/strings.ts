/** Everything the player says, in one place; `german.ts` has the same in German. */
import type { PlayerState, Trouble } from '../player/types';
import { german } from './german';

const english = {
  player: 'Player',
  play: 'Play',
  pause: 'Pause',
  mute: 'Mute',
  unmute: 'Unmute',
  tapToUnmute: 'Tap to unmute',
  volume: 'Volume',
  position: 'Position',
  playAgain: 'Play again',
  speed: (rate: number) => (rate === 1 ? 'Normal speed' : `${rate}× speed`),
  before: (time: string) => `${time} ago`,
  live: 'Live',
  goLiveFrom: (seconds: number) => `Live ${delay(seconds)} behind. Go to live`,
  atLive: 'You are watching live',
  behind: (seconds: number) => `${delay(seconds)} behind`,
  quality: 'Quality and more',
  qualityOf: (name: string) => (name ? `${name}, quality and more` : 'Quality and more'),
  auto: 'Auto',
  autoPlaying: (name: string) => `Auto (${name})`,
  captionsOn: 'Turn captions on',
  captionsOff: 'Turn captions off',
  pip: 'Picture in picture',
  fullscreen: 'Full screen',
  exitFullscreen: 'Exit full screen',
  statistics: 'Statistics',
  closeStatistics: 'Close statistics',
  retry: 'Try again',
  buffering: 'Loading',
  stats: {
    latency: 'Latency',
    buffer: 'Buffer',
    aim: 'Aiming for',
    rate: 'Speed',
    stalls: 'Stalls',
    jitter: 'Jitter',
    frames: 'Dropped frames',
    bitrate: 'Bitrate',
    bandwidth: 'Line',
    picture: 'Picture',
    codecs: 'Codecs',
    unknown: '–',
  },
  soundOnly: 'Sound only',
  decimalPoint: '.',
  waiting: {
    title: 'Not live yet',
    text: 'The picture appears here by itself when the broadcast starts.',
  },
  ended: {
    title: 'The broadcast has ended',
    text: 'Should it start again, it plays here by itself.',
  },
  refused: {
    title: 'This broadcast is private',
    text: 'Your access is missing or has expired. Ask the broadcaster for access, then try again.',
  },
  restricted: {
    title: 'You can’t watch this here',
    text: 'The broadcaster limits who may watch and where, or has ended your access.',
  },
  broken: {
    title: 'The picture can’t be shown',
    text: 'This browser could not play the broadcast. Try again, or use another browser.',
  },
  offline: 'You are offline. The broadcast goes on when you are back.',
  unreachable: 'The connection was lost. Trying again by itself.',
  broadcastPaused: 'The broadcast paused. It continues by itself.',
};
export type PlayerText = typeof english;

/** In the language that was chosen; what a player on the page says already stays. */
export let strings: PlayerText = english;
export function setPlayerLanguage(tag: string): void {
  strings = tag.toLowerCase().split('-')[0] === 'de' ? german : english;
}

export interface Message {
  readonly title: string;
  readonly text: string;
  readonly retry: boolean;
  readonly sign: 'mark' | 'lock' | 'warning';
}

/** What stands in place of the picture, or null while there is one. */
export function messageFor(
  state: PlayerState,
  trouble: Trouble,
  recording = false,
): Message | null {
  // A recording that was watched to its end can be seen again: its last picture stays.
  if (recording && state === 'ended') return null;
  switch (state) {
    case 'waiting':
      return { ...strings.waiting, retry: false, sign: 'mark' };
    case 'ended':
      return { ...strings.ended, retry: false, sign: 'mark' };
    case 'error':
      return failure(trouble);
    default:
      return null;
  }
}

function failure(trouble: Trouble): Message {
  switch (trouble) {
    case 'refused':
      return { ...strings.refused, retry: true, sign: 'lock' };
    case 'restricted':
      return { ...strings.restricted, retry: true, sign: 'lock' };
    default:
      return { ...strings.broken, retry: true, sign: 'warning' };
  }
}

/** One sentence over a picture that stands still, or empty. */
export function noticeFor(trouble: Trouble): string {
  switch (trouble) {
    case 'offline':
    case 'unreachable':
    case 'broadcastPaused':
      return strings[trouble];
    default:
      return '';
  }
}

const decimal = (n: number, digits: number): string =>
  n.toFixed(digits).replace('.', strings.decimalPoint);

/** 4.2 s, 75 s as 1:15. */
export function delay(seconds: number): string {
  if (seconds < 60) return `${decimal(seconds, seconds < 10 ? 1 : 0)} s`;
  return clock(seconds);
}

/** 4:05, 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

export function bitrate(bitsPerSecond: number | null): string {
  return bitsPerSecond === null
    ? strings.stats.unknown
    : `${decimal(bitsPerSecond / 1e6, 1)} Mbit/s`;
}

export function qualityName(quality: {
  readonly height: number;
  readonly frameRate: number;
  readonly name: string;
  readonly bitrate: number;
}): string {
  if (quality.height > 0)
    return `${quality.height}p${quality.frameRate > 32 ? Math.round(quality.frameRate) : ''}`;
  return quality.name || (quality.bitrate > 0 ? bitrate(quality.bitrate) : strings.soundOnly);
}
