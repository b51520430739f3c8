// Stream health from outside: ffmpeg publishes, its network stalls and goes on, and what the API says
// of it while it lasts and afterwards is compared with what was sent.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { goLive, isOver, makeChannel } from './support/broadcast.mjs';
import { keyOf } from './support/ivs.mjs';
import { eventually, start, within } from './support/process.mjs';
import { source } from './support/publisher.mjs';
import { startRelay } from './support/relay.mjs';

const bitrate = 1_000_000;
/**
 * Pictures and sound made beforehand, so that a busy machine does not slow them down, with a constant
 * bitrate: what is measured must be what was asked for.
 */
async function prepared(t, options = {}, more = []) {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-health-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'broadcast.flv');
  const input = source({ seconds: 120, size: '320x180', ...options }).filter((one) => one !== '-re');
  const made = start(t, 'ffmpeg', ['-hide_banner', '-loglevel', 'warning', '-nostdin', ...input, ...more, file]);
  const { code } = await within(120_000, made.closed, 'making a broadcast', made.output);
  assert.equal(code, 0, made.output());
  return ['-re', '-i', file, '-c', 'copy'];
}
const constant = ['-minrate', `${bitrate}`, '-maxrate', `${bitrate}`, '-bufsize', `${bitrate / 2}`, '-x264-params', 'nal-hrd=cbr'];

const seriesOf = ({ series }, name) => series.find((one) => one.name === name);
const namesOf = ({ events }) => events.map(({ name }) => name);
const codesOf = ({ notes }) => notes.map(({ code }) => code);
const near = (value, wanted, part, what) =>
  assert.ok(Math.abs(value - wanted) <= wanted * part, `${what}: ${value}, not ${wanted}`);
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

