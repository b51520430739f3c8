// Renditions of a broadcast: what is made, in step with the source, when, and what a crash of the helper does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { goLive, makeChannel } from './support/broadcast.mjs';
import { follow, get, loadMedia, parseMultivariant, variantUrl } from './support/hls.mjs';
import { playWithHls } from './support/player.mjs';
import { decode } from './support/probe.mjs';
import { eventually } from './support/process.mjs';
import { source } from './support/publisher.mjs';
import { filesBelow, makeRecorded, bucketFolder, readText, record } from './support/recording.mjs';

const always = { renditions: { mode: 'always', cpu: 400 } };

/** The multivariant playlist as soon as it offers `count` variants with pictures. */
const offered = (url, count, server) => eventually(30_000, `${count} renditions`, async () => {
  const answer = await get(url);
  if (answer.status !== 200) return undefined;
  const list = parseMultivariant(answer.text());
  return list.variants.filter(({ RESOLUTION }) => RESOLUTION).length === count && list;
}, server.output);

const heights = ({ variants }) => variants.filter(({ RESOLUTION }) => RESOLUTION).map(({ RESOLUTION }) => Number(RESOLUTION.split('x')[1]));

/** Processes that make renditions for this server. */
const helpers = (server) => spawnSync('ps', ['-o', 'pid=,args=', '--ppid', `${server.child.pid}`], { encoding: 'utf8' })
  .stdout.split('\n').filter((line) => line.includes('rostrum-av transcode')).map((line) => Number.parseInt(line, 10));

test('the ladder of a STANDARD channel: sizes, rates, keyframes, numbers, sound', async (t) => {
  const api = await startApi(t, always);
  const live = await goLive(t, api, await makeChannel(api, { type: 'STANDARD' }), source({ seconds: 400, size: '640x480', fps: 60, gop: 2, bitrate: '900k' }));
  const url = live.channel.playbackUrl;
  const list = await offered(url, 3, api.server);
  assert.deepEqual(heights(list), [480, 360, 160]);
  const names = list.variants.map(({ 'STABLE-VARIANT-ID': id, VIDEO: video, NAME: name }) => name ?? video ?? id);
  t.diagnostic(names.join(' '));
  const [, small, smallest] = list.variants;
  assert.equal(Number(small['FRAME-RATE']), 30);
  assert.ok(Number(smallest.BANDWIDTH) < 700_000 && Number(small.BANDWIDTH) < 1_200_000, list.text);

  // The same numbers are the same media in all of them.
  const playlists = await eventually(30_000, 'some segments of each', async () => {
    const lists = await Promise.all([0, 1, 2].map((i) => loadMedia(variantUrl(url, list, i))));
    return lists.every(({ complete }) => complete.length >= 4) && lists;
  });
  const [main, ...others] = playlists;
  for (const other of others) {
    const shared = other.complete.filter(({ msn }) => main.complete.some((segment) => segment.msn === msn));
    assert.ok(shared.length >= 2, 'they reach as far back');
    for (const segment of shared) {
      const same = main.complete.find(({ msn }) => msn === segment.msn);
      assert.equal(segment.date, same.date, `segment ${segment.msn}`);
      assert.ok(Math.abs(segment.duration - same.duration) < 0.04, `segment ${segment.msn}: ${segment.duration} and ${same.duration}`);
    }
    assert.equal(other.discontinuitySequence, main.discontinuitySequence);
  }

  // Decoded: sizes, every second picture, keyframes at the source's, sound in step.
  const { msn } = main.complete.at(-2);
  const frames = await Promise.all(playlists.map(async (playlist, i) => {
    const segment = playlist.segments.find((one) => one.msn === msn);
    return decode(t, new URL(segment.uri, variantUrl(url, list, i)).href);
  }));
  const [original] = frames;
  const keys = ({ video }) => video.filter(({ key_frame: key }) => key === 1).map(({ time }) => time.toFixed(3));
  for (const [i, decoded] of frames.entries()) {
    assert.equal(decoded.complaints, '');
    assert.equal(decoded.streams.find(({ codec_type: type }) => type === 'video').height, heights(list)[i]);
    assert.deepEqual(keys(decoded), keys(original));
    // Sound is muxed as it comes; what counts is that none is missing where players change over.
    assert.ok(Math.abs(decoded.audio[0].time - original.audio[0].time) <= 0.1, `sound from ${decoded.audio[0].time}, not ${original.audio[0].time}`);
  }
  assert.ok(Math.abs(frames[1].video.length - original.video.length / 2) <= 1, `${frames[1].video.length} of ${original.video.length} pictures`);
  assert.equal(frames[2].video.length, frames[1].video.length);

  t.diagnostic(`decoded after ${Date.now() - Date.parse(live.stream.startTime)} ms`);
  const page = await playWithHls(t, url, { startLevel: 0 });
  await page.waitForFunction(() => document.querySelector('video').currentTime > 1, undefined, { timeout: 15_000 });
  for (const height of [160, 480, 160]) {
    await page.evaluate((wanted) => { window.hls.nextLevel = window.hls.levels.findIndex((level) => level.height === wanted); }, height);
    await page.waitForFunction((wanted) => document.querySelector('video').videoHeight === wanted, height, { timeout: 20_000 });
  }
  assert.deepEqual(await page.evaluate(() => window.events.filter(({ fatal }) => fatal)), []);

  // A helper that dies is back, and numbers go on without a hole.
  const [helper] = helpers(api.server);
  assert.ok(helper > 0);
  const address = variantUrl(url, list, 2);
  let newest = await loadMedia(address);
  const before = newest.complete.at(-1).msn;
  process.kill(helper, 'SIGKILL');
  const killed = Date.now();
  await eventually(10_000, 'another helper', () => helpers(api.server).some((pid) => pid !== helper));
  t.diagnostic(`another helper after ${Date.now() - killed} ms`);
  assert.ok(Date.now() - killed < 2000);
  const seen = new Map();
  newest = await follow(address, newest, 25_000, 'segments behind the crash', (now) => now.complete.at(-1).msn >= before + 4,
    (now) => now.complete.forEach((segment) => seen.set(segment.msn, segment)));
  for (let number = before; number <= before + 4; number += 1) {
    assert.ok(seen.has(number), `segment ${number}`);
    assert.equal(seen.get(number).discontinuity, false, `segment ${number} goes on`);
  }
  const behind = await decode(t, new URL(seen.get(before + 2).uri, address).href);
  assert.equal(behind.complaints, '');
});

