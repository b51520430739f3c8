// rostrum-av's test card against ffmpeg as the RTMP server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { eventually, freePort, rostrumAv, start, within } from './support/process.mjs';
import { publishTestCard } from './support/publisher.mjs';
import { browserStampReader, readStamp, stampArea } from './support/stamp.mjs';
import { openPage } from './support/browser.mjs';
import { playWithHls, quantile, watchStamps } from './support/player.mjs';

const key = 'sk_local_very-secret-key';

function probe(file, ...args) {
  return JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-of', 'json', ...args, file]));
}

// ffmpeg listens for one publisher and writes what comes to `file`.
function receive(t, url, file) {
  return start(t, 'ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-listen', '1',
    '-f', 'flv', '-i', url, '-c', 'copy', '-f', 'matroska', file]);
}

async function record(t, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-card-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'card.mkv');
  const url = `rtmp://127.0.0.1:${await freePort()}/app/${key}`;
  const receiver = receive(t, url, file);
  const started = Date.now();
  const card = start(t, rostrumAv, ['testcard', '--url', '-', '--size', '640x360', '--bitrate',
    '800k', '--duration', `${seconds}`]);
  card.child.stdin.write(`${url}\n`);
  const { code } = await within(30_000, card.exited, 'the card', card.output);
  assert.equal(code, 0, card.output());
  await within(20_000, receiver.exited, 'the receiver', receiver.output);
  assert.ok(!card.output().includes(key), 'the log holds no key');
  return { file, folder, started, ended: Date.now() };
}

test('the card is a closed-group H.264 and AAC stream whose frames tell the time', async (t) => {
  const { file, folder, started, ended } = await record(t, 7);
  const { streams, packets } = probe(file, '-show_streams', '-show_packets');
  const video = streams.find((stream) => stream.codec_type === 'video');
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  assert.equal(video.codec_name, 'h264');
  assert.equal(video.has_b_frames, 0);
  assert.equal(audio.codec_name, 'aac');
  assert.equal(audio.sample_rate, '48000');
  assert.equal(audio.channels, 2);
  const ofVideo = packets.filter((packet) => packet.stream_index === video.index);
  const keys = ofVideo.filter((packet) => packet.flags.startsWith('K')).map((packet) => +packet.pts_time);
  assert.ok(keys.length >= 3, `${keys}`);
  for (let i = 1; i < keys.length; i += 1) {
    assert.ok(Math.abs(keys[i] - keys[i - 1] - 2) < 0.002, `${keys}`);
  }

  const area = stampArea(360);
  const raw = join(folder, 'stamps.gray');
  execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-vf',
    `crop=${area.width}:${area.height}:${area.x}:${area.y}:exact=1,format=gray`, '-fps_mode',
    'passthrough', '-f', 'rawvideo', raw]);
  const bytes = readFileSync(raw);
  const size = area.width * area.height;
  const times = [];
  for (let at = 0; at < bytes.length; at += size) {
    times.push(readStamp((x, y) => bytes[at + y * area.width + x]));
  }
  assert.equal(times.length, ofVideo.length);
  assert.ok(times.every((time) => time >= started && time <= ended), `${times.slice(0, 5)}`);
  // The stamp is the wall clock: it runs as fast as the stream's own time.
  const drift = times.at(-1) - times[0] - 1000 * (+ofVideo.at(-1).pts_time - +ofVideo[0].pts_time);
  assert.ok(Math.abs(drift) < 250, `drift ${drift} ms`);
});

test('the tone begins at whole seconds of the wall clock', async (t) => {
  const { file, folder } = await record(t, 5);
  const raw = join(folder, 'tone.s16');
  execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-ac', '1', '-ar', '48000', '-f', 's16le', raw]);
  const bytes = readFileSync(raw);
  const onsets = [];
  let quiet = 48_000;
  for (let i = 0; i * 2 + 1 < bytes.length; i += 1) {
    if (Math.abs(bytes.readInt16LE(i * 2)) < 2000) {
      quiet += 1;
    } else {
      if (quiet > 20_000) onsets.push(i / 48_000);
      quiet = 0;
    }
  }
  assert.ok(onsets.length >= 3, `${onsets}`);
  for (let i = 2; i < onsets.length; i += 1) {
    assert.ok(Math.abs(onsets[i] - onsets[i - 1] - 1) < 0.005, `${onsets}`);
  }
});

