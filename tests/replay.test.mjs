// Recordings watched again: playlists, ranges, MP4, pictures, clips, going back in a running broadcast, and who may.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { goLive, isOver, makeChannel, small } from './support/broadcast.mjs';
import { openPage } from './support/browser.mjs';
import { get, parseMedia, parseMultivariant } from './support/hls.mjs';
import { inSeconds, makeKey, signToken } from './support/playback_tokens.mjs';
import { playWithHls } from './support/player.mjs';
import { decode, packets } from './support/probe.mjs';
import { eventually, within } from './support/process.mjs';
import { makeRecorded, record } from './support/recording.mjs';

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** The only recording there is. */
async function onlyRecording(api) {
  const { recordings } = await api.caller.own('ListRecordings', {});
  assert.equal(recordings.length, 1);
  return recordings[0];
}

/** Its first media playlist. */
async function mediaPlaylist(playbackUrl) {
  const master = await get(playbackUrl);
  assert.equal(master.status, 200, master.text());
  const url = new URL(parseMultivariant(master.text()).variants[0].uri, playbackUrl).href;
  const answer = await get(url);
  assert.equal(answer.status, 200, answer.text());
  return { url, headers: answer.headers, list: parseMedia(answer.text()), text: answer.text() };
}

for (const container of ['TS', 'FRAGMENTED_MP4']) {
  test(`a recording in ${container}: played, sought in, downloaded, cut`, async (t) => {
    const api = await startApi(t);
    const made = await makeRecorded(t, api, {
      channel: { containerFormat: container, name: 'Kitchen' },
      configuration: { thumbnailConfiguration: { recordingMode: 'INTERVAL', targetIntervalSeconds: 5, storage: ['SEQUENTIAL', 'LATEST'] } },
    });
    const { end } = await record(t, api, made, { seconds: 16 });
    const recording = await onlyRecording(api);
    const length = end.recording_duration_ms / 1000;

    await t.test('playlists: whole, in pieces of a keyframe interval', async () => {
      const { list, text } = await mediaPlaylist(recording.playbackUrl);
      assert.match(text, /#EXT-X-PLAYLIST-TYPE:VOD/);
      assert.ok(list.ended);
      assert.ok(Math.abs(sum(list.segments.map(({ duration }) => duration)) - length) < 0.2);
      assert.ok(list.segments.every(({ duration }) => duration < 4), 'pieces are short');
      assert.ok(list.segments[0].date > Date.now() - 120_000);
    });

    await t.test('begins in 300 ms', async (t) => {
      const begun = Date.now();
      const { url, text } = await mediaPlaylist(recording.playbackUrl);
      const lines = text.split('\n').filter((line) => line !== '');
      const uri = lines.find((line) => !line.startsWith('#'));
      const [, bytes, from] = /#EXT-X-BYTERANGE:(\d+)@(\d+)/.exec(text) ?? [];
      const piece = await get(new URL(uri, url).href, from === undefined ? {} : { headers: { range: `bytes=${from}-${+from + +bytes - 1}` } });
      assert.ok([200, 206].includes(piece.status));
      t.diagnostic(`first piece after ${Date.now() - begun} ms`);
      assert.ok(Date.now() - begun < 300, `${Date.now() - begun} ms`);
    });

    await t.test('every frame, by ffmpeg', async (t) => {
      const { video, complaints } = await decode(t, recording.playbackUrl, { milliseconds: 60_000 });
      assert.equal(complaints, '');
      assert.ok(Math.abs(video.length / 30 - length) < 0.3, `${video.length} frames of ${length} s`);
    });

    await t.test('in hls.js, with a seek', async (t) => {
      const page = await playWithHls(t, recording.playbackUrl);
      await page.waitForFunction(() => document.querySelector('video').currentTime > 0.5, undefined, { timeout: 15_000 });
      await page.evaluate((to) => { document.querySelector('video').currentTime = to; }, length - 4);
      await page.waitForFunction(() => document.querySelector('video').ended, undefined, { timeout: 20_000 });
      assert.ok(Math.abs(await page.evaluate(() => document.querySelector('video').duration) - length) < 0.5);
      assert.deepEqual(await page.evaluate(() => window.events.filter(({ fatal }) => fatal)), []);
    });

    await t.test('MP4: the same frames, ranges, in a browser', async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'rostrum-mp4-'));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      const whole = await get(recording.downloadUrl);
      assert.equal(whole.status, 200);
      assert.equal(whole.headers['content-type'], 'video/mp4');
      assert.equal(Number(whole.headers['content-length']), whole.body.length);
      assert.match(whole.headers['content-disposition'] ?? '', /attachment|inline/);
      const file = join(folder, 'a.mp4');
      writeFileSync(file, whole.body);
      const { video, audio, complaints } = await decode(t, file, { milliseconds: 60_000 });
      assert.equal(complaints, '');
      assert.ok(Math.abs(video.length / 30 - length) < 0.3, `${video.length} frames`);
      assert.ok(Math.abs(video[0].time - audio[0].time) < 0.1, `video from ${video[0].time}, sound from ${audio[0].time}`);
      const sounds = await packets(t, file, 'a:0');
      const pictures = await packets(t, file, 'v:0');
      const endOf = (list) => Number(list.at(-1).pts_time) + Number(list.at(-1).duration_time);
      assert.ok(Math.abs(endOf(sounds) - endOf(pictures)) < 0.15, 'sound and picture end together');

      for (const [from, to] of [[0, 99], [1000, 1000], [whole.body.length - 5000, whole.body.length - 1], [777, 777_777]]) {
        const last = Math.min(to, whole.body.length - 1);
        const part = await get(recording.downloadUrl, { headers: { range: `bytes=${from}-${to}` } });
        assert.equal(part.status, 206);
        assert.equal(part.headers['content-range'], `bytes ${from}-${last}/${whole.body.length}`);
        assert.ok(part.body.equals(whole.body.subarray(from, last + 1)), `bytes ${from} to ${last}`);
      }
      assert.equal((await get(recording.downloadUrl, { headers: { range: `bytes=${whole.body.length}-` } })).status, 416);
      const head = await get(recording.downloadUrl, { method: 'HEAD' });
      assert.deepEqual([head.status, Number(head.headers['content-length']), head.body.length], [200, whole.body.length, 0]);

      const page = await openPage(t);
      await page.setContent(`<video muted src="${recording.downloadUrl}"></video>`);
      await page.evaluate(() => document.querySelector('video').play());
      await page.evaluate((to) => { document.querySelector('video').currentTime = to; }, length / 2);
      await page.waitForFunction((from) => document.querySelector('video').currentTime > from + 1, length / 2, { timeout: 15_000 });

      const cut = await get(`${recording.downloadUrl}?start=5000&end=9000`);
      writeFileSync(file, cut.body);
      const some = await decode(t, file);
      assert.equal(some.complaints, '');
      assert.ok(some.video.length >= 4 * 30 - 3 && some.video.length <= 6 * 30 + 3, `${some.video.length} frames of 4 s and what belongs to them`);
    });

    await t.test('pictures for the seek bar', async () => {
      const vtt = await get(recording.storyboardUrl);
      assert.equal(vtt.status, 200);
      assert.match(vtt.headers['content-type'], /^text\/vtt/);
      const names = [...vtt.text().matchAll(/-->.*\n(\S+)/g)].map(([, name]) => name);
      assert.ok(names.length >= 3, vtt.text());
      for (const name of names) {
        const picture = await get(new URL(name, recording.storyboardUrl).href);
        assert.equal(picture.headers['content-type'], 'image/jpeg');
        assert.deepEqual([...picture.body.subarray(0, 2)], [0xff, 0xd8]);
      }
      assert.equal((await get(recording.thumbnailUrl)).headers['content-type'], 'image/jpeg');
    });

    await t.test('a clip is a recording of its own', async (t) => {
      const { recording: clip } = await api.caller.own('CreateRecordingClip', {
        recordingId: recording.recordingId, startMs: 4000, endMs: 9500, name: 'The best bit',
      });
      assert.equal(clip.clipOf, recording.recordingId);
      assert.equal(clip.name, 'The best bit');
      assert.equal(clip.state, 'ENDED');
      const { video, complaints } = await decode(t, clip.playbackUrl, { milliseconds: 60_000 });
      assert.equal(complaints, '');
      assert.ok(video.length / 30 >= 5.4 && video.length / 30 <= 8.1, `${video.length} frames`);
      await api.caller.own('DeleteRecording', { recordingId: recording.recordingId });
      assert.equal((await get(clip.playbackUrl)).status, 200, 'it does not need what it was cut from');
      const nothing = await api.caller.raw({
        method: 'POST', path: '/CreateRecordingClip', body: JSON.stringify({ recordingId: clip.recordingId, startMs: 90_000, endMs: 91_000 }),
      }, { service: 'rostrum' });
      assert.equal(nothing.status, 400, nothing.text);
    });
  });
}

