/**
 * AWS Signature Version 4 in the browser ("Create a signed AWS API request", IAM user guide), for the
 * requests of our own pages: header form, whole body hashed. The secret is only ever a key for HMAC.
 */
import { hex, utf8, type Hashing, type MacKey } from './hashing';

/** Who signs. `key` is made of "AWS4" and the secret access key. */
export interface Signer {
  readonly accessKeyId: string;
  readonly key: MacKey;
}

export interface Signable {
  readonly method: string;
  /** The value of the Host field that the browser will send. */
  readonly host: string;
  /** As on the wire, with its query. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Scope {
  readonly region: string;
  readonly service: string;
}

export const rootKey = (hashing: Hashing, secret: string): Promise<MacKey> =>
  hashing.key(utf8(`AWS4${secret}`));

/** RFC 3986: only unreserved characters stay. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** 20261122T023000Z */
export const amzDate = (now: Date): string => now.toISOString().replace(/[:-]|\.\d{3}/g, '');

/** Without empty and dot segments, encoded once more than on the wire. */
function canonicalPath(path: string): string {
  const kept: string[] = [];
  const parts = path.split('/');
  for (const part of parts) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(encode(part));
  }
  const isFolder = ['', '.', '..'].includes(parts.at(-1) ?? '');
  return `/${kept.join('/')}${isFolder && kept.length > 0 ? '/' : ''}`;
}

function canonicalQuery(query: string): string {
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...new URLSearchParams(query)]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
    .map((pair) => pair.join('='))
    .join('&');
}

async function signingKey(
  hashing: Hashing,
  root: MacKey,
  day: string,
  { region, service }: Scope,
): Promise<MacKey> {
  let key = root;
  for (const part of [day, region, service, 'aws4_request']) {
    key = await hashing.key(await hashing.mac(key, utf8(part)));
  }
  return key;
}

/** Derived keys of one signer: four HMACs less for every request after the first of a day and service. */
const derived = new WeakMap<Signer, Map<string, Promise<MacKey>>>();

function keyFor(hashing: Hashing, signer: Signer, day: string, scope: Scope): Promise<MacKey> {
  let known = derived.get(signer);
  if (!known) derived.set(signer, (known = new Map()));
  const name = `${day}/${scope.region}/${scope.service}`;
  let key = known.get(name);
  if (!key) {
    // Yesterday's are of no use any more.
    for (const old of known.keys()) if (!old.startsWith(day)) known.delete(old);
    known.set(name, (key = signingKey(hashing, signer.key, day, scope)));
  }
  return key;
}

/** The fields to send beside `headers`. */
export async function sign(
  hashing: Hashing,
  signer: Signer,
  request: Signable,
  scope: Scope,
  now: Date,
): Promise<{ readonly 'x-amz-date': string; readonly authorization: string }> {
  const time = amzDate(now);
  const day = time.slice(0, 8);
  const all: Record<string, string> = {
    ...request.headers,
    host: request.host,
    'x-amz-date': time,
  };
  const names = Object.keys(all).sort();
  const [path = '/', query = ''] = request.target.split(/\?(.*)/s);
  const canonical = [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${(all[name] ?? '').trim().replace(/[ \t]+/g, ' ')}`),
    '',
    names.join(';'),
    hex(await hashing.sha256(utf8(request.body))),
  ].join('\n');
  const credential = `${day}/${scope.region}/${scope.service}/aws4_request`;
  const text = [
    'AWS4-HMAC-SHA256',
    time,
    credential,
    hex(await hashing.sha256(utf8(canonical))),
  ].join('\n');
  const key = await keyFor(hashing, signer, day, scope);
  const signature = hex(await hashing.mac(key, utf8(text)));
  return {
    'x-amz-date': time,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${signer.accessKeyId}/${credential}, ` +
      `SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}