test('the key is in no process list, and the end of standard input ends the card', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-card-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const url = `rtmp://127.0.0.1:${await freePort()}/app/${key}`;
  receive(t, url, join(folder, 'card.mkv'));
  const card = publishTestCard(t, url);
  await eventually(10_000, 'publishing', () => card.output().includes('published'), card.output);
  const listed = readFileSync(`/proc/${card.child.pid}/cmdline`, 'utf8');
  assert.ok(listed.includes('testcard') && !listed.includes(key), listed);
  card.child.stdin.end();
  const { code } = await within(5000, card.exited, 'the end', card.output);
  assert.equal(code, 0);
});

test('the card waits for a server, comes back after losing it, and ends on SIGTERM', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-card-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const url = `rtmp://127.0.0.1:${await freePort()}/app/${key}`;
  const card = publishTestCard(t, url);
  const count = (words) => card.output().split(words).length - 1;
  await eventually(10_000, 'a refusal', () => count('interrupted') >= 1, card.output);
  const first = receive(t, url, join(folder, 'first.mkv'));
  await eventually(15_000, 'publishing', () => count('published') === 1, card.output);
  const refusals = count('interrupted');
  first.child.kill('SIGKILL');
  await eventually(10_000, 'noticing', () => count('interrupted') > refusals, card.output);
  receive(t, url, join(folder, 'second.mkv'));
  await eventually(20_000, 'publishing again', () => count('published') === 2, card.output);
  card.child.kill('SIGTERM');
  const { code } = await within(5000, card.exited, 'the end', card.output);
  assert.equal(code, 0);
  assert.ok(!card.output().includes(key), 'the log holds no key');
});

test('the stamp is read in a browser', async (t) => {
  const { file, folder, started, ended } = await record(t, 4);
  const mp4 = join(folder, 'card.mp4');
  execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-an', '-c', 'copy', mp4]);
  const page = await openPage(t);
  await page.setContent('<video muted></video>');
  await page.evaluate(browserStampReader);
  const stamp = await page.evaluate(async (data) => {
    const video = document.querySelector('video');
    video.src = `data:video/mp4;base64,${data}`;
    await new Promise((resolve, reject) => {
      video.onseeked = resolve;
      video.onerror = () => reject(new Error(video.error.message));
      video.onloadeddata = () => { video.currentTime = 1; };
    });
    return window.readVideoStamp(video);
  }, readFileSync(mp4).toString('base64'));
  assert.ok(stamp >= started && stamp <= ended, `${stamp}`);
});

test('the card plays in hls.js and its time runs on', async (t) => {
  const { file, folder } = await record(t, 8);
  execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-c', 'copy', '-f', 'hls', '-hls_time', '2',
    '-hls_list_size', '0', '-hls_playlist_type', 'vod', join(folder, 'index.m3u8')]);
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.end(readFileSync(join(folder, basename(request.url))));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const page = await playWithHls(t, `http://127.0.0.1:${server.address().port}/index.m3u8`);
  const frames = await watchStamps(page, 3000);
  assert.ok(frames.length >= 5, `${frames.length} frames`);
  for (let i = 1; i < frames.length; i += 1) assert.ok(frames[i].stamp > frames[i - 1].stamp);
  const ages = frames.map(({ age }) => age);
  assert.ok(quantile(ages, 0.9) - quantile(ages, 0.1) < 1000, `${ages}`);
});

test('wrong command lines are refused without the URL', async (t) => {
  for (const args of [[], ['nothing'], ['testcard'], ['testcard', '--url', `http://x/${key}`]]) {
    const run = start(t, rostrumAv, args);
    const { code } = await within(5000, run.exited, 'the end');
    assert.equal(code, 2);
    assert.ok(run.output().length > 0 && !run.output().includes(key), run.output());
  }
});
