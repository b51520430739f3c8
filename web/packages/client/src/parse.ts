/**
 * Answers of the server are checked before a page sees them: what is missing gets a harmless value, what is
 * of a wrong kind is refused.
 */
import type { Channel, Ingest, Recording, Recordings, ServerInfo } from './types';

type Fields = Record<string, unknown>;

function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} is not an object`);
  }
  return value as Fields;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** Only paths and http(s) addresses may become links or media sources. */
function address(value: unknown): string {
  const candidate = text(value);
  return /^(https?:\/\/|\/(?!\/))/.test(candidate) ? candidate : '';
}

export function parseChannel(value: unknown): Channel {
  const from = fields(value, 'channel');
  const id = text(from['id']);
  if (id === '') throw new TypeError('channel without an id');
  const viewers = from['viewers'];
  const name = text(from['name']) || id;
  const title = text(from['title']);
  return {
    id,
    name,
    title: title === name ? '' : title,
    live: from['live'] === true,
    startedAt: textOrNull(from['startedAt']),
    viewers: typeof viewers === 'number' && Number.isFinite(viewers) ? Math.max(0, viewers) : 0,
    authorized: from['authorized'] === true,
    playbackUrl: address(from['playbackUrl']),
    watchUrl: address(from['watchUrl']) || `/watch/${encodeURIComponent(id)}`,
  };
}

export function parseChannels(value: unknown): Channel[] {
  const list = fields(value, 'channels')['channels'];
  if (!Array.isArray(list)) throw new TypeError('channels is not a list');
  return list.map(parseChannel);
}

function parseRecording(value: unknown): Recording {
  const from = fields(value, 'recording');
  const id = text(from['id']);
  const playbackUrl = address(from['playbackUrl']);
  if (id === '' || playbackUrl === '') throw new TypeError('recording without an id or address');
  const duration = from['durationMs'];
  return {
    id,
    name: text(from['name']),
    clip: from['clip'] === true,
    startedAt: text(from['startedAt']),
    durationMs: typeof duration === 'number' && duration >= 0 ? duration : 0,
    playbackUrl,
    downloadUrl: address(from['downloadUrl']),
    storyboardUrl: address(from['storyboardUrl']),
    thumbnailUrl: address(from['thumbnailUrl']),
  };
}

export function parseRecordings(value: unknown): Recordings {
  const from = fields(value, 'recordings');
  const list = from['recordings'];
  if (!Array.isArray(list)) throw new TypeError('recordings is not a list');
  const url = address(from['timeShiftUrl']);
  const since = text(from['timeShiftSince']);
  return {
    recordings: list.map(parseRecording),
    timeShift: url !== '' && since !== '' ? { url, since } : null,
  };
}

export function parseServer(value: unknown): ServerInfo {
  const from = fields(value, 'server');
  const ingest =
    typeof from['ingest'] === 'object' && from['ingest'] ? (from['ingest'] as Fields) : {};
  const addresses: Ingest = {
    rtmp: textOrNull(ingest['rtmp']),
    rtmps: textOrNull(ingest['rtmps']),
    srt: textOrNull(ingest['srt']),
  };
  return { version: text(from['version']), ingest: addresses };
}