test('rude requests', async (t) => {
  const api = await startApi(t);
  const made = await makeRecorded(t, api);
  await record(t, api, made, { seconds: 6 });
  const { playbackUrl, downloadUrl } = await onlyRecording(api);
  const { url, list } = await mediaPlaylist(playbackUrl);
  const segment = new URL(list.segments[0].uri, url).href;
  const base = playbackUrl.slice(0, playbackUrl.lastIndexOf('/'));
  const { length } = (await get(segment)).body;
  for (const [range, status] of [
    ['bytes=0-0', 206], ['bytes=-1', 206], [`bytes=${length}-`, 416], ['bytes=5-3', 200], ['bytes=a-b', 200], ['lines=0-1', 200],
    ['bytes=0-1,5-6', 200], ['bytes=0-99999999999999999999', 206], ['bytes=-0', 416],
  ]) {
    assert.equal((await get(segment, { headers: { range } })).status, status, range);
  }
  for (const path of [
    '/nothing00000.m3u8', '/.m3u8', '/x/-/../../../etc/passwd', '/x/-/%2e%2e/%2e%2e/secret', `${'/a'.repeat(500)}`,
    `/live.${made.channelArn.split('/')[1]}.m3u8`, '/live..m3u8',
  ]) {
    const { status } = await get(`${base}${path}`);
    assert.ok([400, 404].includes(status), `${path}: ${status}`);
  }
  for (const query of ['?rendition=nothing', '?start=-1', '?start=9&end=3', '?start=x', '?end=0']) {
    const { status } = await get(`${downloadUrl}${query}`);
    assert.ok([400, 404].includes(status), `${query}: ${status}`);
  }
  assert.equal((await get(playbackUrl, { method: 'POST' })).status, 405);
  assert.equal((await get(playbackUrl)).status, 200);
});

