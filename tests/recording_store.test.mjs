// Recordings while their store is in trouble: it is slow, fails, goes away and comes back, or does not.
// Whoever watches live notices nothing of it.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startApi } from './support/api_server.mjs';
import { goLive, isOver, makeChannel, small } from './support/broadcast.mjs';
import { assertShape } from './support/events.mjs';
import { parseMedia, parseMultivariant, variantUrl, waitLive } from './support/hls.mjs';
import { Caller } from './support/ivs.mjs';
import { decode } from './support/probe.mjs';
import { eventually, freePort, rostrum, start, within } from './support/process.mjs';
import { bucket, makeRecorded, recordingEvent, recordingEvents } from './support/recording.mjs';
import { startS3 } from './support/s3.mjs';
import { makeKey, startFixed } from './support/server.mjs';
import { watch } from './support/watcher.mjs';

const storageOf = ({ url, region, accessKeyId, secretAccessKey }) =>
  ({ endpoint: url, region, access_key_id: accessKeyId, secret_access_key: secretAccessKey });
// Short segments, so that much happens soon.
const settings = (s3, more = {}) => ({ storage: storageOf(s3), recording: { segment_duration: '2s', ...more } });

/** The objects of a recording as files: {folder, names}. */
function download(t, s3, prefix) {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const names = s3.keys(bucket).filter((key) => key.startsWith(`${prefix}/`)).map((key) => key.slice(prefix.length + 1));
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), s3.body(bucket, `${prefix}/${name}`));
  }
  return { folder, names };
}

/** Everything is in the store, and every frame of it can be decoded. */
async function assertWhole(t, s3, detail) {
  const { folder, names } = download(t, s3, detail.recording_s3_key_prefix);
  const ended = JSON.parse(s3.text(bucket, `${detail.recording_s3_key_prefix}/events/recording-ended.json`));
  assert.equal(ended.recording_status, 'RECORDING_ENDED');
  const [variant] = parseMultivariant(s3.text(bucket, `${detail.recording_s3_key_prefix}/media/hls/master.m3u8`)).variants;
  const list = parseMedia(s3.text(bucket, `${detail.recording_s3_key_prefix}/media/hls/${variant.uri}`));
  assert.ok(list.ended, list.text);
  const whole = await decode(t, join(folder, 'media/hls/master.m3u8'), { options: ['-allowed_extensions', 'ALL'], milliseconds: 60_000 });
  assert.equal(whole.complaints, '', names.join('\n'));
  assert.ok(Math.abs(whole.video.length / 30 - detail.recording_duration_ms / 1000) < 0.5,
    `${whole.video.length} frames in ${detail.recording_duration_ms} ms`);
  assert.equal(s3.uploads, 0, 'no upload is left open');
}

/** Watches live; gives the same as watch(). */
async function watchLive(t, api, made) {
  const { channel } = await api.caller.get('GetChannel', { arn: made.channelArn });
  const url = new URL(channel.playbackUrl);
  const local = `${api.server.http}${url.pathname}`;
  const live = await waitLive(local, { server: api.server });
  return watch(t, variantUrl(local, live));
}

const endOf = async (publisher, api, made) => {
  publisher.child.kill('SIGINT');
  await isOver(api, made.channelArn);
};
const isTold = (made, status) => recordingEvents(made.receiver).some(({ detail }) => detail.recording_status === status);

/** Octets in numbers: a publisher of `bitrate` for a minute. */
const publishMuch = (t, url, bitrate) =>
  start(t, rostrum, ['loadtest', 'publish', '--url', url, '--bitrate', bitrate, '--duration', '60s']);

test('a store that is slow, refuses and hangs up gets everything all the same', async (t) => {
  const s3 = await startS3(t, { buckets: [bucket] });
  const api = await startApi(t, settings(s3));
  const made = await makeRecorded(t, api);
  const { publisher } = await goLive(t, api, made, small({ seconds: 60 }));
  const viewer = await watchLive(t, api, made);
  const faults = [undefined, 503, undefined, 'hang up', undefined, 500, undefined, () => wait(1500)];
  let n = 0;
  s3.fault = () => {
    const fault = faults[n++ % faults.length];
    return typeof fault === 'function' ? fault() : fault;
  };
  const { worst } = await viewer.undisturbed(() => wait(20_000));
  assert.ok(worst < 1500, `a part came ${worst} ms late`);
  await endOf(publisher, api, made);
  const { detail } = await recordingEvent(made.receiver, 'Recording End', 90_000);
  assert.deepEqual(recordingEvents(made.receiver).map((event) => event.detail.recording_status), ['Recording Start', 'Recording End']);
  assert.ok(n > faults.length, `${n} requests`);
  assert.ok(s3.requests.some(({ status }) => status === 503) && s3.requests.some(({ status }) => status === 500));
  await assertWhole(t, s3, detail);
});