test('a broadcast that stalls and recovers', async (t) => {
  const api = await startApi(t);
  const { server, caller } = api;
  const made = await makeChannel(api);
  const { channelArn } = made;
  const relay = await startRelay(t, server.rtmp.replace(/^rtmp/, 'http'));
  const health = async () => (await caller.own('GetStreamHealth', { channelArn })).health;
  const before = await health();
  assert.deepEqual([before.state, before.channelArn, before.notes], ['OFFLINE', channelArn, undefined]);

  const through = { ...made, url: made.url.replace(server.rtmp, relay.url.replace(/^http/, 'rtmp')) };
  const { publisher, stream: { streamId } } = await goLive(t, api, through, await prepared(t, { gop: 2, bitrate: `${bitrate}` }, constant));
  const metrics = async (more = {}) => caller.own('GetStreamMetrics', { channelArn, streamId, ...more });
  const details = () => publisher.output() + server.output();

  await t.test('live values appear within two seconds', async () => {
    const first = await eventually(5000, 'the first figures', async () => {
      const now = await health();
      return now.videoBitrate !== undefined && now;
    }, details);
    assert.equal(first.state, 'LIVE');
    assert.equal(first.streamId, streamId);
    const started = (await metrics()).events.find(({ name }) => name === 'Stream Start');
    const late = Date.parse(first.time) - Date.parse(started.time);
    assert.ok(late <= 2000, `${late} ms after the start`);
  });

  await t.test('what is told is what is sent', async () => {
    const now = await eventually(15_000, 'figures of five seconds', async () => {
      const report = await health();
      return Date.now() - Date.parse(report.startTime) > 8000 && report;
    }, details);
    near(now.videoBitrate, bitrate, 0.1, 'video bitrate');
    near(now.frameRate, 30, 0.05, 'frame rate');
    near(now.audioBitrate, 96_000, 0.2, 'audio bitrate');
    near(now.keyframeIntervalMs, 2000, 0.02, 'keyframe interval');
    assert.equal(now.health, 'HEALTHY');
    assert.equal(now.protocol, 'rtmp');
    assert.match(now.encoder, /Lavf/);
    assert.deepEqual(now.tracks.map(({ kind, codec }) => [kind, codec.slice(0, 4)]), [['VIDEO', 'avc1'], ['AUDIO', 'mp4a']]);
    assert.deepEqual([now.repairs.gaps, now.repairs.droppedSamples < 5], [0, true]);
    assert.deepEqual(now.notes.map(({ code, severity }) => [code, severity]), [['GOOD_STABILITY', 'SUCCESS']]);
    // Whoever asks gets figures that are hardly older than a second.
    const again = await health();
    assert.ok(Date.now() - Date.parse(again.time) < 2000, again.time);
  });

  await t.test('series of five seconds', async () => {
    const figures = await eventually(30_000, 'four points', async () => {
      const now = await metrics();
      return seriesOf(now, 'IngestVideoBitrate').values.length >= 4 && now;
    }, details);
    assert.equal(figures.period, 5);
    for (const [name, unit, wanted] of [
      ['IngestVideoBitrate', 'Bits/Second', bitrate], ['IngestFramerate', 'Count/Second', 30],
    ]) {
      const series = seriesOf(figures, name);
      assert.equal(series.unit, unit);
      assert.equal(series.values.length, series.timestamps.length);
      series.timestamps.forEach((at, i) => assert.equal(at, series.timestamps[0] + 5 * i));
      near(middle(series.values.slice(1)), wanted, 0.05, name);
    }
    assert.ok(seriesOf(figures, 'Gaps').values.every((value) => value === 0));
    assert.equal(seriesOf(figures, 'KeyframeInterval').average, 2);
    // Only whole periods: none is from the future or going on.
    assert.ok(seriesOf(figures, 'IngestFramerate').timestamps.every((at) => (at + 5) * 1000 <= Date.now() + 5000));
    const minute = await metrics({ period: 60 });
    assert.equal(minute.period, 60);
  });

  await t.test('a stall is told, explained and over', async () => {
    relay.stall();
    const stalled = await eventually(15_000, 'starvation', async () => {
      const now = await health();
      return now.health === 'STARVING' && codesOf(now).includes('NOTHING_ARRIVES') && now;
    }, details);
    const [worst] = stalled.notes;
    assert.deepEqual([worst.code, worst.severity], ['NOTHING_ARRIVES', 'ERROR']);
    assert.match(worst.explanation, /nothing has come from it for \d+ seconds/);
    assert.ok(Math.abs(Date.parse(worst.since) - Date.now()) < 15_000, worst.since);
    relay.flow();
    const mended = await eventually(30_000, 'the end of starvation', async () => {
      const now = await health();
      return now.health === 'HEALTHY' && !codesOf(now).includes('NOTHING_ARRIVES') && now;
    }, details);
    assert.equal(mended.streamId, streamId);
    const { events } = await eventually(5000, 'both events', async () => {
      const now = await metrics();
      return namesOf(now).includes('Starvation End') && now;
    });
    assert.deepEqual(events.filter(({ name }) => name.startsWith('Starvation'))
      .map(({ name, title, severity }) => [name, title, severity]),
    [['Starvation Start', 'Poor stability', 'ERROR'], ['Starvation End', 'Good stability', 'SUCCESS']]);
    assert.ok(events.every(({ explanation }) => explanation.length > 10), JSON.stringify(events));
  });

  await t.test('a lost connection is told in the list of the session, not to users of the service', async () => {
    relay.cut();
    await publisher.closed;
    const lost = await eventually(10_000, 'the loss', async () => {
      const now = await health();
      return codesOf(now).includes('CONNECTION_LOST') && now;
    }, details);
    assert.equal(lost.videoBitrate, undefined);
    assert.ok(namesOf(await metrics()).includes('Ingest Lost'));
    const { streamSession } = await caller.get('GetStreamSession', { channelArn });
    assert.ok(!streamSession.truncatedEvents.some(({ name }) => name === 'Ingest Lost'));
  });

  await t.test('afterwards there are averages', async () => {
    await caller.call('StopStream', { channelArn });
    await isOver(api, channelArn, 45_000);
    const over = await health();
    assert.deepEqual([over.state, over.streamId], ['OFFLINE', undefined]);
    assert.equal((await caller.own('GetStreamHealth', { channelArn, streamId })).health.streamId, streamId);
    const figures = await eventually(5000, 'the last event', async () => {
      const now = await metrics();
      return namesOf(now).at(-1) === 'Stream End' && now;
    });
    near(seriesOf(figures, 'IngestFramerate').average, 30, 0.25, 'average frame rate');
    near(seriesOf(figures, 'IngestVideoBitrate').average, bitrate, 0.25, 'average bitrate');
    assert.equal(seriesOf(figures, 'ConcurrentViews').average, 0);
    assert.ok(Date.parse(figures.endTime) >= Date.parse(figures.events.at(-1).time) - 5000);
    // What the service knows of it is the same.
    const { streamSession } = await caller.get('GetStreamSession', { channelArn });
    assert.deepEqual(namesOf(figures).filter((name) => !name.startsWith('Ingest ')),
      streamSession.truncatedEvents.map(({ name }) => name).reverse());
  });
});