test('a private channel: its recordings need its tokens, and sessions reach no further', async (t) => {
  const api = await startApi(t);
  const key = makeKey();
  await api.caller.get('ImportPlaybackKeyPair', { publicKeyMaterial: key.publicPem, name: 'viewers' });
  const made = await makeRecorded(t, api, { channel: { authorized: true } });
  await record(t, api, made, { seconds: 6 });
  const { playbackUrl, downloadUrl } = await onlyRecording(api);
  const claims = (more = {}) => ({ 'aws:channel-arn': made.channelArn, 'aws:access-control-allow-origin': '*', exp: inSeconds(300), ...more });
  const withToken = (url, token) => `${url}${url.includes('?') ? '&' : '?'}token=${token}`;
  for (const url of [playbackUrl, downloadUrl]) {
    assert.equal((await get(url)).status, 403);
    assert.equal((await get(withToken(url, 'nonsense'))).status, 403);
    const other = signToken(key, claims({ 'aws:channel-arn': made.channelArn.replace(/.{12}$/, 'OtherChannel') }));
    assert.equal((await get(withToken(url, other))).status, 403);
    const old = signToken(key, claims({ exp: inSeconds(-60) }));
    assert.equal((await get(withToken(url, old))).status, 403);
  }
  const { url, list } = await mediaPlaylist(withToken(playbackUrl, signToken(key, claims())));
  const segment = new URL(list.segments[0].uri, url).href;
  const answer = await get(segment);
  assert.equal(answer.status, 200);
  assert.match(answer.headers['cache-control'] ?? '', /private/);
  assert.equal((await get(segment.replace(/(recordings\/[^/]+\/)[^/]+/, '$1-'))).status, 403, 'not without its session');
  // A file is asked for in many ranges, and a token may be good for one request: it is changed for a session.
  const moved = await get(withToken(downloadUrl, signToken(key, claims())));
  assert.equal(moved.status, 302);
  assert.doesNotMatch(moved.headers.location, /token=/);
  assert.equal((await get(new URL(moved.headers.location, downloadUrl).href)).status, 200);
  assert.ok(!api.server.output().includes(url.split('/recordings/')[1].split('/')[1]), 'no session is in the log');
  const channel = made.channelArn.split('/')[1];
  const listed = await get(`${api.server.http}/api/rostrum/v1/channels/${channel}/recordings`);
  assert.ok(listed.status === 403 || JSON.parse(listed.text()).recordings.length === 0, listed.text());
});

