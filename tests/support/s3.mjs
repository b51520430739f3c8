// A stand-in for S3 in memory that believes nobody: every request must be signed (Signature Version
// 4, with the hash of what it brings), as Amazon's documentation has it and not as any code of ours
// does it. It can be slow, fail and break connections.
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';

const maxSkew = 15 * 60_000;
const smallestPart = 5 * 1024 * 1024; // of a multipart upload, but for the last
const emptyHash = createHash('sha256').digest('hex');

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const md5 = (data) => createHash('md5').update(data).digest('hex');
const strict = (text) => [...Buffer.from(text)]
  .map((octet) => (/[A-Za-z0-9\-._~]/.test(String.fromCharCode(octet))
    ? String.fromCharCode(octet)
    : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`)).join('');
const escape = (text) => `${text}`.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])
  .replace(/[\x00-\x1f]/g, (c) => `&#${c.charCodeAt(0)};`);
const element = (name, ...content) => `<${name}>${content.join('')}</${name}>`;
const leaf = (name, value) => element(name, escape(value));
const document = (name, ...content) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join('')}</${name}>`;
/** By octets, as S3 sorts keys. */
const byOctets = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

class Refusal extends Error {
  constructor(status, code, message = code) {
    super(message);
    Object.assign(this, { status, code });
  }
}

/** Throws unless the request is signed with `secrets[access key id]` for `region` and for now. */
function checkSignature(request, url, body, { secrets, region, now }) {
  const { authorization } = request.headers;
  if (!authorization) throw new Refusal(403, 'AccessDenied', 'not signed');
  const found = authorization.match(
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/);
  if (!found) throw new Refusal(400, 'AuthorizationHeaderMalformed');
  const [, id, day, scopeRegion, service, list, signature] = found;
  if (!Object.hasOwn(secrets, id)) throw new Refusal(403, 'InvalidAccessKeyId');
  if (service !== 's3' || scopeRegion !== region) {
    throw new Refusal(400, 'AuthorizationHeaderMalformed', `scoped to ${scopeRegion}/${service}`);
  }
  const stamp = request.headers['x-amz-date'] ?? '';
  const parts = stamp.match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/);
  if (!parts || !stamp.startsWith(day)) throw new Refusal(403, 'AccessDenied', 'no valid x-amz-date');
  const [year, month, date, hour, minute, second] = parts.slice(1).map(Number);
  if (Math.abs(now() - Date.UTC(year, month - 1, date, hour, minute, second)) > maxSkew) {
    throw new Refusal(403, 'RequestTimeTooSkewed');
  }
  const signed = list.split(';');
  if (`${[...signed].sort()}` !== `${signed}` || new Set(signed).size !== signed.length) {
    throw new Refusal(400, 'AuthorizationHeaderMalformed', 'signed headers out of order');
  }
  for (const name of ['host', ...Object.keys(request.headers).filter((each) => each.startsWith('x-amz-'))]) {
    if (!signed.includes(name)) throw new Refusal(403, 'AccessDenied', `${name} is not signed`);
  }
  const announced = request.headers['x-amz-content-sha256'];
  if (!announced) throw new Refusal(400, 'InvalidRequest', 'no x-amz-content-sha256');
  if (!/^[0-9a-f]{64}$/.test(announced)) throw new Refusal(501, 'NotImplemented', announced);
  if (announced !== (body.length ? sha256(body) : emptyHash)) {
    throw new Refusal(400, 'XAmzContentSHA256Mismatch');
  }
  const values = (name) => request.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1].toLowerCase() === name)
    .map((value) => value.trim().replace(/\s+/g, ' ')).join(',');
  const query = [...url.parameters].map(([name, value]) => [strict(name), strict(value)])
    .sort(([a, x], [b, y]) => byOctets(a, b) || byOctets(x, y)).map((pair) => pair.join('=')).join('&');
  const canonical = [
    request.method, url.path.split('/').map(strict).join('/'), query,
    ...signed.map((name) => `${name}:${values(name)}`), '', signed.join(';'), announced,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', stamp, `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce(hmac, `AWS4${secrets[id]}`);
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))) {
    throw new Refusal(403, 'SignatureDoesNotMatch');
  }
}

