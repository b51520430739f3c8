// Timed metadata as it stands in media: ID3 tags in event messages (fragmented MP4) and in their own
// packets (MPEG-TS).
import assert from 'node:assert/strict';

/** Boxes of one level: {type, body}. */
function* boxes(data) {
  for (let at = 0; at + 8 <= data.length;) {
    const size = data.readUInt32BE(at);
    assert.ok(size >= 8 && at + size <= data.length, 'boxes fit');
    yield { type: data.toString('latin1', at + 4, at + 8), body: data.subarray(at + 8, at + size) };
    at += size;
  }
}

/** ID3v2.4 frames: {owner, text} of PRIV, {description, text} of TXXX. */
function id3Frames(tag) {
  assert.equal(tag.toString('latin1', 0, 3), 'ID3');
  const synchsafe = (at) => [0, 1, 2, 3].reduce((value, i) => value * 128 + tag[at + i], 0);
  const frames = [];
  for (let at = 10; at < 10 + synchsafe(6);) {
    const type = tag.toString('latin1', at, at + 4);
    const body = tag.subarray(at + 10, at + 10 + synchsafe(at + 4));
    if (type === 'PRIV') {
      const end = body.indexOf(0);
      frames.push({ owner: body.toString('latin1', 0, end), text: body.toString('utf8', end + 1) });
    } else if (type === 'TXXX') {
      const [description, ...text] = body.toString('utf8', 1).split('\0');
      frames.push({ description, text: text.join('\0').replace(/\0$/, '') });
    }
    at += 10 + body.length;
  }
  return frames;
}

/** Events in a piece of fMP4: {scheme, version, time (s), id, frames}. `base` is the start of the fragment. */
export function events(data) {
  const found = [];
  const waiting = [];
  for (const { type, body } of boxes(data)) {
    if (type === 'emsg') {
      const version = body[0];
      const strings = (at) => {
        const scheme = body.toString('latin1', at, body.indexOf(0, at));
        const value = body.indexOf(0, at) + 1;
        return [scheme, body.indexOf(0, value) + 1];
      };
      if (version === 0) {
        const [scheme, at] = strings(4);
        waiting.push({
          scheme, version, delta: body.readUInt32BE(at + 4) / body.readUInt32BE(at),
          id: body.readUInt32BE(at + 12), frames: id3Frames(body.subarray(at + 16)),
        });
      } else {
        const [scheme, at] = strings(24);
        found.push({
          scheme, version, time: Number(body.readBigUInt64BE(8)) / body.readUInt32BE(4),
          id: body.readUInt32BE(20), frames: id3Frames(body.subarray(at)),
        });
      }
    } else if (type === 'moof') {
      const traf = [...boxes(body)].find((box) => box.type === 'traf');
      const tfdt = [...boxes(traf.body)].find((box) => box.type === 'tfdt').body;
      const start = tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
      for (const event of waiting.splice(0)) found.push({ ...event, start });
    }
  }
  return found;
}

/** What a transport stream carries as metadata (stream type 0x15): {time, frames}. */
export function metadataIn(stream) {
  const pids = { map: undefined, metadata: undefined };
  const units = [];
  for (let at = 0; at < stream.length; at += 188) {
    assert.equal(stream[at], 0x47);
    const pid = stream.readUInt16BE(at + 1) & 0x1fff;
    const starts = (stream[at + 1] & 0x40) !== 0;
    const payload = stream.subarray(at + 4 + (stream[at + 3] & 0x20 ? 1 + stream[at + 4] : 0), at + 188);
    if (pid === 0 && starts) pids.map = payload.readUInt16BE(11) & 0x1fff;
    if (pid === pids.map && starts) {
      const section = payload.subarray(1 + payload[0]);
      const end = 3 + (section.readUInt16BE(1) & 0xfff) - 4;
      for (let i = 12 + (section.readUInt16BE(10) & 0xfff); i < end; i += 5 + (section.readUInt16BE(i + 3) & 0xfff)) {
        if (section[i] === 0x15) pids.metadata = section.readUInt16BE(i + 1) & 0x1fff;
      }
    }
    if (pid !== pids.metadata) continue;
    if (starts) units.push([]);
    units.at(-1).push(payload);
  }
  return units.map((pieces) => {
    const unit = Buffer.concat(pieces);
    assert.equal(unit.readUInt32BE(0), 0x1bd, 'private stream 1');
    assert.equal(unit.readUInt16BE(4), unit.length - 6, 'one tag in one PES packet');
    const high = (unit[9] >> 1) & 7;
    const pts = high * 2 ** 30 + (unit.readUInt16BE(10) >> 1) * 2 ** 15 + (unit.readUInt16BE(12) >> 1);
    return { time: pts / 90_000, frames: id3Frames(unit.subarray(9 + unit[8])) };
  });
}

export const schemes = ['urn:twitch:id3', 'https://aomedia.org/emsg/ID3'];
export const isCue = ({ frames }) => frames[0].owner !== undefined;