test('only while somebody watches; BASIC channels never; ADVANCED ones without the source', async (t) => {
  const api = await startApi(t, { renditions: { mode: 'watched', cpu: 400 } });
  const small = () => source({ seconds: 120, size: '640x360', gop: 1 });
  const watched = await goLive(t, api, await makeChannel(api, { type: 'STANDARD' }), small());
  assert.deepEqual(helpers(api.server), [], 'nobody watches');
  const list = await offered(watched.channel.playbackUrl, 2, api.server);
  assert.deepEqual(heights(list), [360, 160]);
  assert.equal(helpers(api.server).length, 1);
  // What the first viewer was offered can be had.
  await loadMedia(variantUrl(watched.channel.playbackUrl, list, 1));

  const basic = await goLive(t, api, await makeChannel(api, { type: 'BASIC' }), small());
  assert.deepEqual(heights(await offered(basic.channel.playbackUrl, 1, api.server)), [360]);
  const advanced = await goLive(t, api, await makeChannel(api, { type: 'ADVANCED_HD', preset: 'CONSTRAINED_BANDWIDTH_DELIVERY' }), small());
  const own = await eventually(20_000, 'a ladder of its own', async () => {
    const found = parseMultivariant((await get(advanced.channel.playbackUrl)).text());
    return found.variants.length >= 3 && found;
  });
  assert.deepEqual(heights(own), [360, 160]);
  assert.equal(own.variants.filter(({ RESOLUTION }) => !RESOLUTION).length, 1, 'and the sound alone');
});

test('sound that players cannot use becomes AAC', async (t) => {
  const api = await startApi(t, { renditions: { mode: 'off' } });
  const live = await goLive(t, api, await makeChannel(api, { type: 'BASIC', containerFormat: 'FRAGMENTED_MP4' }), source({ seconds: 60, gop: 1, audio: 'libmp3lame', rate: 44100 }));
  const list = await offered(live.channel.playbackUrl, 1, api.server);
  const address = variantUrl(live.channel.playbackUrl, list);
  const { segments } = await eventually(20_000, 'two segments', async () => {
    const now = await loadMedia(address);
    return now.complete.length >= 2 && now;
  });
  assert.match((await offered(live.channel.playbackUrl, 1, api.server)).variants[0].CODECS, /mp4a\.40\.2/);
  const init = (await get(new URL(segments[1].map, address).href)).body;
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-sound-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'a.mp4'), Buffer.concat([init, (await get(new URL(segments[1].uri, address).href)).body]));
  const { streams, audio, video, complaints } = await decode(t, join(folder, 'a.mp4'));
  assert.equal(complaints, '');
  assert.equal(streams.find(({ codec_type: type }) => type === 'audio').codec_name, 'aac');
  assert.ok(audio.length * 1024 / 44_100 > 1.8, `${audio.length} frames of sound for 2 s`);
  assert.ok(Math.abs(audio[0].time - video[0].time) < 0.1);
});

test('a recording of all renditions: as the live ones, in step, and played at any of them', async (t) => {
  const api = await startApi(t, { renditions: { mode: 'watched', cpu: 400 } });
  const made = await makeRecorded(t, api, { channel: { type: 'STANDARD' }, configuration: { renditionConfiguration: { renditionSelection: 'ALL' } } });
  const { prefix } = await record(t, api, made, { seconds: 14, input: source({ seconds: 60, size: '640x360', gop: 1 }) });
  const folder = `${bucketFolder(api.server)}/${prefix}`;
  const master = parseMultivariant(readText(folder, 'media/hls/master.m3u8'));
  assert.deepEqual(heights(master), [360, 160]);
  assert.ok(filesBelow(folder).some((file) => file.startsWith('media/hls/160p30/')), filesBelow(folder).join('\n'));
  const { recordings: [recording] } = await api.caller.own('ListRecordings', {});
  assert.deepEqual(recording.renditions.filter(({ height }) => height > 0).map(({ name }) => name), ['360p30', '160p30']);
  const lists = await Promise.all([0, 1].map(async (i) => loadMedia(variantUrl(recording.playbackUrl, parseMultivariant((await get(recording.playbackUrl)).text()), i))));
  assert.ok(Math.abs(lists[0].segments.length - lists[1].segments.length) <= 1, 'as many pieces');
  assert.equal((await get(`${recording.downloadUrl}?rendition=160p30`)).status, 200);
});