/** Path and parameters, decoded once; '+' is a plus in paths and a space in queries. */
function takeApart(target) {
  const [path, query = ''] = target.split(/\?(.*)/s);
  const decode = (text) => decodeURIComponent(text.replaceAll('+', ' '));
  const parameters = new Map(query.split('&').filter(Boolean).map((pair) => {
    const [name, value = ''] = pair.split(/=(.*)/s);
    return [decode(name), decode(value)];
  }));
  return { path: decodeURIComponent(path), parameters };
}

function rangeOf(header, size) {
  const found = header?.match(/^bytes=(\d*)-(\d*)$/);
  if (!found || (found[1] === '' && found[2] === '')) return null;
  const first = found[1] === '' ? Math.max(0, size - Number(found[2])) : Number(found[1]);
  const last = found[1] === '' || found[2] === '' ? size - 1 : Math.min(Number(found[2]), size - 1);
  if (first >= size || first > last) throw new Refusal(416, 'InvalidRange');
  return { first, last };
}

/** What is kept, and what S3 does with it. */
class Store {
  buckets = new Map(); // name -> Map of key -> {body, etag, contentType, modified}
  uploads = new Map(); // id -> {bucket, key, contentType, started, parts: Map of number -> {body, etag}}

  bucket(name) {
    const found = this.buckets.get(name);
    if (!found) throw new Refusal(404, 'NoSuchBucket');
    return found;
  }

  object(bucket, key) {
    const found = this.bucket(bucket).get(key);
    if (!found) throw new Refusal(404, 'NoSuchKey');
    return found;
  }

  keep(bucket, key, body, contentType, etag = md5(body)) {
    this.bucket(bucket).set(key, { body, etag, contentType, modified: new Date() });
    return etag;
  }

