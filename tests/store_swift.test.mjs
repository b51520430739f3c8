// A store that no one here wrote: OpenStack Swift by its S3 API. What is kept there by the server is
// read back by Amazon's client.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import {
  CreateBucketCommand, GetObjectCommand, HeadObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, S3Client,
} from '@aws-sdk/client-s3';
import { startApi } from './support/api_server.mjs';
import { parseMedia, parseMultivariant } from './support/hls.mjs';
import { decode } from './support/probe.mjs';
import { eventually, rostrum, start, within } from './support/process.mjs';
import { bucket, makeRecorded, record } from './support/recording.mjs';
import { startS3 } from './support/s3.mjs';
import { startSwift } from './support/swift.mjs';

const storageOf = ({ url, region, accessKeyId, secretAccessKey }) =>
  ({ endpoint: url, region, access_key_id: accessKeyId, secret_access_key: secretAccessKey });

function clientOf(t, { url, region, accessKeyId, secretAccessKey }) {
  const client = new S3Client({ endpoint: url, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  t.after(() => client.destroy());
  return client;
}

/** `rostrum storage check`: its exit code and what it says. */
async function check(t, storage, ...args) {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'rostrum.yaml');
  writeFileSync(file, JSON.stringify({ data_dir: join(folder, 'data'), storage }));
  const program = start(t, rostrum, ['storage', 'check', ...args, '-c', file]);
  const { code } = await within(240_000, program.closed, 'storage check', program.output);
  return { code, text: program.output() };
}

const steps = ['put an object', 'read it', 'put a file of \\d+ octets', 'read it in pieces', 'read behind its end', 'list both', 'remove both'];
const allSteps = new RegExp(`^${steps.map((step) => `${step}: \\d+ ms\\n`).join('')}$`);

test('storage check: a folder, and our stand-in', async (t) => {
  const folder = await check(t, {}, bucket);
  assert.equal(folder.code, 0, folder.text);
  assert.match(folder.text, allSteps);

  const s3 = await startS3(t, { buckets: [bucket] });
  const fine = await check(t, storageOf(s3), bucket, '--size', '33');
  assert.equal(fine.code, 0, fine.text);
  assert.match(fine.text, allSteps);
  assert.equal(s3.requests.filter(({ query }) => query.partNumber).length, 5, '33 MiB in parts of 8');
  assert.deepEqual(s3.keys(bucket), [], 'nothing is left');
  assert.equal(s3.uploads, 0);

  const wrong = await check(t, { ...storageOf(s3), secret_access_key: 'another-secret' }, bucket);
  assert.equal(wrong.code, 1);
  assert.match(wrong.text, /put an object: .*SignatureDoesNotMatch/);
  assert.ok(!wrong.text.includes('another-secret'));
  const nowhere = await check(t, storageOf(s3), 'no-such-bucket');
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.text, /put an object: .*NoSuchBucket/);
  // A part that cannot be put: what has begun is taken back.
  s3.fault = ({ query }) => (query.partNumber === '3' ? 403 : undefined);
  const cut = await check(t, storageOf(s3), bucket, '--size', '33');
  assert.equal(cut.code, 1);
  assert.match(cut.text, /put a file of 34603008 octets: the store answered 403/);
  assert.deepEqual(s3.keys(bucket), []);
  await eventually(5_000, 'what has begun taken back', () => s3.uploads === 0);
  // One that needs patience.
  const seen = new Map();
  s3.fault = ({ query, method }) => {
    const step = query.partNumber ?? (method === 'POST' && query.uploadId ? 'end' : '');
    seen.set(step, (seen.get(step) ?? 0) + 1);
    return seen.get(step) > 1 ? undefined : { 2: 503, 4: 'hang up', end: 200 }[step];
  };
  const patient = await check(t, storageOf(s3), bucket, '--size', '33');
  assert.equal(patient.code, 0, patient.text);
  assert.deepEqual(['1', '2', '4', 'end'].map((step) => seen.get(step)), [1, 2, 2, 2]);
});

test('swift', { timeout: 900_000 }, async (t) => {
  const swift = await startSwift(t);
  const client = clientOf(t, swift);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const keys = async () => {
    const { Contents = [], IsTruncated } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    assert.ok(!IsTruncated);
    return Contents.map(({ Key }) => Key);
  };

  await t.test('objects, and files in parts', async (t) => {
    const fine = await check(t, storageOf(swift), bucket, '--size', '40');
    assert.equal(fine.code, 0, fine.text + swift.output());
    assert.match(fine.text, allSteps);
    assert.deepEqual(await keys(), []);
    assert.equal((await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads, undefined);
    const wrong = await check(t, { ...storageOf(swift), secret_access_key: 'wrong' }, bucket);
    assert.match(wrong.text, /put an object: .*SignatureDoesNotMatch/);
    const nowhere = await check(t, storageOf(swift), 'no-such-bucket');
    assert.match(nowhere.text, /put an object: .*NoSuchBucket/);
  });

  await t.test('a recording, read back by Amazon\'s client', async (t) => {
    const api = await startApi(t, { storage: storageOf(swift) });
    const made = await makeRecorded(t, api);
    const { stream, end, prefix } = await record(t, api, made, { seconds: 32 });
    assert.equal(end.recording_s3_bucket_name, bucket);
    assert.ok(end.recording_duration_ms > 28_000, `${end.recording_duration_ms}`);

    const folder = mkdtempSync(join(tmpdir(), 'rostrum-test-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const texts = new Map();
    for (const Key of (await keys()).filter((key) => key.startsWith(`${prefix}/`))) {
      const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const content = Buffer.from(await Body.transformToByteArray());
      assert.equal(content.length, ContentLength);
      const name = Key.slice(prefix.length + 1);
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
      texts.set(name, content);
    }
    const ended = JSON.parse(texts.get('events/recording-ended.json'));
    assert.equal(ended.recording_status, 'RECORDING_ENDED');
    assert.ok(texts.has('events/recording-started.json'));
    const [variant] = parseMultivariant(`${texts.get('media/hls/master.m3u8')}`).variants;
    const list = parseMedia(`${texts.get(join('media/hls', variant.uri))}`);
    assert.ok(list.ended && list.segments.length >= 3, list.text);
    const whole = await decode(t, join(folder, 'media/hls/master.m3u8'), { options: ['-allowed_extensions', 'ALL'], milliseconds: 60_000 });
    assert.equal(whole.complaints, '');
    assert.ok(Math.abs(whole.video.length / 30 - end.recording_duration_ms / 1000) < 0.3, `${whole.video.length} frames`);
    const head = (name) => client.send(new HeadObjectCommand({ Bucket: bucket, Key: `${prefix}/${name}` }));
    assert.match((await head('media/hls/master.m3u8')).ContentType, /mpegurl/i);
    assert.match((await head('events/recording-ended.json')).ContentType, /json/);

    // And by the server itself; then it goes, with all of its objects.
    const { recordings } = await api.caller.own('ListRecordings', { channelArn: made.channelArn });
    assert.deepEqual(recordings.map(({ state }) => state), ['ENDED']);
    const { recording } = await api.caller.own('GetRecording', { recordingId: recordings[0].recordingId });
    const replay = await decode(t, recording.playbackUrl, { milliseconds: 60_000 });
    assert.equal(replay.complaints, '');
    assert.equal(replay.video.length, whole.video.length);
    await api.caller.own('DeleteRecording', { recordingId: recording.recordingId });
    const left = (await keys()).filter((key) => key.includes(recording.recordingId) || key.startsWith(prefix));
    assert.deepEqual(left, [], stream.streamId);
  });
});
