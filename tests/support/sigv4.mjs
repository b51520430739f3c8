// Signature Version 4 as a client makes it, with every part open to being wrong. SDKs check or
// correct some requests before they sign them; tests of refusals must not.
import { createHash, createHmac } from 'node:crypto';

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();

/** RFC 3986: only unreserved characters stay. */
export const encode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** 20261122T023000Z */
export const amzDate = (date) => date.toISOString().replace(/[:-]|\.\d{3}/g, '');

function canonicalQuery(search) {
  if (!search) return '';
  const pairs = search.slice(1).split('&').map((pair) => {
    const [name, value = ''] = pair.split('=');
    return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))];
  });
  return pairs.sort((a, b) => (a[0] + '\0' + a[1] < b[0] + '\0' + b[1] ? -1 : 1))
    .map((pair) => pair.join('=')).join('&');
}

/**
 * Headers for a request: those given and what makes it signed. `path` is raw, as on the wire, with
 * its query. `hashHeader` sends x-amz-content-sha256, as the SDK for JavaScript does;
 * `leaveUnsigned` names headers that go along unsigned.
 */
export function sign({
  method, host, path, headers = {}, body = '', accessKeyId, secretAccessKey, sessionToken,
  region = 'local', service = 'ivs', date = new Date(), hashHeader = false, leaveUnsigned = [],
}) {
  const stamp = amzDate(date);
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const payload = sha256(body);
  const all = { ...headers, host, 'x-amz-date': stamp };
  if (hashHeader) all['x-amz-content-sha256'] = payload;
  if (sessionToken) all['x-amz-security-token'] = sessionToken;
  const signed = Object.keys(all).filter((name) => !leaveUnsigned.includes(name)).sort();
  const [pathname, query] = path.split(/(?=\?)/);
  const canonical = [
    method,
    pathname.split('/').map(encode).join('/'), // once more than on the wire
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${`${all[name]}`.trim().replace(/ +/g, ' ')}`), '',
    signed.join(';'),
    payload,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n');
  const key = [stamp.slice(0, 8), region, service, 'aws4_request']
    .reduce((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  all.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, `
    + `SignedHeaders=${signed.join(';')}, Signature=${hmac(key, text).toString('hex')}`;
  return all;
}
