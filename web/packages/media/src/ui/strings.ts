/** Everything the player says, in one place. */
import type { PlayerState, Trouble } from '../player/types';

export const strings = {
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
} as const;

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
      return {
        title: 'Not live yet',
        text: 'The picture appears here by itself when the broadcast starts.',
        retry: false,
        sign: 'mark',
      };
    case 'ended':
      return {
        title: 'The broadcast has ended',
        text: 'Should it start again, it plays here by itself.',
        retry: false,
        sign: 'mark',
      };
    case 'error':
      return failure(trouble);
    default:
      return null;
  }
}

function failure(trouble: Trouble): Message {
  switch (trouble) {
    case 'refused':
      return {
        title: 'This broadcast is private',
        text: 'Your access is missing or has expired. Ask the broadcaster for access, then try again.',
        retry: true,
        sign: 'lock',
      };
    case 'restricted':
      return {
        title: 'You can’t watch this here',
        text: 'The broadcaster limits who may watch and where, or has ended your access.',
        retry: true,
        sign: 'lock',
      };
    default:
      return {
        title: 'The picture can’t be shown',
        text: 'This browser could not play the broadcast. Try again, or use another browser.',
        retry: true,
        sign: 'warning',
      };
  }
}

/** One sentence over a picture that stands still, or empty. */
export function noticeFor(trouble: Trouble): string {
  switch (trouble) {
    case 'offline':
      return 'You are offline. The broadcast goes on when you are back.';
    case 'unreachable':
      return 'The connection was lost. Trying again by itself.';
    case 'broadcastPaused':
      return 'The broadcast paused. It continues by itself.';
    default:
      return '';
  }
}

/** 4.2 s, 75 s as 1:15. */
export function delay(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
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
    : `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
}

export function qualityName(quality: {
  readonly height: number;
  readonly frameRate: number;
  readonly name: string;
  readonly bitrate: number;
}): string {
  if (quality.height > 0)
    return `${quality.height}p${quality.frameRate > 32 ? Math.round(quality.frameRate) : ''}`;
  return quality.name || (quality.bitrate > 0 ? bitrate(quality.bitrate) : 'Sound only');
}