test('a store that goes away and comes back', async (t) => {
  const s3 = await startS3(t, { buckets: [bucket] });
  const api = await startApi(t, settings(s3));
  const made = await makeRecorded(t, api);
  const { publisher } = await goLive(t, api, made);
  const viewer = await watchLive(t, api, made);
  await recordingEvent(made.receiver, 'Recording Start', 30_000);
  const { worst } = await viewer.undisturbed(async () => {
    await s3.stop();
    await wait(8_000);
  });
  assert.ok(worst < 1500, `a part came ${worst} ms late`);
  // What is missing in the store is still here.
  const { recordings: [{ recordingId }] } = await api.caller.own('ListRecordings');
  const { recording } = await api.caller.own('GetRecording', { recordingId });
  const replay = await decode(t, recording.playbackUrl, { options: ['-live_start_index', '0', '-read_intervals', '%+6'] });
  assert.ok(replay.video.length > 5 * 30, `${replay.video.length} frames`);
  await endOf(publisher, api, made);
  await wait(2_000);
  assert.ok(!isTold(made, 'Recording End'), 'it is not over before all of it is stored');
  // Then it is there, refuses for a while (somebody mends the rights), and takes everything.
  let refused = 0;
  s3.fault = () => (refused++ < 2 ? 403 : undefined);
  await s3.comeBack();
  const { detail } = await recordingEvent(made.receiver, 'Recording End', 120_000);
  assert.equal(detail.recording_status_reason, '');
  await assertWhole(t, s3, detail);
});

test('a store that does not come back: failures with their reason, and no harm to the live stream', async (t) => {
  const s3 = await startS3(t, { buckets: [bucket] });
  const api = await startApi(t, {
    ...settings(s3, { spool_limit: '64MiB' }), limits: { max_bitrate: '100Mbps' }, live: { window: '6s' },
  });
  const made = await makeRecorded(t, api);
  publishMuch(t, made.url, '40Mbps');
  await recordingEvent(made.receiver, 'Recording Start', 30_000);
  await s3.stop();
  // One that begins now never gets anything into the store.
  const late = await makeChannel(api, { recordingConfigurationArn: made.recordingConfigurationArn });
  publishMuch(t, late.url, '40Mbps');
  const watched = await makeChannel(api);
  await goLive(t, api, watched);
  const viewer = await watchLive(t, api, watched);
  const { worst } = await viewer.undisturbed(() => recordingEvent(made.receiver, 'Recording End Failure', 150_000));
  assert.ok(worst < 2500, `a part came ${worst} ms late`);
  await recordingEvent(made.receiver, 'Recording Start Failure', 60_000);

  for (const [status, arn] of [['Recording End Failure', made.channelArn], ['Recording Start Failure', late.channelArn]]) {
    const event = recordingEvents(made.receiver).find(({ detail }) => detail.recording_status === status);
    assertShape(event);
    assert.deepEqual(event.resources, [arn]);
    assert.match(event.detail.recording_status_reason, /spool is full/);
    assert.ok(!JSON.stringify(event).includes(s3.secretAccessKey));
  }
  const { recordings } = await api.caller.own('ListRecordings', { channelArn: made.channelArn });
  assert.deepEqual(recordings.map(({ state }) => state), ['FAILED']);
  assert.ok(!api.server.output().includes(s3.secretAccessKey));
});

