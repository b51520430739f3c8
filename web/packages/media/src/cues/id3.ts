/**
 * Reads the text cues out of an ID3v2.3/2.4 tag: PRIV frames of the two IVS owners and TXXX frames. Anything
 * malformed ends the reading; what was read before it stands. (id3.org, ID3v2.4 sections 3.1, 4; 4.2.6, 4.27)
 */

export interface TextFrame {
  readonly owner: string;
  readonly text: string;
}

const priv = new Set(['metadata.live-video.net', 'inband.metadata.live-video.net']);
const headerSize = 10;

const syncsafe = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) & 0x7f) << 21) |
  (((bytes[at + 1] ?? 0) & 0x7f) << 14) |
  (((bytes[at + 2] ?? 0) & 0x7f) << 7) |
  ((bytes[at + 3] ?? 0) & 0x7f);

const plain = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)) >>>
  0;

function decoder(encoding: number, bytes: Uint8Array): TextDecoder {
  if (encoding === 1)
    return new TextDecoder(bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-16le');
  if (encoding === 2) return new TextDecoder('utf-16be');
  return new TextDecoder(encoding === 3 ? 'utf-8' : 'iso-8859-1');
}

/** Index of the terminator of a text that starts at `from`, or -1. */
function terminator(bytes: Uint8Array, from: number, wide: boolean): number {
  if (!wide) return bytes.indexOf(0, from);
  for (let i = from; i + 1 < bytes.length; i += 2)
    if (bytes[i] === 0 && bytes[i + 1] === 0) return i;
  return -1;
}

function readPriv(body: Uint8Array): TextFrame | null {
  const end = body.indexOf(0);
  if (end < 0) return null;
  const owner = new TextDecoder('iso-8859-1').decode(body.subarray(0, end));
  if (!priv.has(owner)) return null;
  return { owner, text: new TextDecoder().decode(body.subarray(end + 1)) };
}

function readTxxx(body: Uint8Array): TextFrame | null {
  const encoding = body[0] ?? 0;
  const wide = encoding === 1 || encoding === 2;
  const end = terminator(body, 1, wide);
  if (end < 0) return null;
  const description = body.subarray(1, end);
  let value = body.subarray(end + (wide ? 2 : 1));
  const stop = terminator(value, 0, wide);
  if (stop >= 0) value = value.subarray(0, stop);
  return {
    owner: decoder(encoding, description).decode(description),
    text: decoder(encoding, value).decode(value),
  };
}

/** All text frames of the tags in `data`, in order. */
export function readId3(data: Uint8Array): TextFrame[] {
  const found: TextFrame[] = [];
  let tag = 0;
  while (tag + headerSize <= data.length) {
    if (data[tag] !== 0x49 || data[tag + 1] !== 0x44 || data[tag + 2] !== 0x33) break;
    const major = data[tag + 3] ?? 0;
    const flags = data[tag + 5] ?? 0;
    const end = tag + headerSize + syncsafe(data, tag + 6);
    // Unsynchronised tags are not made by anyone who streams.
    if (major < 3 || major > 4 || end > data.length || (flags & 0x80) !== 0) break;
    let at = tag + headerSize;
    if ((flags & 0x40) !== 0) at += major === 4 ? syncsafe(data, at) : plain(data, at) + 4;
    while (at + headerSize <= end) {
      const id = String.fromCharCode(...data.subarray(at, at + 4));
      if (!/^[A-Z0-9]{4}$/.test(id)) break;
      const size = major === 4 ? syncsafe(data, at + 4) : plain(data, at + 4);
      const from = at + headerSize;
      if (size === 0 || size > end - from) break;
      const body = data.subarray(from, from + size);
      const frame = id === 'PRIV' ? readPriv(body) : id === 'TXXX' ? readTxxx(body) : null;
      if (frame) found.push(frame);
      at = from + size;
    }
    tag = end + ((flags & 0x10) !== 0 ? headerSize : 0);
  }
  return found;
}

export interface LatencyMark {
  /** Wall clock of the server when the picture at this media time came in, epoch milliseconds. */
  readonly receivedAt: number;
}

/** The `segmentmetadata` frame that begins each segment, or null. */
export function latencyMark(frame: TextFrame): LatencyMark | null {
  if (frame.owner !== 'segmentmetadata') return null;
  try {
    const value = JSON.parse(frame.text) as { transc_r?: unknown };
    const at = value?.transc_r;
    return typeof at === 'number' && Number.isFinite(at) ? { receivedAt: at } : null;
  } catch {
    return null;
  }
}
