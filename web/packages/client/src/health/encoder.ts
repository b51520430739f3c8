/** What the encoder sends, as rows, with a warning beside what this service is not made for. */
import type { Channel, IngestConfiguration } from '../api/model/ivs';
import type { StreamHealthReport } from '../api/model/rostrum';

export type EncoderRowName =
  | 'encoder'
  | 'videoCodec'
  | 'resolution'
  | 'frameRate'
  | 'targetBitrate'
  | 'keyframeInterval'
  | 'audioCodec'
  | 'sampleRate'
  | 'audioChannels'
  | 'targetAudioBitrate'
  | 'protocol';

export type EncoderWarning =
  | 'sampleRate'
  | 'channels'
  | 'pixels'
  | 'edge'
  | 'keyframes'
  | 'basicSmallBitrate'
  | 'basicBitrate'
  | 'standardBitrate'
  | 'audioBitrate';

export interface EncoderRow {
  readonly name: EncoderRowName;
  readonly value: string;
  readonly warning: EncoderWarning | null;
}

export interface EncoderFacts {
  readonly channelType?: Channel['type'] | undefined;
  readonly ingest?: IngestConfiguration | undefined;
  readonly report?: StreamHealthReport | null | undefined;
  /** Seconds between keyframes, on average. */
  readonly keyframeSeconds?: number | null | undefined;
}

const most = { pixels: 2.1e6, edge: 1920, keyframeSeconds: 3, audioBitrate: 320_000, channels: 2 };
const bitrates = { basicSmall: 1.5e6, basic: 3.5e6, standard: 8.5e6 };
const rates = [44_100, 48_000];

const megabits = (bits: number): string => `${(bits / 1e6).toFixed(1)} Mbit/s`;
const kilobits = (bits: number): string => `${Math.round(bits / 1000)} kbit/s`;
const short = (n: number): string => String(Math.round(n * 100) / 100);

function bitrateWarning(
  bits: number,
  type: Channel['type'],
  height: number | undefined,
  width: number | undefined,
): EncoderWarning | null {
  if (type !== 'BASIC') return bits > bitrates.standard ? 'standardBitrate' : null;
  // Turned pictures count by their shorter edge.
  const small = Math.min(height ?? 0, width ?? Number.POSITIVE_INFINITY) <= 480;
  if (small) return bits > bitrates.basicSmall ? 'basicSmallBitrate' : null;
  return bits > bitrates.basic ? 'basicBitrate' : null;
}

function sizeWarning(width: number, height: number): EncoderWarning | null {
  if (Math.max(width, height) > most.edge) return 'edge';
  return width * height > most.pixels ? 'pixels' : null;
}

/** Rows of which something is known, in the order in which they are read. */
export function encoderRows(facts: EncoderFacts): EncoderRow[] {
  const { report, keyframeSeconds } = facts;
  const video = facts.ingest?.video;
  const audio = facts.ingest?.audio;
  const picture = report?.tracks?.find((track) => track.kind === 'VIDEO');
  const sound = report?.tracks?.find((track) => track.kind === 'AUDIO');
  const rows: EncoderRow[] = [];
  const add = (
    name: EncoderRowName,
    value: string | undefined,
    warning: EncoderWarning | null = null,
  ) => {
    if (value) rows.push({ name, value, warning });
  };
  const width = video?.videoWidth ?? picture?.width;
  const height = video?.videoHeight ?? picture?.height;
  add('encoder', video?.encoder || report?.encoder);
  add('videoCodec', video?.codec || picture?.codec);
  if (width && height) add('resolution', `${width} × ${height}`, sizeWarning(width, height));
  const frames = video?.targetFramerate ?? picture?.frameRate;
  if (frames) add('frameRate', `${short(frames)} fps`);
  if (video?.targetBitrate) {
    add(
      'targetBitrate',
      megabits(video.targetBitrate),
      bitrateWarning(video.targetBitrate, facts.channelType, height, width),
    );
  }
  if (keyframeSeconds !== null && keyframeSeconds !== undefined) {
    add(
      'keyframeInterval',
      `${keyframeSeconds.toFixed(1)} s`,
      keyframeSeconds >= most.keyframeSeconds ? 'keyframes' : null,
    );
  }
  add('audioCodec', audio?.codec || sound?.codec);
  const sampleRate = audio?.sampleRate ?? sound?.sampleRate;
  if (sampleRate) {
    add(
      'sampleRate',
      `${short(sampleRate / 1000)} kHz`,
      rates.includes(sampleRate) ? null : 'sampleRate',
    );
  }
  const channels = audio?.channels ?? sound?.channels;
  if (channels) {
    const value = ['Mono', 'Stereo'][channels - 1] ?? String(channels);
    add('audioChannels', value, channels > most.channels ? 'channels' : null);
  }
  if (audio?.targetBitrate) {
    add(
      'targetAudioBitrate',
      kilobits(audio.targetBitrate),
      audio.targetBitrate > most.audioBitrate ? 'audioBitrate' : null,
    );
  }
  add('protocol', report?.protocol?.toUpperCase());
  return rows;
}