test('killed while segments wait for a store that is away: the next start brings them there', async (t) => {
  const s3 = await startS3(t, { buckets: [bucket] });
  const [http, rtmp] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-test-'));
  const fixed = { ...settings(s3), rtmp: { listen: `127.0.0.1:${rtmp}` }, renditions: { mode: 'off' }, shutdown: { drain_timeout: '500ms' } };
  let running = await startFixed(t, fixed, http, folder);
  const server = {
    http: `http://127.0.0.1:${http}`, rtmp: `rtmp://127.0.0.1:${rtmp}`, output: () => running.output(), ...(await makeKey(folder)),
  };
  const api = { server, caller: new Caller(t, server) };
  const made = await makeRecorded(t, api);
  const { publisher, stream } = await goLive(t, api, made);
  await recordingEvent(made.receiver, 'Recording Start', 30_000);
  await s3.stop();
  const stored = s3.keys(bucket).length;
  await wait(7_000);
  const killed = Date.now();
  running.child.kill('SIGKILL');
  await running.closed;
  publisher.child.kill('SIGKILL');
  assert.equal(s3.keys(bucket).length, stored);

  // Once more while it is away: nothing is lost by that.
  running = await startFixed(t, fixed, http, folder);
  await wait(2_000);
  assert.ok(!isTold(made, 'Recording End'));
  running.child.kill('SIGTERM');
  await within(30_000, running.closed, 'the end', running.output);
  await s3.comeBack();
  running = await startFixed(t, fixed, http, folder);
  const { detail } = await recordingEvent(made.receiver, 'Recording End', 90_000);
  assert.deepEqual(detail.recording_session_stream_ids, [stream.streamId]);
  const length = killed - Date.parse(stream.startTime);
  assert.ok(Math.abs(detail.recording_duration_ms - length) < 3000, `${detail.recording_duration_ms} of about ${length} ms`);
  await assertWhole(t, s3, detail);
});

test('killed in the middle of an upload in parts: the next start takes it back and does it anew', async (t) => {
  const s3 = await startS3(t, { buckets: [bucket] });
  const [http, rtmp] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-test-'));
  const fixed = {
    storage: storageOf(s3), rtmp: { listen: `127.0.0.1:${rtmp}` }, renditions: { mode: 'off' }, shutdown: { drain_timeout: '500ms' },
    limits: { max_bitrate: '100Mbps' },
  };
  let running = await startFixed(t, fixed, http, folder);
  const server = {
    http: `http://127.0.0.1:${http}`, rtmp: `rtmp://127.0.0.1:${rtmp}`, output: () => running.output(), ...(await makeKey(folder)),
  };
  const api = { server, caller: new Caller(t, server) };
  const made = await makeRecorded(t, api);
  s3.fault = ({ query }) => (query.partNumber === '2' ? 'silence' : undefined);
  const publisher = publishMuch(t, made.url, '30Mbps');
  await eventually(40_000, 'half of an upload', () => s3.uploads === 1 && s3.requests.some(({ query }) => query.partNumber), server.output);
  running.child.kill('SIGKILL');
  await running.closed;
  publisher.child.kill('SIGKILL');
  assert.equal(s3.uploads, 1);

  s3.fault = () => undefined;
  running = await startFixed(t, fixed, http, folder);
  const { detail } = await recordingEvent(made.receiver, 'Recording End', 60_000);
  assert.equal(s3.uploads, 0, 'nothing is left of what was begun');
  const prefix = `${detail.recording_s3_key_prefix}/media/hls`;
  const [variant] = parseMultivariant(s3.text(bucket, `${prefix}/master.m3u8`)).variants;
  const list = parseMedia(s3.text(bucket, `${prefix}/${variant.uri}`));
  const sizes = list.segments.map(({ uri }) => s3.body(bucket, join(prefix, dirname(variant.uri), uri)).length);
  assert.ok(Math.max(...sizes) > 16 * 1024 * 1024, sizes.join());
  assert.equal(s3.requests.filter(({ query, method }) => method === 'DELETE' && query.uploadId).length, 1);
});

test('a wrong secret is told when the configuration is made', async (t) => {
  const s3 = await startS3(t, { buckets: [bucket] });
  const api = await startApi(t, { storage: { ...storageOf(s3), secret_access_key: 'not-the-secret' } });
  const { recordingConfiguration: { arn } } = await api.caller.get('CreateRecordingConfiguration', {
    destinationConfiguration: { s3: { bucketName: bucket } },
  });
  await eventually(15_000, 'the failure', async () => {
    const { recordingConfiguration } = await api.caller.get('GetRecordingConfiguration', { arn });
    assert.notEqual(recordingConfiguration.state, 'ACTIVE');
    return recordingConfiguration.state === 'CREATE_FAILED';
  });
  assert.match(api.server.output(), /SignatureDoesNotMatch/);
  assert.ok(!api.server.output().includes('not-the-secret'));
  assert.ok(s3.requests.length > 0 && s3.requests.every(({ status }) => status === 403));
  const refused = await api.caller.call('CreateChannel', { recordingConfigurationArn: arn });
  assert.equal(refused.status, 400, JSON.stringify(refused.body));
});
