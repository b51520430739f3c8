// A playback token: a JSON Web Token (RFC 7519) signed with ES384 (RFC 7518, section 3.4), with nothing but Node.
import { sign } from 'node:crypto';

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A token that lets its bearer begin to watch one channel for `lifetime` seconds. `privateKey` is a P-384 key in
 * PEM. The signature is the two numbers side by side, 96 octets: not the DER form that most programs make.
 */
export function playbackToken({ channelArn, privateKey, lifetime, origin = '*', now = Date.now() }) {
  const header = { alg: 'ES384', typ: 'JWT' };
  const claims = {
    'aws:channel-arn': channelArn,
    'aws:access-control-allow-origin': origin,
    exp: Math.floor(now / 1000) + lifetime,
  };
  const content = `${base64url(header)}.${base64url(claims)}`;
  const signature = sign('sha384', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}
