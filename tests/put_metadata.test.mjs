// PutMetadata from the SDK's call to the viewer's screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { goLive, makeChannel, small, streamOf } from './support/broadcast.mjs';
import { follow, get, loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { assertError, makeClient, send } from './support/ivs.mjs';
import { visit } from './support/player.mjs';
import { eventually } from './support/process.mjs';
import { publishTestCard } from './support/publisher.mjs';
import { events, isCue, metadataIn, schemes } from './support/timed_metadata.mjs';

const owner = 'metadata.live-video.net';

/** The playlist with one more part than `list`. */
const nextPart = async (url, list) => loadMedia(url, (list ?? await loadMedia(url)).next);

test('a cue is in the media within one part, at one time for all viewers', async (t) => {
  const api = await startApi(t);
  const { server } = api;
  const { channel, channelArn } = await goLive(t, api, await makeChannel(api));
  const client = makeClient(t, server);
  const lists = []; // video and sound only, in both containers
  for (const container of ['fmp4', 'ts']) {
    const url = `${channel.playbackUrl}?container=${container}`;
    const multivariant = await waitLive(url, { server });
    for (const index of [0, 1]) lists.push({ container, index, url: variantUrl(url, multivariant, index) });
  }
  const [{ url }] = lists;
  let list = await follow(url, undefined, 10_000, 'a segment', ({ complete }) => complete.length > 0);
  const first = list.segments.at(-1).msn;

  // Each one is sent when a part has just begun.
  const texts = ['plain', '{"question":"ä 🎥 \\" <b>"}', 'x', ...Array.from({ length: 5 }, (_, i) => `cue ${i}`), 'é'.repeat(512)];
  const waits = [];
  for (const text of texts) {
    list = await nextPart(url, list);
    await send(client, 'PutMetadata', { channelArn, metadata: text });
    const told = performance.now();
    // The part that is being made when the answer is there, or at the latest the one after it.
    const open = (await loadMedia(url)).next;
    const found = await follow(url, undefined, 2000, 'the part behind it', ({ next }) =>
      next.msn > open.msn || (next.msn === open.msn && next.part >= open.part + 2));
    waits.push(performance.now() - told);
    const parts = found.segments.filter(({ msn }) => msn >= open.msn - 1 && msn <= open.msn + 1).flatMap(({ msn, parts: made }) =>
      made.map((part, i) => ({ msn, part: i, uri: part.uri })))
      .filter(({ msn, part }) => msn < open.msn || (msn === open.msn && part <= open.part + 1) || (msn === open.msn + 1 && part === 0));
    const bodies = await Promise.all(parts.map(async ({ uri }) => (await get(new URL(uri, url).href)).body));
    const cues = bodies.flatMap((body) => [...events(body)]).filter((event) => event.scheme === schemes[1] && isCue(event));
    assert.equal(cues.filter(({ frames }) => frames[0].text === text).length, 1, `${text} is not in ${JSON.stringify(parts)}\n${found.text}`);
    list = found;
  }
  t.diagnostic(`until the part behind the answer was listed: ${waits.map(Math.round)} ms`);

  const last = list.segments.at(-1).msn;
  const times = [];
  for (const one of lists) {
    const whole = await follow(one.url, undefined, 10_000, 'all segments', ({ complete }) => complete.at(-1)?.msn >= last);
    const segments = whole.complete.filter(({ msn }) => msn >= first && msn <= last);
    assert.equal(segments.length, last - first + 1, 'the window still has them');
    const bodies = await Promise.all(segments.map(async ({ uri }) => (await get(new URL(uri, one.url).href)).body));
    const found = one.container === 'fmp4'
      ? bodies.flatMap((body) => [...events(body)]).filter((event) => event.scheme === schemes[1] && isCue(event))
      : metadataIn(Buffer.concat(bodies)).filter(isCue);
    assert.deepEqual(found.map(({ frames }) => frames[0]), texts.map((text) => ({ owner, text })), `${one.container} ${one.index}`);
    const ranges = whole.ranges.filter((range) => range['X-OWNER'] === owner);
    assert.deepEqual(ranges.map((range) => Buffer.from(range['X-PAYLOAD-BASE64'], 'base64').toString()), texts);
    times.push({ media: found.map(({ time }) => time), dates: ranges.map((range) => range['START-DATE']) });
  }
  for (const [i, { media, dates }] of times.entries()) {
    assert.deepEqual(dates, times[0].dates, 'one date for all');
    // Containers count from different beginnings, renditions of one do not.
    const same = times[i - (i % 2)].media;
    media.forEach((time, j) => {
      assert.ok(Math.abs(time - same[j]) < 0.001, `cue ${j} at ${time} and ${same[j]} s`);
      assert.ok(Math.abs((time - media[0]) - (times[0].media[j] - times[0].media[0])) < 0.002, `cue ${j} in list ${i}`);
    });
  }
});

test('one kilobyte, five a second for each channel', async (t) => {
  const api = await startApi(t);
  const { server, caller } = api;
  const channels = await Promise.all([0, 1].map(async () => goLive(t, api, await makeChannel(api))));
  const client = makeClient(t, server);
  for (const { channel } of channels) await waitLive(channel.playbackUrl, { server });
  const [{ channelArn }, other] = channels;
  for (const metadata of ['y'.repeat(1025), 'é'.repeat(512) + 'a']) {
    await assert.rejects(send(client, 'PutMetadata', { channelArn, metadata }),
      ({ name, $metadata }) => name === 'ValidationException' && $metadata.httpStatusCode === 400);
  }
  // What was refused counts for nothing: five go at once.
  const started = performance.now();
  const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => caller.call('PutMetadata', { channelArn, metadata: `${i}` })));
  const filled = Math.floor(5 * (performance.now() - started) / 1000);
  const good = answers.filter(({ status }) => status === 204).length;
  assert.ok(good >= 5 && good <= 5 + filled, `${good} of 12 at once`);
  for (const answer of answers) if (answer.status !== 204) assertError('one too many', answer, 'ThrottlingException', 429);
  await send(client, 'PutMetadata', { channelArn: other.channelArn, metadata: 'another channel' });
  await eventually(3000, 'room again', async () => (await caller.call('PutMetadata', { channelArn, metadata: 'later' })).status === 204);
});

