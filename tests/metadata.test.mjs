// Timed metadata and captions that a broadcaster sends inside the stream, as viewers get them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { get, loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { packets, run } from './support/probe.mjs';
import { eventually, within } from './support/process.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';
import { amf, flvTags, kind, publish } from './support/rtmp.mjs';
import { channel, playlistUrl, startServer } from './support/server.mjs';
import { events, isCue, metadataIn, schemes } from './support/timed_metadata.mjs';

/** Publishes what `input` makes, through `edit(tag)`, which may give more tags. */
async function broadcast(t, server, input, edit) {
  const publisher = await publish(t, `${server.rtmp}/app/${channel.stream_key}`);
  for await (const tag of flvTags(t, input)) {
    for (const out of edit(tag)) publisher.send(out.kind, out.timestamp, out.body);
  }
  await publisher.end();
}

/** The whole broadcast of a rendition, once it has ended. */
async function ended(server, container, index) {
  const master = `${playlistUrl(server)}?container=${container}`;
  const url = variantUrl(master, await waitLive(master, { server }), index);
  const list = await eventually(5000, 'the end', async () => {
    const now = await loadMedia(url);
    return now.ended && now;
  });
  const load = async (uri) => (await get(new URL(uri, url).href)).body;
  const init = list.segments[0].map ? await load(list.segments[0].map) : Buffer.alloc(0);
  const segments = [];
  for (const { uri } of list.complete) segments.push(await load(uri));
  return { url, list, init, segments };
}

/** Frame index (from 30 per second) at which each cue is sent, what, and how many ms ahead of its time. */
const cues = [
  [40, ['onTextData', new Map([['text', 'plain text']])], 'plain text'],
  [55, ['@setDataFrame', 'onTextData', { text: 'umlaut ä, emoji 🎥, quote " and <b>' }], 'umlaut ä, emoji 🎥, quote " and <b>', 400],
  [70, ['onCuePoint', { name: 'goal', team: 2 }], '{"name":"goal","team":2}'],
  [100, ['onTextData', 'only a string'], 'only a string', 350],
  [118, ['onTextData', { text: 'x'.repeat(1000) }], 'x'.repeat(1000)],
];

test('a cue comes once in every rendition and container, at its frame', async (t) => {
  const server = await startServer(t);
  let frame = -1;
  const times = new Map(); // milliseconds of each frame as it was sent
  await broadcast(t, server, source({ seconds: 5 }), function* edit(tag) {
    const coded = tag.kind === kind.video && tag.body[1] === 1;
    if (coded) {
      frame += 1;
      times.set(frame, tag.timestamp);
    }
    yield tag;
    if (!coded) return;
    for (const [at, values, , ahead = 0] of cues) {
      if (at === frame) yield { kind: kind.data, timestamp: tag.timestamp + ahead, body: amf(...values) };
    }
  });
  const owner = 'inband.metadata.live-video.net';
  const reached = (index) => (times.get(cues[index][0]) + (cues[index][3] ?? 0) - times.get(0)) / 1000;
  // A cue that arrives ahead of its time is exact. One for the present comes with what has not been
  // sent yet to anyone, the same for all: the parts of sound reach up to one part ahead.
  const assertTime = (time, start, index, what) => {
    const late = time - start - reached(index);
    assert.ok(late > -0.002 && late < (cues[index][3] ? 0.002 : 0.25), `cue ${index} ${what} is ${late} s late`);
  };
  let start; // of the pictures
  const seen = new Map(); // the time of each cue, by index

  for (const index of [0, 1]) {
    const fmp4 = await ended(server, 'fmp4', index);
    const all = fmp4.segments.flatMap(events);
    for (const scheme of schemes) {
      const mine = all.filter((event) => event.scheme === scheme);
      assert.deepEqual(mine.filter(isCue).map(({ frames }) => frames[0]),
        cues.map(([, , text]) => ({ owner, text })), `${scheme} in rendition ${index}`);
      const metadata = mine.filter(({ frames }) => frames[0].description === 'segmentmetadata');
      assert.equal(metadata.length, fmp4.segments.length);
      assert.equal(JSON.parse(metadata[0].frames[0].text).cmd, 'ld_lat_data');
      assert.equal(new Set(mine.map(({ id }) => id)).size, mine.length, 'ids differ');
    }
    // The segment's own tag is the first in it.
    for (const segment of fmp4.segments) assert.equal(events(segment)[0].frames[0].description, 'segmentmetadata');
    const v1 = all.filter((event) => event.scheme === schemes[1] && isCue(event));
    const v0 = all.filter((event) => event.scheme === schemes[0] && isCue(event));
    assert.deepEqual(v0.map(({ id }) => id), v1.map(({ id }) => id));
    const video = await ended(server, 'fmp4', 0);
    const [first] = await packets(t, video.url, 'v:0');
    start = Number(first.pts_time);
    v1.forEach(({ time, version }, i) => {
      assert.equal(version, 1);
      assertTime(time, start, i, `of rendition ${index}`);
      const same = seen.get(i) ?? time;
      assert.ok(Math.abs(time - same) < 0.001, 'all renditions have it at the same time');
      seen.set(i, same);
    });

    const { list } = fmp4;
    const ranges = list.ranges.filter((range) => range['X-PAYLOAD-BASE64']);
    assert.deepEqual(ranges.map((range) => Buffer.from(range['X-PAYLOAD-BASE64'], 'base64').toString()),
      cues.map(([, , text]) => text));
    assert.equal(new Set(ranges.map(({ ID }) => ID)).size, cues.length);
    ranges.forEach((range, i) => {
      assert.equal(range['X-OWNER'], owner);
      const at = Date.parse(range['START-DATE']) - list.segments[0].date;
      assert.ok(Math.abs(at - (seen.get(i) - start) * 1000) < 5, `date range ${i} at ${at} ms`);
    });
  }

  const ts = await ended(server, 'ts', 0);
  const [first] = await packets(t, ts.url, 'v:0');
  const found = metadataIn(Buffer.concat(ts.segments));
  const told = found.filter(isCue);
  assert.deepEqual(told.map(({ frames }) => frames[0]), cues.map(([, , text]) => ({ owner, text })));
  assert.equal(found.filter(({ frames }) => frames[0].description === 'segmentmetadata').length, ts.segments.length);
  assert.equal(found[0].frames[0].description, 'segmentmetadata');
  told.forEach(({ time }, i) => {
    assertTime(time, Number(first.pts_time), i, 'in TS');
    assert.ok(Math.abs(time - Number(first.pts_time) - (seen.get(i) - start)) < 0.002, `cue ${i} in TS at ${time}`);
  });
});

