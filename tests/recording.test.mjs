// Recordings of channels: their layout, events, merging, and what a crash leaves of them.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { goLive, isOver, makeChannel, small } from './support/broadcast.mjs';
import { assertShape } from './support/events.mjs';
import { get, parseMedia, parseMultivariant } from './support/hls.mjs';
import { Caller } from './support/ivs.mjs';
import { decode, packets } from './support/probe.mjs';
import { eventually, rostrum, start, within } from './support/process.mjs';
import {
  bucket, bucketFolder, filesBelow, makeConfiguration, makeRecorded, readJson, readText, record, recordingEvent, recordingEvents,
} from './support/recording.mjs';

const prefixForm = /^ivs\/v1\/000000000000\/([A-Za-z0-9]{12})\/(\d{4})\/([1-9]\d?)\/([1-9]\d?)\/(\d\d?)\/(\d\d?)\/([A-Za-z0-9]{12})$/;

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

test('the documented layout, playlists and events of a recording', async (t) => {
  const api = await startApi(t);
  const made = await makeRecorded(t, api, {
    configuration: { thumbnailConfiguration: { recordingMode: 'INTERVAL', targetIntervalSeconds: 5, storage: ['SEQUENTIAL', 'LATEST'] } },
  });
  const { stream, end, prefix } = await record(t, api, made, { seconds: 26 });
  const folder = join(bucketFolder(api.server), prefix);

  const [, channelId, year, month, day, hour, minute] = prefixForm.exec(prefix);
  assert.equal(channelId, made.channelArn.split('/')[1]);
  const started = new Date(stream.startTime);
  const at = Date.UTC(+year, +month - 1, +day, +hour, +minute);
  assert.ok(Math.abs(at - started.getTime()) < 120_000, `${prefix} for ${stream.startTime}`);
  assert.ok(![month, day, hour, minute].some((part) => /^0\d/.test(part)), 'no zero padding');

  await t.test('events, in order and in form', () => {
    const names = made.receiver.names(made.channelArn).filter((name) => !name.startsWith('Starvation'));
    const order = ['Session Created', 'Stream Start', 'Recording Start', 'Session Ended', 'Stream End', 'Recording End'];
    assert.deepEqual(names, order);
    recordingEvents(made.receiver).forEach((event) => assertShape(event));
    assert.equal(end.stream_id, stream.streamId);
    assert.equal(end.recording_s3_bucket_name, bucket);
    assert.equal(end.recording_session_id.length, 16);
    assert.deepEqual(end.recording_session_stream_ids, [stream.streamId]);
    assert.equal(end.recording_status_reason, '');
    assert.ok(end.recording_duration_ms > 22_000 && end.recording_duration_ms < 32_000, `${end.recording_duration_ms}`);
  });

  await t.test('the session lists them, too', async () => {
    const { streamSession } = await api.caller.get('GetStreamSession', { channelArn: made.channelArn, streamId: stream.streamId });
    const names = streamSession.truncatedEvents.map(({ name }) => name);
    assert.ok(names.includes('Recording Start') && names.includes('Recording End'), names.join());
    assert.equal(streamSession.recordingConfiguration.arn, made.recordingConfigurationArn);
  });

  await t.test('keys', () => {
    const files = filesBelow(folder);
    const [rendition] = readJson(folder, 'events/recording-ended.json').media.hls.renditions;
    const known = [
      /^events\/recording-(started|ended)\.json$/, /^media\/hls\/(master|byte-range-multivariant)\.m3u8$/,
      new RegExp(`^media/hls/(${rendition.path}|audio_only)/(playlist|byte-range-variant)\\.m3u8$`),
      new RegExp(`^media/hls/(${rendition.path}|audio_only)/\\d+\\.ts$`), /^media\/thumbnails\/thumb\d+\.jpg$/, /^media\/latest_thumbnail\/thumb\.jpg$/,
    ];
    for (const file of files) assert.ok(known.some((form) => form.test(file)), `${file} does not belong`);
    for (const form of known) assert.ok(files.some((file) => form.test(file)), `${form} is missing in\n${files.join('\n')}`);
    const thumbnails = files.filter((file) => file.includes('thumbnails/'));
    assert.ok(thumbnails.includes('media/thumbnails/thumb0.jpg'));
    assert.ok(thumbnails.length >= 4 && thumbnails.length <= 8, thumbnails.join());
  });

  await t.test('metadata', () => {
    const begun = readJson(folder, 'events/recording-started.json');
    const ended = readJson(folder, 'events/recording-ended.json');
    assert.equal(begun.recording_status, 'RECORDING_STARTED');
    for (const [json, words] of [[begun, 'recording-started'], [ended, 'recording-ended']]) {
      assert.equal(json.version, 'v1', words);
      assert.equal(json.channel_arn, made.channelArn);
      assert.equal(json.media.hls.path, 'media/hls');
      assert.equal(json.media.hls.playlist, 'master.m3u8');
      assert.equal(json.media.hls.byte_range_playlist, 'byte-range-multivariant.m3u8');
      assert.ok(Math.abs(Date.parse(json.recording_started_at) - started) < 15_000);
    }
    assert.equal(ended.recording_status, 'RECORDING_ENDED');
    assert.ok(Date.parse(ended.recording_ended_at) > Date.parse(ended.recording_started_at));
    const [rendition] = ended.media.hls.renditions;
    assert.deepEqual([rendition.resolution_width, rendition.resolution_height], [320, 180]);
    assert.equal(rendition.playlist, 'playlist.m3u8');
    assert.equal(rendition.byte_range_playlist, 'byte-range-variant.m3u8');
    assert.equal(ended.media.hls.duration_ms, end.recording_duration_ms);
    assert.equal(ended.media.thumbnails.path, 'media/thumbnails');
    assert.equal(ended.media.latest_thumbnail.path, 'media/latest_thumbnail');
    assert.deepEqual([ended.media.thumbnails.resolution_width, ended.media.thumbnails.resolution_height], [320, 180]);
  });

  await t.test('playlists, both kinds, and every frame behind them', async (t) => {
    const master = parseMultivariant(readText(folder, 'media/hls/master.m3u8'));
    assert.equal(master.variants.filter(({ RESOLUTION }) => RESOLUTION).length, 1);
    const list = parseMedia(readText(folder, 'media/hls', master.variants[0].uri));
    assert.ok(list.ended);
    assert.match(list.text, /#EXT-X-PLAYLIST-TYPE:VOD/);
    assert.ok(list.segments.slice(0, -1).every(({ duration }) => duration >= 8 && duration <= 12), list.text);
    assert.ok(Math.abs(sum(list.segments.map(({ duration }) => duration)) * 1000 - end.recording_duration_ms) < 200);
    assert.ok(list.segments.every(({ duration }) => duration <= list.target + 0.5));
    assert.ok(Math.abs(list.segments[0].date - started) < 15_000);

    const ranges = readText(folder, 'media/hls', parseMultivariant(readText(folder, 'media/hls/byte-range-multivariant.m3u8')).variants[0].uri);
    assert.ok([...ranges.matchAll(/#EXT-X-BYTERANGE:\d+@\d+/g)].length > list.segments.length, 'cut at keyframes');

    const whole = await decode(t, join(folder, 'media/hls/master.m3u8'), { options: ['-allowed_extensions', 'ALL'], milliseconds: 60_000 });
    assert.equal(whole.complaints, '');
    assert.ok(Math.abs(whole.video.length / 30 - end.recording_duration_ms / 1000) < 0.3, `${whole.video.length} frames`);
    for (const [i, { time }] of whole.video.entries()) {
      if (i > 0) assert.ok(Math.abs(time - whole.video[i - 1].time - 1 / 30) < 0.002, `a hole at ${time}`);
    }
    const cut = await decode(t, join(folder, 'media/hls/byte-range-multivariant.m3u8'), { options: ['-allowed_extensions', 'ALL'], milliseconds: 60_000 });
    assert.equal(cut.video.length, whole.video.length);
  });

  await t.test('metadata of every segment: its wall-clock time as ID3', async (t) => {
    const tags = await packets(t, join(folder, 'media/hls/master.m3u8'), 'd:0');
    assert.ok(tags.length >= 10, `${tags.length} ID3 packets`);
  });

  await t.test('pictures', async (t) => {
    const picture = await decode(t, join(folder, 'media/thumbnails/thumb0.jpg'));
    assert.deepEqual([picture.streams[0].codec_name, picture.streams[0].width, picture.streams[0].height], ['mjpeg', 320, 180]);
  });

  await t.test('ListRecordings, GetRecording, DeleteRecording', async (t) => {
    const { recordings } = await api.caller.own('ListRecordings', { channelArn: made.channelArn });
    assert.equal(recordings.length, 1);
    const { recording } = await api.caller.own('GetRecording', { recordingId: recordings[0].recordingId });
    assert.equal(recording.state, 'ENDED');
    assert.equal(recording.keyPrefix, prefix);
    assert.equal(recording.durationMs, end.recording_duration_ms);
    assert.equal(recording.container, 'TS');
    assert.ok(recording.sizeBytes > 500_000);
    assert.ok(recording.playbackUrl.endsWith(`/api/video/v1/recordings/${recording.recordingId}.m3u8`), recording.playbackUrl);
    const reader = await api.caller.withKey(t, { access: 'READ_ONLY' });
    const body = JSON.stringify({ recordingId: recording.recordingId });
    const asked = (name) => reader.raw({ method: 'POST', path: `/${name}`, body }, { service: 'rostrum' });
    assert.equal((await asked('GetRecording')).status, 200);
    assert.equal((await asked('DeleteRecording')).status, 403, 'not with a key that only reads');
    await api.caller.own('DeleteRecording', { recordingId: recording.recordingId });
    await eventually(10_000, 'the objects gone', () => !existsSync(folder) || filesBelow(folder).length === 0);
    assert.deepEqual((await api.caller.own('ListRecordings')).recordings, []);
    assert.equal((await get(recording.playbackUrl)).status, 404);
  });
});

test('fragmented MP4, timed metadata, and a selection of renditions', async (t) => {
  const api = await startApi(t);
  const made = await makeRecorded(t, api, { channel: { containerFormat: 'FRAGMENTED_MP4' } });
  const { publisher, stream } = await goLive(t, api, made, small({ seconds: 20 }));
  await api.caller.get('PutMetadata', { channelArn: made.channelArn, metadata: '{"kept":true}' });
  await within(40_000, publisher.closed, 'the broadcast', publisher.output);
  const { detail } = await recordingEvent(made.receiver, 'Recording End');
  const folder = join(bucketFolder(api.server), detail.recording_s3_key_prefix);
  const files = filesBelow(folder);
  assert.ok(files.some((file) => file.endsWith('.mp4')) && !files.some((file) => file.endsWith('.ts')), files.join());
  const whole = await decode(t, join(folder, 'media/hls/master.m3u8'), { options: ['-allowed_extensions', 'ALL'] });
  assert.equal(whole.complaints, '');
  assert.ok(whole.video.length > 17 * 30, `${whole.video.length}`);
  const media = files.filter((file) => file.endsWith('.mp4')).map((file) => readText(folder, file)).join('');
  assert.ok(media.includes('{"kept":true}'), 'the cue is in the segments');
  assert.equal(stream.state, 'LIVE');

  // A class that the broadcast does not reach: the highest that there is. NONE: pictures only.
  const none = await makeConfiguration(api.caller, {
    renditionConfiguration: { renditionSelection: 'NONE' },
    thumbnailConfiguration: { recordingMode: 'INTERVAL', targetIntervalSeconds: 5 },
  });
  await api.caller.get('UpdateChannel', { arn: made.channelArn, recordingConfigurationArn: none });
  const pictures = await record(t, api, made, { seconds: 8 });
  const kept = filesBelow(join(bucketFolder(api.server), pictures.prefix));
  assert.ok(kept.some((file) => file.includes('thumbnails/thumb0.jpg')), kept.join());
  assert.ok(!kept.some((file) => /\.(ts|mp4)$/.test(file)), kept.join());
});

test('a publisher that comes back within the window goes on in the same recording', async (t) => {
  const api = await startApi(t, { live: { reconnect_window: '3s' } });
  const made = await makeRecorded(t, api, { configuration: { recordingReconnectWindowSeconds: 12 } });
  const streams = [];
  for (let round = 0; round < 2; round += 1) {
    const { publisher, stream } = await goLive(t, api, made, small({ seconds: 6 }));
    streams.push(stream.streamId);
    await within(20_000, publisher.closed, 'the broadcast', publisher.output);
    await isOver(api, made.channelArn);
    assert.ok(!recordingEvents(made.receiver).some(({ detail }) => detail.recording_status === 'Recording End'),
      'the end waits for the window');
  }
  const { detail } = await recordingEvent(made.receiver, 'Recording End', 30_000);
  assert.deepEqual(detail.recording_session_stream_ids, streams);
  assert.ok(detail.recording_duration_ms > 10_000 && detail.recording_duration_ms < 14_000, `${detail.recording_duration_ms}`);
  const folder = join(bucketFolder(api.server), detail.recording_s3_key_prefix);
  const [{ uri }] = parseMultivariant(readText(folder, 'media/hls/master.m3u8')).variants;
  const list = parseMedia(readText(folder, 'media/hls', uri));
  assert.equal(list.segments.filter(({ discontinuity }) => discontinuity).length, 1);
  const whole = await decode(t, join(folder, 'media/hls/master.m3u8'), { options: ['-allowed_extensions', 'ALL'] });
  assert.ok(Math.abs(whole.video.length - 2 * 6 * 30) < 20, `${whole.video.length} frames`);

  // Other pictures do not go into it.
  const other = await goLive(t, api, made, small({ seconds: 5, size: '480x270' }));
  await within(20_000, other.publisher.closed, 'the broadcast', other.publisher.output);
  const ends = await eventually(40_000, 'another recording', () => {
    const found = recordingEvents(made.receiver).filter((event) => event.detail.recording_status === 'Recording End');
    return found.length === 2 && found;
  });
  assert.notEqual(ends[1].detail.recording_s3_key_prefix, ends[0].detail.recording_s3_key_prefix);
  assert.deepEqual(ends[1].detail.recording_session_stream_ids, [other.stream.streamId]);
});

/** A server that keeps its data over restarts: start() gives it as startServer does. */
function keptServer(t) {
  const dataDir = mkdtempSync(join(tmpdir(), 'rostrum-kept-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const file = join(dataDir, 'rostrum.yaml');
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  writeFileSync(file, JSON.stringify({
    data_dir: join(dataDir, 'data'), renditions: { mode: 'off' }, live: { reconnect_window: '3s' },
    http: { listen: `127.0.0.1:${port}` }, https: { listen: '' }, rtmps: { listen: '' }, srt: { listen: '' },
    rtmp: { listen: `127.0.0.1:${port + 1}` }, channels: [{ id: 'KeptChannel1', stream_key: 'sk_local_kept-key-00001', insecure_ingest: true }],
    shutdown: { drain_timeout: '500ms' },
  }));
  const key = () => start(t, rostrum, ['key', 'create', '--name', 'test', '--config', file, '--json']);
  return { file, dataDir: join(dataDir, 'data'), key,
    http: `http://127.0.0.1:${port}`, rtmp: `rtmp://127.0.0.1:${port + 1}`,
    async start() {
      const running = start(t, rostrum, ['serve', '--config', file]);
      await eventually(20_000, 'the server', async () => (await get(`http://127.0.0.1:${port}/readyz`).catch(() => ({}))).status === 200, running.output);
      return running;
    } };
}

test('killed in the middle: playable to the last part, finished at the next start, told as it was', async (t) => {
  const kept = keptServer(t);
  let running = await kept.start();
  const made = kept.key();
  let text = '';
  made.child.stdout.on('data', (data) => { text += data; });
  await within(10_000, made.closed, 'a key', made.output);
  const server = { http: kept.http, rtmp: kept.rtmp, dataDir: kept.dataDir, output: () => running.output(), ...JSON.parse(text) };
  const api = { server, caller: new Caller(t, server) };
  const channel = await makeRecorded(t, api, { configuration: { recordingReconnectWindowSeconds: 0 } });
  const { publisher, stream } = await goLive(t, api, channel);
  await recordingEvent(channel.receiver, 'Recording Start', 30_000);
  await eventually(30_000, 'some seconds more', () => Date.now() - Date.parse(stream.startTime) > 16_000);
  const killed = Date.now();
  running.child.kill('SIGKILL');
  await running.closed;
  publisher.child.kill('SIGKILL');

  running = await kept.start();
  const { detail } = await recordingEvent(channel.receiver, 'Recording End', 30_000);
  const length = killed - Date.parse(stream.startTime);
  assert.ok(Math.abs(detail.recording_duration_ms - length) < 3000, `${detail.recording_duration_ms} of about ${length} ms`);
  assert.deepEqual(detail.recording_session_stream_ids, [stream.streamId]);
  const folder = join(kept.dataDir, 'objects', bucket, detail.recording_s3_key_prefix);
  const ended = readJson(folder, 'events/recording-ended.json');
  assert.ok(Math.abs(Date.parse(ended.recording_ended_at) - killed) < 3000, ended.recording_ended_at);
  const whole = await decode(t, join(folder, 'media/hls/master.m3u8'), { options: ['-allowed_extensions', 'ALL'] });
  assert.equal(whole.complaints, '');
  assert.ok(Math.abs(whole.video.length / 30 - detail.recording_duration_ms / 1000) < 0.5, `${whole.video.length} frames`);
  const { recordings } = await api.caller.own('ListRecordings');
  assert.equal(recordings[0].state, 'ENDED');
  running.child.kill('SIGTERM');
  await within(20_000, running.closed, 'the end', running.output);
});

test('rostrum recording: list, show, clip, download, delete', async (t) => {
  const api = await startApi(t);
  const made = await makeRecorded(t, api, { channel: { name: 'Kitchen' } });
  await record(t, api, made, { seconds: 8 });
  const rostrumRecording = async (words, code = 0) => {
    const command = start(undefined, rostrum, ['recording', ...words, '--endpoint', api.server.http], {
      env: { ...process.env, ROSTRUM_ACCESS_KEY_ID: api.server.accessKeyId, ROSTRUM_SECRET_ACCESS_KEY: api.server.secretAccessKey },
    });
    const ended = await within(20_000, command.closed, words.join(' '), command.output);
    assert.equal(ended.code, code, command.output());
    return command.output();
  };
  const list = await rostrumRecording(['list']);
  const [, id] = /^([A-Za-z0-9]{12})  Kitchen +- +ENDED +\S+Z +0:00:0\d +\d\.\d MB$/m.exec(list) ?? assert.fail(list);
  assert.match(await rostrumRecording(['show', id]), /180p30 +320 +180 +30 /);
  const url = (await rostrumRecording(['download', id, '--from', '1', '--to', '3'])).trim();
  assert.equal((await get(url)).status, 200, url);
  assert.match(await rostrumRecording(['clip', id, '1', '0:04', '--name', 'The bit']), /The bit/);
  assert.match(await rostrumRecording(['clip', id, 'x', '4'], 2), /x is no time in a recording/);
  assert.equal((await rostrumRecording(['list'])).split('\n').filter((line) => line.includes('ENDED')).length, 2);
  await rostrumRecording(['delete', id]);
  assert.match(await rostrumRecording(['show', id], 1), /there is no recording/);
});

test('configurations: what they refuse, and what a channel may use', async (t) => {
  const api = await startApi(t);
  const arn = await makeConfiguration(api.caller, { name: 'kept' });
  const made = await makeChannel(api, { recordingConfigurationArn: arn });
  const refused = await api.caller.call('DeleteRecordingConfiguration', { arn });
  assert.equal(refused.status, 409);
  await api.caller.get('UpdateChannel', { arn: made.channelArn, recordingConfigurationArn: '' });
  await api.caller.get('DeleteRecordingConfiguration', { arn });
  // A channel without one is not recorded.
  const { publisher } = await goLive(t, api, made, small({ seconds: 4 }));
  await within(20_000, publisher.closed, 'the broadcast', publisher.output);
  await isOver(api, made.channelArn);
  assert.equal(existsSync(join(bucketFolder(api.server), 'ivs')), false);
  assert.equal((await api.caller.own('ListRecordings')).recordings.length, 0);
});