  list(bucket, parameters) {
    const prefix = parameters.get('prefix') ?? '';
    const delimiter = parameters.get('delimiter') ?? '';
    const most = Math.min(Number(parameters.get('max-keys') ?? 1000), 1000);
    const token = parameters.get('continuation-token');
    const after = token ? Buffer.from(token, 'base64url').toString() : parameters.get('start-after') ?? '';
    const isUrl = parameters.get('encoding-type') === 'url';
    const shown = (text) => (isUrl ? strict(text).replaceAll('%2F', '/') : text);
    const found = []; // keys, and prefixes that stand for many
    for (const key of [...this.bucket(bucket).keys()].sort(byOctets)) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      const name = end < 0 ? key : key.slice(0, end + delimiter.length);
      if (byOctets(name, after) <= 0 || found.at(-1)?.name === name) continue;
      found.push({ name, isPrefix: end >= 0 });
    }
    const page = found.slice(0, most);
    const isTruncated = found.length > page.length;
    return document('ListBucketResult',
      leaf('Name', bucket), leaf('Prefix', shown(prefix)), leaf('KeyCount', page.length), leaf('MaxKeys', most),
      ...(delimiter ? [leaf('Delimiter', shown(delimiter))] : []), ...(isUrl ? [leaf('EncodingType', 'url')] : []),
      leaf('IsTruncated', isTruncated),
      ...(isTruncated ? [leaf('NextContinuationToken', Buffer.from(page.at(-1).name).toString('base64url'))] : []),
      ...page.filter(({ isPrefix }) => !isPrefix).map(({ name }) => {
        const { body, etag, modified } = this.object(bucket, name);
        return element('Contents', leaf('Key', shown(name)), leaf('LastModified', modified.toISOString()),
          leaf('ETag', `"${etag}"`), leaf('Size', body.length), leaf('StorageClass', 'STANDARD'));
      }),
      ...page.filter(({ isPrefix }) => isPrefix)
        .map(({ name }) => element('CommonPrefixes', leaf('Prefix', shown(name)))));
  }

  listUploads(bucket, parameters) {
    this.bucket(bucket);
    const prefix = parameters.get('prefix') ?? '';
    const most = Math.min(Number(parameters.get('max-uploads') ?? 1000), 1000);
    const markers = [parameters.get('key-marker') ?? '', parameters.get('upload-id-marker') ?? ''];
    const order = ([key, id], [otherKey, otherId]) => byOctets(key, otherKey) || byOctets(id, otherId);
    const found = [...this.uploads].filter(([, upload]) => upload.bucket === bucket && upload.key.startsWith(prefix))
      .map(([id, upload]) => ({ place: [upload.key, id], ...upload }))
      // A key's marker alone is behind all of its uploads.
      .filter(({ key, place }) => (markers[1] ? order(place, markers) > 0 : byOctets(key, markers[0]) > 0))
      .sort((a, b) => order(a.place, b.place));
    const page = found.slice(0, most);
    const isTruncated = found.length > page.length;
    return document('ListMultipartUploadsResult',
      leaf('Bucket', bucket), leaf('KeyMarker', markers[0]), leaf('UploadIdMarker', markers[1]), leaf('Prefix', prefix),
      leaf('MaxUploads', most), leaf('IsTruncated', isTruncated),
      ...(isTruncated ? [leaf('NextKeyMarker', page.at(-1).place[0]), leaf('NextUploadIdMarker', page.at(-1).place[1])] : []),
      ...page.map(({ place: [key, id], started }) => element('Upload', leaf('Key', key), leaf('UploadId', id),
        leaf('StorageClass', 'STANDARD'), leaf('Initiated', started.toISOString()))));
  }

  upload(id, bucket, key) {
    const found = this.uploads.get(id);
    if (!found || found.bucket !== bucket || found.key !== key) throw new Refusal(404, 'NoSuchUpload');
    return found;
  }

  complete(id, bucket, key, text) {
    const { parts, contentType } = this.upload(id, bucket, key);
    const asked = [...text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part]) => ({
      number: Number(part.match(/<PartNumber>(\d+)<\/PartNumber>/)?.[1]),
      etag: part.match(/<ETag>(?:"|&quot;)?([0-9a-f]+)(?:"|&quot;)?<\/ETag>/)?.[1],
    }));
    if (asked.length === 0) throw new Refusal(400, 'MalformedXML');
    asked.forEach(({ number, etag }, i) => {
      if (i > 0 && number <= asked[i - 1].number) throw new Refusal(400, 'InvalidPartOrder');
      const part = parts.get(number);
      if (part?.etag !== etag) throw new Refusal(400, 'InvalidPart');
      if (i + 1 < asked.length && part.body.length < smallestPart) throw new Refusal(400, 'EntityTooSmall');
    });
    const pieces = asked.map(({ number }) => parts.get(number));
    const etag = `${md5(Buffer.concat(pieces.map((part) => Buffer.from(part.etag, 'hex'))))}-${pieces.length}`;
    this.keep(bucket, key, Buffer.concat(pieces.map((part) => part.body)), contentType, etag);
    this.uploads.delete(id);
    return document('CompleteMultipartUploadResult', leaf('Bucket', bucket), leaf('Key', key), leaf('ETag', `"${etag}"`));
  }

  /** {status, headers, body} for a request that may do what it wants. */
  answer(request, { bucket, key, parameters }, body) {
    const { method, headers } = request;
    const id = parameters.get('uploadId');
    const contentType = headers['content-type'] ?? 'binary/octet-stream';
    const xml = (text) => ({ status: 200, headers: { 'content-type': 'application/xml' }, body: text });
    if (key === '') {
      if (method === 'GET') return xml(parameters.has('uploads') ? this.listUploads(bucket, parameters) : this.list(bucket, parameters));
      if (method === 'HEAD') return this.bucket(bucket) && { status: 200 };
      if (method === 'PUT') {
        if (this.buckets.has(bucket)) throw new Refusal(409, 'BucketAlreadyOwnedByYou');
        this.buckets.set(bucket, new Map());
        return { status: 200 };
      }
      throw new Refusal(405, 'MethodNotAllowed');
    }
    if (method === 'POST' && parameters.has('uploads')) {
      this.bucket(bucket);
      const made = randomUUID();
      this.uploads.set(made, { bucket, key, contentType, parts: new Map(), started: new Date() });
      return xml(document('InitiateMultipartUploadResult', leaf('Bucket', bucket), leaf('Key', key), leaf('UploadId', made)));
    }
    if (method === 'POST' && id) return xml(this.complete(id, bucket, key, body.toString()));
    if (method === 'PUT' && id) {
      const number = Number(parameters.get('partNumber'));
      if (!(number >= 1 && number <= 10_000)) throw new Refusal(400, 'InvalidArgument');
      const etag = md5(body);
      this.upload(id, bucket, key).parts.set(number, { body, etag });
      return { status: 200, headers: { etag: `"${etag}"` } };
    }
    if (method === 'DELETE' && id) {
      this.upload(id, bucket, key);
      this.uploads.delete(id);
      return { status: 204 };
    }
    if (method === 'PUT') {
      return { status: 200, headers: { etag: `"${this.keep(bucket, key, body, contentType)}"` } };
    }
    if (method === 'DELETE') {
      this.bucket(bucket).delete(key);
      return { status: 204 };
    }
    if (method !== 'GET' && method !== 'HEAD') throw new Refusal(405, 'MethodNotAllowed');
    const object = this.object(bucket, key);
    const range = rangeOf(headers.range, object.body.length);
    const content = range ? object.body.subarray(range.first, range.last + 1) : object.body;
    return {
      status: range ? 206 : 200,
      headers: {
        'content-type': object.contentType, 'content-length': content.length, etag: `"${object.etag}"`,
        'last-modified': object.modified.toUTCString(), 'accept-ranges': 'bytes',
        ...(range && { 'content-range': `bytes ${range.first}-${range.last}/${object.body.length}` }),
      },
      body: content,
    };
  }
}

