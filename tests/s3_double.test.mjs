// Our stand-in for S3 against Amazon's own client: what other tests prove with it rests on this.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateBucketCommand, CreateMultipartUploadCommand,
  DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client,
  ListMultipartUploadsCommand, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { startS3 } from './support/s3.mjs';

const Bucket = 'bucket';

function clientOf(t, s3, options = {}) {
  const client = new S3Client({
    endpoint: s3.url, region: s3.region, forcePathStyle: true, maxAttempts: 1,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey }, ...options,
  });
  t.after(() => client.destroy());
  return client;
}

async function begin(t, options) {
  const s3 = await startS3(t, options);
  return { s3, client: clientOf(t, s3) };
}

const refused = (name) => (error) => error.name === name || error.Code === name;

test('objects come back as they were put', async (t) => {
  const { s3, client } = await begin(t);
  const Key = 'a b/ä+%2F&=~*\'()/c.gz';
  const Body = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
  await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/gzip' }));
  assert.deepEqual(s3.keys(Bucket), [Key]);
  assert.deepEqual(s3.body(Bucket, Key), Body);

  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  assert.deepEqual(Buffer.from(await got.Body.transformToByteArray()), Body);
  assert.equal(got.ContentType, 'application/gzip');
  const part = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=10-19' }));
  assert.deepEqual(Buffer.from(await part.Body.transformToByteArray()), Body.subarray(10, 20));
  assert.equal(part.ContentRange, 'bytes 10-19/100000');
  const tail = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=-5' }));
  assert.deepEqual(Buffer.from(await tail.Body.transformToByteArray()), Body.subarray(-5));
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=100000-' })), refused('InvalidRange'));
  const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
  assert.equal(head.ContentLength, Body.length);
  assert.equal(head.ETag, got.ETag);
  assert.ok(Math.abs(head.LastModified - Date.now()) < 60_000);

  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key })), refused('NoSuchKey'));
  await assert.rejects(client.send(new HeadObjectCommand({ Bucket, Key })), refused('NotFound'));
  await assert.rejects(client.send(new GetObjectCommand({ Bucket: 'other', Key })), refused('NoSuchBucket'));
  await client.send(new CreateBucketCommand({ Bucket: 'other' }));
  assert.deepEqual(s3.keys('other'), []);
  assert.ok(s3.requests.every(({ status }) => status !== 599));
});

test('lists go page by page, in the order of octets', async (t) => {
  const { client } = await begin(t);
  const keys = ['a-b', 'a.b', 'a/b', 'a/c/d', 'a/c/e', 'ab', 'é&<>', '😀'];
  for (const Key of [...keys].reverse()) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  for (const MaxKeys of [1, 3, 8]) {
    const found = [];
    let ContinuationToken;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys, ContinuationToken }));
      found.push(...page.Contents.map(({ Key, Size }) => {
        assert.equal(Size, Buffer.byteLength(Key));
        return Key;
      }));
      ContinuationToken = page.NextContinuationToken;
      assert.equal(page.IsTruncated, ContinuationToken !== undefined);
    } while (ContinuationToken);
    assert.deepEqual(found, keys);
  }
  const below = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', Delimiter: '/' }));
  assert.deepEqual(below.Contents.map(({ Key }) => Key), ['a/b']);
  assert.deepEqual(below.CommonPrefixes.map(({ Prefix }) => Prefix), ['a/c/']);
  const behind = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: 'a/c/d', Prefix: 'a' }));
  assert.deepEqual(behind.Contents.map(({ Key }) => Key), ['a/c/e', 'ab']);
  const escaped = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'é&', EncodingType: 'url' }));
  assert.deepEqual(escaped.Contents.map(({ Key }) => decodeURIComponent(Key)), ['é&<>']);
});