test('settings of an encoder that viewers suffer from', async (t) => {
  const api = await startApi(t);
  const { caller } = api;
  const made = await makeChannel(api);
  const { channelArn, stream: { streamId }, publisher } = await goLive(t, api, made,
    await prepared(t, { gop: 4, audio: null }));
  const notes = await eventually(20_000, 'both notes', async () => {
    const { health } = await caller.own('GetStreamHealth', { channelArn });
    return health.notes.length === 2 && health.notes;
  }, publisher.output);
  assert.deepEqual(notes.map(({ code, severity }) => [code, severity]),
    [['KEYFRAME_INTERVAL', 'WARNING'], ['AUDIO_MISSING', 'WARNING']]);
  assert.match(notes[0].explanation, /every 4\.0 seconds/);
  const figures = await eventually(20_000, 'the average of the keyframe interval', async () => {
    const now = await caller.own('GetStreamMetrics', { channelArn, streamId });
    return now.notes.length > 0 && now;
  });
  assert.deepEqual(codesOf(figures), ['KEYFRAME_INTERVAL']);
});

test('what is asked for wrongly', async (t) => {
  const { caller, world } = await startApi(t);
  const channelArn = await world.make('channel');
  const call = (name, input) => caller.raw({ method: 'POST', path: `/${name}`, body: JSON.stringify(input) }, { service: 'rostrum' });
  const streamId = `st-${'a'.repeat(23)}`;
  for (const [name, input, status] of [
    ['GetStreamHealth', {}, 400],
    ['GetStreamHealth', { channelArn: channelArn.slice(0, -3) }, 404],
    ['GetStreamHealth', { channelArn, streamId }, 404],
    ['GetStreamMetrics', { channelArn }, 400],
    ['GetStreamMetrics', { channelArn, streamId }, 404],
    ['GetStreamMetrics', { channelArn, streamId, period: 4 }, 400],
    ['ListLogLines', { maxResults: 501 }, 400],
    ['ListLogLines', { level: 'LOUD' }, 400],
  ]) {
    const answer = await call(name, input);
    assert.equal(answer.status, status, `${name} ${JSON.stringify(input)}: ${answer.text}`);
  }
});

test('the server itself: its load and the end of its log', async (t) => {
  const { server, caller, world } = await startApi(t);
  await world.make('channel');
  const first = (await caller.own('GetServerStatus')).status;
  assert.match(first.version, /^\d+\.\d+\.\d+/);
  assert.ok(Date.now() - Date.parse(first.startedAt) < 60_000);
  const { load } = await eventually(10_000, 'two looks at the machine', async () => {
    const { status } = await caller.own('GetServerStatus');
    return status.load.time !== first.load.time && status.load.cpuUsed > 0 && status;
  });
  assert.ok(load.cpuCores >= 1 && load.cpuUsed <= load.cpuCores + 0.5, JSON.stringify(load));
  assert.ok(load.memoryUsed > 1e6 && load.memoryUsed < load.memoryTotal, JSON.stringify(load));
  assert.ok(load.diskUsed > 0 && load.diskUsed <= load.diskTotal, JSON.stringify(load));
  assert.ok(load.loops.length >= 1 && load.loops.every((share) => share >= 0 && share <= 1));
  assert.deepEqual([load.streams, load.viewers, load.spoolBytes], [0, 0, 0]);
  assert.ok(load.connections >= 1);

  const all = await caller.own('ListLogLines', { maxResults: 500 });
  assert.ok(all.lines.length > 0);
  all.lines.forEach(({ sequence }, i) => assert.equal(sequence, all.lines[0].sequence + i));
  assert.equal(all.last, all.lines.at(-1).sequence);
  assert.ok(server.output().includes(all.lines[0].text), all.lines[0].text);
  assert.ok(!JSON.stringify(all).includes(keyOf(server).secretAccessKey));
  const [{ sequence }] = all.lines;
  assert.deepEqual(await caller.own('ListLogLines', { after: sequence - 1, maxResults: 1 }),
    { lines: [all.lines[0]], last: sequence });
  const behind = await caller.own('ListLogLines', { after: all.last });
  assert.ok(behind.lines.every((line) => line.sequence > all.last), JSON.stringify(behind));
  const grave = await caller.own('ListLogLines', { level: 'ERROR' });
  assert.ok(grave.lines.every(({ level }) => level === 'ERROR'));

  // Both are about everything: a key for one resource is not enough.
  const limited = await caller.withKey(t, { resource: 'arn:aws:ivs:local:000000000000:channel/*' });
  for (const name of ['GetServerStatus', 'ListLogLines']) {
    const answer = await limited.raw({ method: 'POST', path: `/${name}`, body: '{}' }, { service: 'rostrum' });
    assert.equal(answer.status, 403, answer.text);
  }
});