/**
 * Starts one. Gives
 * - `url`, `region`, `accessKeyId`, `secretAccessKey`: for clients;
 * - `keys(bucket)` in order, `text(bucket, key)`, `body(bucket, key)`, `uploads` that are open;
 * - `requests`: {method, bucket, key, query, status, code} of all that were answered, with the reason;
 * - `fault`: a function of {method, bucket, key, query: {uploads, uploadId, partNumber...}} and the
 *   number of the request, from 0 on. What it gives happens: nothing; a status (200 and 503 are
 *   SlowDown, others InternalError: with 200 an upload's end fails after it has begun to answer);
 *   'hang up' before the request is looked at; 'break' in the middle of the answer, after it was
 *   done; 'silence' for ever; or a promise of one of these, which makes it slow;
 * - `stop()`: nobody listens any more; `comeBack()`: as before, with all that was kept.
 */
export async function startS3(t, {
  buckets = ['bucket'], region = 'us-east-1', accessKeyId = 'AKIARSTESTS3', secretAccessKey = 'A/secret+of/S3',
  now = Date.now,
} = {}) {
  const store = new Store();
  for (const name of buckets) store.buckets.set(name, new Map());
  const s3 = {
    region, accessKeyId, secretAccessKey, requests: [], fault: () => undefined,
    keys: (bucket) => [...store.bucket(bucket).keys()].sort(byOctets),
    body: (bucket, key) => store.object(bucket, key).body,
    text: (bucket, key) => store.object(bucket, key).body.toString('utf8'),
    get uploads() { return store.uploads.size; },
  };
  let count = 0;

  async function serve(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const url = takeApart(request.url);
    // The bucket stands before the host's name or first in the path.
    const label = request.headers.host.match(/^([a-z0-9-]+)\.localhost(:|$)/)?.[1];
    const [bucket, key] = label ? [label, url.path.slice(1)] : url.path.slice(1).split(/\/(.*)/s);
    const what = { method: request.method, bucket, key: key ?? '' };
    const fault = await s3.fault({ ...what, query: Object.fromEntries(url.parameters) }, count++);
    if (fault === 'silence') return;
    if (fault === 'hang up') {
      request.socket.destroy();
      return;
    }
    let answer;
    try {
      checkSignature(request, url, body, { secrets: { [accessKeyId]: secretAccessKey }, region, now });
      if (typeof fault === 'number') throw new Refusal(fault, [200, 503].includes(fault) ? 'SlowDown' : 'InternalError');
      answer = store.answer(request, { ...what, parameters: url.parameters }, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const text = document('Error', leaf('Code', error.code), leaf('Message', error.message), leaf('Resource', url.path));
      answer = { status: error.status, code: error.code, headers: { 'content-type': 'application/xml' }, body: text };
    }
    const content = Buffer.from(answer.body ?? '');
    const isHead = request.method === 'HEAD';
    response.writeHead(answer.status, { ...(isHead ? {} : { 'content-length': content.length }), ...answer.headers });
    if (fault === 'break') {
      response.flushHeaders();
      response.write(content.subarray(0, content.length / 2), () => request.socket.destroy());
    } else {
      response.end(isHead ? undefined : content);
    }
    s3.requests.push({ ...what, query: Object.fromEntries(url.parameters), status: answer.status, code: answer.code });
  }

  const server = http.createServer((request, response) => {
    serve(request, response).catch((error) => {
      // A request that broke off is nobody's fault; the rest is a mistake of this file.
      if (!request.destroyed || request.complete) response.writeHead(599).end(`${error.stack}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const comeBack = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  t.after(stop);
  return Object.assign(s3, { url: `http://127.0.0.1:${port}`, port, stop, comeBack });
}
