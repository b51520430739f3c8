// A push service and the browsers behind it: takes Web Push messages, checks who sends them (RFC 8292)
// and decrypts them with the keys that only the browser has (RFC 8188, RFC 8291).
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { within } from './process.mjs';

const hmac = (key, ...parts) => {
  const made = createHmac('sha256', key);
  for (const part of parts) made.update(part);
  return made.digest();
};
const expand = (key, info, length) => hmac(key, info, Buffer.from([1])).subarray(0, length);

/** What an aes128gcm message of one record says, for the browser with these keys. */
export function decryptPush(message, { ecdh, auth }) {
  const salt = message.subarray(0, 16);
  const record = message.readUInt32BE(16);
  const theirs = message.subarray(21, 21 + message[20]);
  const sealed = message.subarray(21 + message[20]);
  if (sealed.length > record) throw new Error('more than one record');
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), theirs]);
  const input = expand(hmac(auth, ecdh.computeSecret(theirs)), info, 32);
  const secret = hmac(salt, input);
  const key = expand(secret, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = expand(secret, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createDecipheriv('aes-128-gcm', key, nonce);
  cipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
  let end = plain.length;
  while (plain[end - 1] === 0) end -= 1;
  if (plain[end - 1] !== 2) throw new Error('the last record does not say so');
  return plain.subarray(0, end - 1).toString('utf8');
}

/** Checks "vapid t=..., k=..."; gives the claims, or throws. */
export function checkVapid(field, origin) {
  const [, token, key] = field.match(/^vapid t=([\w.-]+), k=([\w-]+)$/) ?? [];
  if (!token) throw new Error(`no VAPID field: ${field}`);
  const point = Buffer.from(key, 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') },
  });
  const [header, claims, signature] = token.split('.');
  const good = verify('sha256', Buffer.from(`${header}.${claims}`), { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'));
  if (!good) throw new Error('the VAPID signature is wrong');
  const read = JSON.parse(Buffer.from(claims, 'base64url'));
  if (read.aud !== origin) throw new Error(`VAPID is for ${read.aud}`);
  if (read.exp < Date.now() / 1000 || read.exp > Date.now() / 1000 + 86_400) throw new Error('VAPID ends at the wrong time');
  return { claims: read, key };
}

/**
 * Listens on a free port of 127.0.0.1. `subscribe(name)` gives a browser's subscription as PUT /me/push
 * takes it. `next(name)` resolves with the next message to that browser, {json, headers, vapid}.
 * `answers[name] = 410` makes the service answer so.
 */
export async function startPushService(t) {
  const browsers = new Map();
  const messages = [];
  const waiting = [];
  const answers = {};
  const counts = {};

  const offer = () => {
    for (const wish of [...waiting]) {
      const at = messages.findIndex(({ name }) => name === wish.name);
      if (at < 0) continue;
      waiting.splice(waiting.indexOf(wish), 1);
      const [message] = messages.splice(at, 1);
      if (message.error) wish.reject(message.error);
      else wish.resolve(message);
    }
  };
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const name = decodeURIComponent(request.url.slice(1));
    counts[name] = (counts[name] ?? 0) + 1;
    const browser = browsers.get(name);
    const status = answers[name] ?? (browser ? 201 : 404);
    if (status === 201) {
      const message = { name, headers: request.headers };
      try {
        if (request.headers['content-encoding'] !== 'aes128gcm') throw new Error('another coding');
        message.vapid = checkVapid(request.headers.authorization, `http://127.0.0.1:${server.address().port}`);
        message.json = JSON.parse(decryptPush(Buffer.concat(pieces), browser));
      } catch (error) {
        message.error = error;
      }
      messages.push(message);
      offer();
    }
    response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t?.after(() => {
    server.closeAllConnections();
    server.close();
  });

  return {
    answers,
    counts,
    subscribe: (name) => {
      const ecdh = createECDH('prime256v1');
      ecdh.generateKeys();
      const auth = randomBytes(16);
      browsers.set(name, { ecdh, auth });
      return {
        endpoint: `http://127.0.0.1:${server.address().port}/${encodeURIComponent(name)}`,
        keys: { p256dh: ecdh.getPublicKey('base64url'), auth: auth.toString('base64url') },
      };
    },
    next: (name, milliseconds = 20_000) => {
      const came = new Promise((resolve, reject) => { waiting.push({ name, resolve, reject }); });
      offer();
      return within(milliseconds, came, `a message to ${name}`);
    },
  };
}
