// Takes events that the server sends: signed, possibly twice.
import { createHmac, timingSafeEqual } from 'node:crypto';

const oldest = 5 * 60;
const largest = 256 * 1024;

/** Whether Rostrum-Signature is that of `body`, made with `secret` a short while ago. */
export function isGenuine(headers, body, secret, now = Date.now() / 1000) {
  const timestamp = headers['rostrum-timestamp'] ?? '';
  const [version, given] = (headers['rostrum-signature'] ?? '').split('=');
  if (version !== 'v1' || Math.abs(now - Number(timestamp)) > oldest) return false;
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  const got = Buffer.from(given ?? '', 'hex');
  return got.length === expected.length && timingSafeEqual(got, expected);
}

/** A route that gives genuine events to `take`; its error makes the server send the event again. */
export function webhook(secret, take) {
  return async (request, response) => {
    const parts = [];
    let size = 0;
    for await (const part of request) {
      size += part.length;
      if (size > largest) {
        response.writeHead(413).end();
        return;
      }
      parts.push(part);
    }
    const body = Buffer.concat(parts);
    if (request.method !== 'POST' || !isGenuine(request.headers, body, secret)) {
      response.writeHead(403).end();
      return;
    }
    try {
      take(JSON.parse(body.toString('utf8')));
      response.writeHead(204).end();
    } catch (error) {
      console.error(`an event could not be kept: ${error.message}`);
      response.writeHead(500).end();
    }
  };
}