test('subtitles that ffmpeg sends along become cues', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-subtitles-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'subtitles.srt');
  writeFileSync(file, '1\n00:00:01,500 --> 00:00:02,000\nfirst words\n\n2\n00:00:03,000 --> 00:00:03,500\nsecond words\n');
  const server = await startServer(t);
  const inputs = source({ seconds: 5 });
  const publisher = publishWithFfmpeg(t, `${server.rtmp}/app/${channel.stream_key}`,
    [...inputs.slice(0, inputs.indexOf('-pix_fmt')), '-re', '-i', file, '-map', '0:v', '-map', '1:a', '-map', '2:s',
      ...inputs.slice(inputs.indexOf('-pix_fmt')), '-c:s', 'text']);
  const { code } = await within(20_000, publisher.closed, 'publishing', publisher.output);
  assert.equal(code, 0, publisher.output());
  const { segments } = await ended(server, 'fmp4', 0);
  const texts = segments.flatMap(events).filter((event) => isCue(event) && event.version === 1)
    .map(({ frames }) => frames[0].text);
  assert.deepEqual(texts, ['first words', 'second words']);
});

/** cc_data triplets of a CEA-608 pair on channel 1, numbered so that each can be told. */
const triplets = (number) => Buffer.from([0xfc, 0x20 + (number % 64), 0x20 + (Math.floor(number / 64) % 64)]);

/** The SEI message (ITU-T T.35, GA94) that carries them, as a NAL unit. */
function captionNal(ccData) {
  const payload = Buffer.concat([Buffer.from([0xb5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 0x03,
    0xc0 | (ccData.length / 3), 0xff]), ccData, Buffer.from([0xff])]);
  return Buffer.concat([Buffer.from([0x06, 0x04, payload.length]), payload, Buffer.from([0x80])]);
}

/** What caption user data stands in Annex B video: all cc_data, in decoding order. */
function captionsIn(annexB) {
  const found = [];
  const mark = Buffer.from([0xb5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 0x03]);
  for (let at = annexB.indexOf(mark); at >= 0; at = annexB.indexOf(mark, at + 1)) {
    const count = annexB[at + 8] & 0x1f;
    found.push(annexB.subarray(at + 10, at + 10 + count * 3));
  }
  return found;
}

async function videoOf(t, server, container) {
  const { init, segments } = await ended(server, container, 0);
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-captions-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'in'), Buffer.concat([init, ...segments]));
  writeFileSync(join(folder, 'out.h264'), '');
  await run(t, 'ffmpeg', ['-v', 'error', '-y', '-i', join(folder, 'in'), '-map', '0:v', '-c', 'copy', '-f', 'h264', join(folder, 'out.h264')]);
  const { readFileSync } = await import('node:fs');
  return readFileSync(join(folder, 'out.h264'));
}

test('captions inside the pictures pass through untouched', async (t) => {
  const server = await startServer(t);
  const sent = [];
  await broadcast(t, server, source({ seconds: 4, bframes: 2 }), function* edit(tag) {
    if (tag.kind === kind.video && tag.body[1] === 1) {
      const nal = captionNal(triplets(sent.length));
      sent.push(triplets(sent.length));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(nal.length);
      yield { ...tag, body: Buffer.concat([tag.body.subarray(0, 5), length, nal, tag.body.subarray(5)]) };
    } else {
      yield tag;
    }
  });
  for (const container of ['fmp4', 'ts']) {
    const found = captionsIn(await videoOf(t, server, container));
    assert.equal(found.length, sent.length, container);
    found.forEach((ccData, i) => assert.ok(ccData.equals(sent[i]), `${container}: picture ${i}`));
  }
});

test('captions beside the pictures are put into them', async (t) => {
  const server = await startServer(t);
  const sent = [];
  let frame = 0;
  await broadcast(t, server, source({ seconds: 4 }), function* edit(tag) {
    if (tag.kind === kind.video && tag.body[1] === 1) {
      frame += 1;
      if (frame > 30 && frame % 10 === 0) {
        const ccData = triplets(sent.length);
        sent.push(ccData);
        yield { kind: kind.data, timestamp: tag.timestamp,
          body: amf('onCaptionInfo', new Map([['type', '708'], ['data', ccData.toString('base64')]])) };
      }
    }
    yield tag;
  });
  assert.ok(sent.length >= 8);
  for (const container of ['fmp4', 'ts']) {
    const found = captionsIn(await videoOf(t, server, container));
    assert.deepEqual(found.map((data) => data.toString('hex')), sent.map((data) => data.toString('hex')), container);
  }
});