test('objects in several parts', async (t) => {
  const { s3, client } = await begin(t);
  const Key = 'video';
  const parts = [Buffer.alloc(5 * 1024 * 1024, 1), Buffer.alloc(5 * 1024 * 1024, 2), Buffer.from('end')];
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'video/mp4' }));
  const send = async (PartNumber, Body) => {
    const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    return { ETag, PartNumber };
  };
  const complete = (Parts) => client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  const [third, first, second] = [await send(3, parts[2]), await send(1, parts[0]), await send(2, parts[1])];
  await assert.rejects(complete([second, first]), refused('InvalidPartOrder'));
  await assert.rejects(complete([first, { ...second, ETag: third.ETag }]), refused('InvalidPart'));
  assert.deepEqual(s3.keys(Bucket), []);
  const { ETag } = await complete([first, second, third]);
  assert.match(ETag, /^"[0-9a-f]{32}-3"$/);
  assert.deepEqual(s3.body(Bucket, Key), Buffer.concat(parts));
  assert.equal((await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentType, 'video/mp4');
  await assert.rejects(complete([first]), refused('NoSuchUpload'));

  const small = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'small' }));
  const where = { Bucket, Key: 'small', UploadId: small.UploadId };
  const sent = [];
  for (const PartNumber of [1, 2]) {
    sent.push({ PartNumber, ETag: (await client.send(new UploadPartCommand({ ...where, PartNumber, Body: 'x' }))).ETag });
  }
  await assert.rejects(client.send(new CompleteMultipartUploadCommand({ ...where, MultipartUpload: { Parts: sent } })),
    refused('EntityTooSmall'));
  assert.equal(s3.uploads, 1);
  const more = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'small/2' }));
  const uploads = (options) => client.send(new ListMultipartUploadsCommand({ Bucket, ...options }));
  assert.deepEqual((await uploads({ Prefix: 'small' })).Uploads.map(({ Key, UploadId }) => [Key, UploadId]),
    [['small', small.UploadId], ['small/2', more.UploadId]]);
  const page = await uploads({ MaxUploads: 1 });
  assert.deepEqual([page.IsTruncated, page.NextKeyMarker, page.Uploads.length], [true, 'small', 1]);
  assert.deepEqual((await uploads({ KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }))
    .Uploads.map(({ Key }) => Key), ['small/2']);
  assert.equal((await uploads({ Prefix: 'other' })).Uploads, undefined);
  await assert.rejects(client.send(new ListMultipartUploadsCommand({ Bucket: 'other' })), refused('NoSuchBucket'));
  s3.fault = ({ method }) => (method === 'POST' ? 200 : undefined);
  await assert.rejects(client.send(new CompleteMultipartUploadCommand({ ...where, MultipartUpload: { Parts: sent } })),
    refused('SlowDown'));
  s3.fault = () => undefined;
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'small/2', UploadId: more.UploadId }));
  await client.send(new AbortMultipartUploadCommand(where));
  await assert.rejects(client.send(new UploadPartCommand({ ...where, PartNumber: 1, Body: 'x' })), refused('NoSuchUpload'));
  assert.equal(s3.uploads, 0);
});

test('who does not sign rightly gets nothing', async (t) => {
  let offset = 0;
  const { s3, client } = await begin(t, { now: () => Date.now() + offset });
  const put = (by, Key = 'k') => by.send(new PutObjectCommand({ Bucket, Key, Body: 'text' }));
  const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };
  await assert.rejects(
    put(clientOf(t, s3, { credentials: { ...credentials, secretAccessKey: 'another' } })), refused('SignatureDoesNotMatch'));
  await assert.rejects(
    put(clientOf(t, s3, { credentials: { ...credentials, accessKeyId: 'AKIAOTHER' } })), refused('InvalidAccessKeyId'));
  await assert.rejects(put(clientOf(t, s3, { region: 'eu-north-1' })), refused('AuthorizationHeaderMalformed'));
  assert.equal((await fetch(`${s3.url}/bucket/k`, { method: 'PUT', body: 'text' })).status, 403);

  // What something on the way changes.
  const changing = (change) => {
    const changed = clientOf(t, s3);
    changed.middlewareStack.add((next) => (args) => {
      change(args.request);
      return next(args);
    }, { step: 'finalizeRequest', priority: 'low', override: true, name: 'change' });
    return changed;
  };
  const rows = [
    [(request) => { request.body = 'tex_'; }, 'XAmzContentSHA256Mismatch'],
    [(request) => { request.path = '/bucket/other'; }, 'SignatureDoesNotMatch'],
    [(request) => { request.query.acl = ''; }, 'SignatureDoesNotMatch'],
    [(request) => { request.headers['content-type'] = 'text/html'; }, 'SignatureDoesNotMatch'],
    [(request) => { request.headers['x-amz-meta-more'] = '1'; }, 'AccessDenied'],
    [(request) => { request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'; }, 'NotImplemented'],
  ];
  for (const [change, name] of rows) {
    await assert.rejects(put(changing(change)), (error) => {
      assert.ok(refused(name)(error), `${name}: ${error.name}`);
      return true;
    });
  }
  for (offset of [16 * 60_000, -16 * 60_000]) await assert.rejects(put(client), refused('RequestTimeTooSkewed'));
  assert.deepEqual(s3.keys(Bucket), []);
  offset = 14 * 60_000;
  await put(client);
  assert.equal(s3.text(Bucket, 'k'), 'text');
});

test('it fails as it is told', async (t) => {
  const { s3, client } = await begin(t);
  const put = (Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: 'text' }));
  const status = (code) => (error) => error.$metadata?.httpStatusCode === code;
  const faults = [503, 500, 'hang up', undefined, 'break'];
  s3.fault = (_, n) => faults[n];
  await assert.rejects(put('a'), status(503));
  await assert.rejects(put('b'), status(500));
  await assert.rejects(put('c'));
  await put('d');
  assert.deepEqual(s3.keys(Bucket), ['d']);
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key: 'd' })).then(({ Body }) => Body.transformToString()));
  let go;
  s3.fault = () => new Promise((resolve) => { go = resolve; });
  const slow = put('e');
  while (!go) await new Promise(setImmediate);
  assert.deepEqual(s3.keys(Bucket), ['d']);
  go();
  await slow;
  assert.deepEqual(s3.keys(Bucket), ['d', 'e']);
  s3.fault = ({ key }) => (key === 'quiet' ? 'silence' : undefined);
  const stop = new AbortController();
  const quiet = client.send(new PutObjectCommand({ Bucket, Key: 'quiet', Body: 'x' }), { abortSignal: stop.signal });
  await put('f');
  stop.abort();
  await assert.rejects(quiet, { name: 'AbortError' });
  await s3.stop();
  await assert.rejects(put('g'));
});