test('a running broadcast from its beginning, and as far back as the window reaches', async (t) => {
  const api = await startApi(t, { recording: { time_shift: '12s' } });
  const recorded = await makeRecorded(t, api);
  const { publisher, stream } = await goLive(t, api, recorded);
  const plain = await goLive(t, api, await makeChannel(api, { type: 'BASIC' }));
  const shift = (made) => `${api.server.http}/api/video/v1/recordings/live.${made.channelArn.split('/')[1]}.m3u8`;

  await eventually(30_000, 'some seconds', () => Date.now() - Date.parse(stream.startTime) > 12_000);
  const first = await mediaPlaylist(shift(recorded));
  assert.match(first.text, /#EXT-X-PLAYLIST-TYPE:EVENT/);
  assert.equal(first.list.ended, false);
  assert.ok(Math.abs(first.list.segments[0].date - Date.parse(stream.startTime)) < 4000, 'from its beginning');
  const reached = first.list.segments[0].date + 1000 * sum(first.list.segments.map(({ duration }) => duration));
  assert.ok(Date.now() - reached < 6000, `${Date.now() - reached} ms behind now`);

  const window = await eventually(40_000, 'the window to move', async () => {
    const { list, text } = await mediaPlaylist(shift(plain)).catch(() => ({}));
    return list && list.mediaSequence > 0 && { list, text };
  });
  assert.doesNotMatch(window.text, /PLAYLIST-TYPE/);
  const length = sum(window.list.segments.map(({ duration }) => duration));
  assert.ok(length >= 8 && length <= 26, `${length} s for a window of 12 s`);
  assert.deepEqual((await api.caller.own('ListRecordings', {})).recordings.map(({ channelArn }) => channelArn), [recorded.channelArn]);

  const page = await playWithHls(t, shift(recorded), { startPosition: 0 });
  await page.waitForFunction(() => document.querySelector('video').currentTime > 1, undefined, { timeout: 15_000 });
  publisher.child.kill('SIGINT');
  await isOver(api, recorded.channelArn);
  await eventually(20_000, 'the playlist to end', async () => {
    const { recordingId } = await onlyRecording(api);
    const { list } = await mediaPlaylist(`${api.server.http}/api/video/v1/recordings/${recordingId}.m3u8`);
    return list.ended;
  });
  plain.publisher.child.kill('SIGINT');
  await isOver(api, plain.channelArn);
  await eventually(20_000, 'the window to close', async () => (await get(shift(plain))).status === 404);
});

test('many viewers of one recording, and slow ones, cost no more than their answers', async (t) => {
  const api = await startApi(t);
  const made = await makeRecorded(t, api);
  await record(t, api, made, { seconds: 10 });
  const { downloadUrl } = await onlyRecording(api);
  const whole = (await get(downloadUrl)).body;
  const answers = await Promise.all(Array.from({ length: 40 }, () => get(downloadUrl)));
  assert.ok(answers.every(({ status, body }) => status === 200 && body.equals(whole)));
  // The broadcast that runs beside them is not disturbed.
  const live = await goLive(t, api, made, small({ seconds: 6 }));
  await Promise.all(Array.from({ length: 20 }, () => get(downloadUrl)));
  await within(20_000, live.publisher.closed, 'the broadcast', live.publisher.output);
});
