// Just enough of ISO BMFF to cut ffmpeg's fragmented output into parts and to put a cue before one.
export function* boxes(data, from = 0, to = data.length) {
  for (let at = from; at + 8 <= to;) {
    const size = data.readUInt32BE(at);
    if (size < 8 || at + size > to) return;
    yield { type: data.toString('latin1', at + 4, at + 8), at, end: at + size };
    at += size;
  }
}
const find = (data, box, type) =>
  [...boxes(data, box.at + 8, box.end)].find((b) => b.type === type);

/** Splits a growing byte stream into whole boxes. */
export class BoxStream {
  rest = Buffer.alloc(0);
  push(chunk) {
    this.rest = Buffer.concat([this.rest, chunk]);
    const out = [];
    let used = 0;
    for (const box of boxes(this.rest)) {
      out.push({ type: box.type, data: this.rest.subarray(box.at, box.end) });
      used = box.end;
    }
    this.rest = this.rest.subarray(used);
    return out;
  }
}

/** Of the first track in a moof: start, duration, whether it begins with a key frame. */
export function describe(moof) {
  const root = { at: 0, end: moof.length };
  const traf = find(moof, root, 'traf');
  const tfhd = find(moof, traf, 'tfhd');
  const tfdt = find(moof, traf, 'tfdt');
  const trun = find(moof, traf, 'trun');
  const wide = moof[tfdt.at + 8] === 1;
  const start = wide ? Number(moof.readBigUInt64BE(tfdt.at + 12)) : moof.readUInt32BE(tfdt.at + 12);
  const headFlags = moof.readUInt32BE(tfhd.at + 8) & 0xffffff;
  let at = tfhd.at + 16 + (headFlags & 1 ? 8 : 0) + (headFlags & 2 ? 4 : 0);
  const each = headFlags & 8 ? moof.readUInt32BE(at) : 0;
  const flags = moof.readUInt32BE(trun.at + 8) & 0xffffff;
  const count = moof.readUInt32BE(trun.at + 12);
  at = trun.at + 16 + (flags & 1 ? 4 : 0);
  const first = flags & 4 ? moof.readUInt32BE(at) : 0x10000;
  at += flags & 4 ? 4 : 0;
  let duration = each * count;
  if (flags & 0x100) {
    const width = [0x100, 0x200, 0x400, 0x800].filter((f) => flags & f).length * 4;
    duration = 0;
    for (let i = 0; i < count; ++i) duration += moof.readUInt32BE(at + i * width);
  }
  return { start, duration, key: (first & 0x10000) === 0 };
}

export function timescale(moov) {
  const root = { at: 0, end: moov.length };
  const mdhd = find(moov, find(moov, find(moov, root, 'trak'), 'mdia'), 'mdhd');
  return moov.readUInt32BE(mdhd.at + (moov[mdhd.at + 8] === 1 ? 28 : 20));
}

const safe = (n) => Buffer.from([(n >> 21) & 127, (n >> 14) & 127, (n >> 7) & 127, n & 127]);

/** An `emsg` box, version 1, with an ID3 PRIV frame. */
export function cueBox(scale, time, id, text) {
  const body = Buffer.concat([Buffer.from('metadata.live-video.net\0'), Buffer.from(text)]);
  const frame = Buffer.concat([Buffer.from('PRIV'), safe(body.length), Buffer.from([0, 0]), body]);
  const tag = Buffer.concat([
    Buffer.from('ID3'),
    Buffer.from([4, 0, 0]),
    safe(frame.length),
    frame,
  ]);
  const head = Buffer.alloc(4 + 4 + 8 + 4 + 4);
  head.writeUInt32BE(0x01000000, 0);
  head.writeUInt32BE(scale, 4);
  head.writeBigUInt64BE(BigInt(time), 8);
  head.writeUInt32BE(0xffffffff, 16);
  head.writeUInt32BE(id, 20);
  const inner = Buffer.concat([head, Buffer.from('https://aomedia.org/emsg/ID3\0\0'), tag]);
  const size = Buffer.alloc(8);
  size.writeUInt32BE(inner.length + 8, 0);
  size.write('emsg', 4, 'latin1');
  return Buffer.concat([size, inner]);
}
