// Playback tokens as an application signs them, right and wrong, with keys made by openssl.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac, sign } from 'node:crypto';

function openssl(args, input) {
  const done = spawnSync('openssl', args, { input, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

/** {privatePem, publicPem} of a new P-384 pair, made as the tutorial makes it. */
export function makeKey() {
  const privatePem = openssl(['ecparam', '-name', 'secp384r1', '-genkey']);
  return { privatePem, publicPem: openssl(['ec', '-pubout'], privatePem) };
}

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
export const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;
const es384 = { alg: 'ES384', typ: 'JWT' };

/** A token over `claims`; `form` of the signature may be 'der'. */
export function signToken(key, claims, { header = es384, form = 'ieee-p1363' } = {}) {
  const text = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha384', Buffer.from(text), { key: key.privatePem, dsaEncoding: form });
  return `${text}.${signature.toString('base64url')}`;
}

/** The same, signed with a secret that everybody knows: the public half. */
export function signWithPublicHalf({ publicPem }, claims, algorithm = 'HS384') {
  const text = `${encode({ alg: algorithm, typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${createHmac(algorithm.replace('HS', 'sha'), publicPem).update(text).digest('base64url')}`;
}

/** No signature at all, and a header that says so. */
export const unsigned = (claims, alg = 'none') => `${encode({ alg, typ: 'JWT' })}.${encode(claims)}.`;

/** A good token of exactly `length` characters. */
export function tokenOfLength(key, claims, length) {
  for (let spaces = 0; spaces < 4; spaces += 1) {
    const header = JSON.stringify(es384) + ' '.repeat(spaces);
    for (let pad = Math.floor((length * 3) / 4) - 600; pad < length; pad += 1) {
      const filled = JSON.stringify({ ...claims, filling: 'x'.repeat(pad) });
      const size = encode(header).length + encode(filled).length + 2 + 128;
      if (size === length) return signToken(key, filled, { header });
      if (size > length) break;
    }
  }
  throw new Error(`no token has ${length} characters`);
}