test('the player raises a cue once, with the picture of its time', async (t) => {
  const api = await startApi(t);
  const { server, caller } = api;
  const made = await makeChannel(api);
  publishTestCard(t, made.url);
  await eventually(15_000, 'the stream', () => streamOf(caller, made.channelArn), server.output);
  const viewer = await visit(t, `${server.http}/watch/${made.channelArn.split('/').at(-1)}`);
  await viewer.state('playing');
  await viewer.page.evaluate(() => {
    const player = document.querySelector('rostrum-player');
    const { video } = player;
    window.frames_ = [];
    window.cues = [];
    const look = (_, { mediaTime }) => {
      window.frames_.push({ mediaTime, stamp: window.readVideoStamp(video) });
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    player.addEventListener('rostrum-metadata', ({ detail }) => {
      window.cues.push({ ...detail, stamp: window.readVideoStamp(video) });
    });
  });
  await viewer.until('p.latency !== null && p.latency < 2');
  const client = makeClient(t, server);
  const count = 12;
  for (let i = 0; i < count; i += 1) {
    const { length } = await viewer.page.evaluate(() => window.frames_);
    await send(client, 'PutMetadata', { channelArn: made.channelArn, metadata: `cue ${i}` });
    await viewer.page.waitForFunction((seen) => window.frames_.length > seen + 12, length);
  }
  await viewer.page.waitForFunction((all) => window.cues.length >= all, count);
  const told = await viewer.page.evaluate(() => window.frames_.length);
  await viewer.page.waitForFunction((seen) => window.frames_.length > seen + 30, told);
  const { cues, frames } = await viewer.page.evaluate(() => ({ cues: window.cues, frames: window.frames_ }));
  assert.deepEqual(cues.map(({ text }) => text), Array.from({ length: count }, (_, i) => `cue ${i}`), 'each once, in order');
  for (const cue of cues) assert.equal(cue.owner, owner);

  // The card's clock against the media's: the same difference in every frame.
  const offsets = frames.filter(({ stamp }) => stamp !== undefined).map(({ mediaTime, stamp }) => stamp - mediaTime * 1000).sort((a, b) => a - b);
  const offset = offsets[offsets.length >> 1];
  const late = cues.map(({ time, stamp }) => stamp - offset - time * 1000);
  t.diagnostic(`the picture shown with a cue is later than its time by ${late.map(Math.round)} ms`);
  const frame = 1000 / 30;
  // Where the browser itself drops a picture, the next one that it shows is what there can be.
  const shown = frames.map(({ mediaTime }) => mediaTime * 1000);
  const behind = late.map((by, i) => by - (shown.find((time) => time >= cues[i].time * 1000 - 5) - cues[i].time * 1000));
  late.forEach((by, i) => assert.ok(by > -frame && behind[i] < 5 * frame, `cue ${i} comes ${by} ms late, ${behind[i]} ms behind its picture`));
  // A browser that is kept waiting by other programs calls back a picture later now and then.
  const inTime = behind.filter((by) => by < frame).length;
  assert.ok(inTime >= count - 3, `${inTime} of ${count} with their picture: ${behind.map(Math.round)}`);
  assert.deepEqual(viewer.page.problems, []);
});
