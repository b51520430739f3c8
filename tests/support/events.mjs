// Events as api/events.json has them, and somebody who receives them as webhooks.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { eventually, repository } from './process.mjs';

const facts = JSON.parse(readFileSync(`${repository}api/events.json`, 'utf8'));
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const wholeSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** "Stream Start", "Ingest Bitrate": what an event is called beside its detail-type. */
export const nameOf = (event) => event.detail[facts.detailTypes[event['detail-type']]?.discriminator];

/** Whether a value is what the words of the facts file ask for. */
function fits(words, value) {
  const quoted = [...words.matchAll(/"([^"]*)"/g)].map(([, text]) => text);
  if (quoted.length > 0) return quoted.includes(value);
  if (words.startsWith('integer')) return Number.isSafeInteger(value) && value >= 0;
  if (words.startsWith('RFC 3339')) return time.test(value);
  if (words.startsWith('array of stream ids')) {
    return Array.isArray(value) && value.length > 0 && value.every((id) => /^st-[A-Za-z0-9]{23}$/.test(id));
  }
  if (typeof value !== 'string') return false;
  const codes = words.match(/see (\w+)/);
  if (codes) return facts[codes[1]].includes(value);
  if (words.includes('st-…')) return /^st-[A-Za-z0-9]{23}$/.test(value);
  const length = words.match(/(\d+) chars/);
  return length ? value.length === Number(length[1]) : true;
}

/** Fails unless the event has exactly the members and forms of the facts file. */
export function assertShape(event, { account = '000000000000', region = 'local' } = {}) {
  const shown = JSON.stringify(event);
  assert.deepEqual(Object.keys(event).sort(), Object.keys(facts.envelope).sort(), shown);
  assert.equal(event.version, '0', shown);
  assert.match(event.id, uuid);
  assert.equal(event.source, 'aws.ivs', shown);
  assert.equal(event.account, account, shown);
  assert.equal(event.region, region, shown);
  assert.match(event.time, wholeSeconds, shown);
  const kind = facts.detailTypes[event['detail-type']];
  assert.ok(kind, `no such detail-type: ${shown}`);
  const { [kind.discriminator]: name, ...detail } = event.detail;
  const members = kind.events[name];
  assert.ok(members, `no such event: ${shown}`);
  const optional = (words) => /optional|only when/.test(words);
  for (const [member, words] of Object.entries(members)) {
    if (member === kind.discriminator) continue;
    if (member in detail) assert.ok(fits(words, detail[member]), `${member} is not "${words}": ${shown}`);
    else assert.ok(optional(words), `${member} is missing: ${shown}`);
  }
  for (const member of Object.keys(detail)) assert.ok(member in members, `${member} does not belong: ${shown}`);
  if ('channel_name' in members) {
    assert.equal(event.resources.length, 1, shown);
    assert.ok(event.resources[0].startsWith(`arn:aws:ivs:${region}:${account}:channel/`), shown);
  } else {
    assert.deepEqual(event.resources, [], shown);
  }
}

/** Fails unless a webhook is signed with `secret`, for the time at which it came. */
export function assertSigned({ headers, text, at }, secret) {
  const timestamp = headers['rostrum-timestamp'];
  assert.match(timestamp, /^\d+$/);
  assert.ok(Math.abs(at / 1000 - Number(timestamp)) < 10, `signed at ${timestamp}`);
  const digest = createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex');
  assert.equal(headers['rostrum-signature'], `v1=${digest}`);
}

/**
 * A receiver of webhooks. `answer(event, n)` gives the status for the n-th request, 200 if it gives
 * nothing. `attempts` and `accepted` (those answered with 2xx) have {event, headers, text, at}.
 */
export async function startReceiver(t, answer = () => 200) {
  const receiver = { attempts: [], accepted: [], answer };
  const server = http.createServer((request, response) => {
    const pieces = [];
    request.on('data', (data) => pieces.push(data));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString('utf8');
      const attempt = {
        text, at: Date.now(), event: JSON.parse(text), method: request.method, path: request.url, headers: request.headers,
      };
      const status = receiver.answer(attempt.event, receiver.attempts.length) ?? 200;
      receiver.attempts.push(attempt);
      if (status < 300) receiver.accepted.push(attempt);
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  receiver.url = `http://127.0.0.1:${server.address().port}/hook`;
  /** Accepted events, each once, of one channel if it is given. */
  receiver.events = (channelArn) => {
    const known = new Set();
    return receiver.accepted.map(({ event }) => event).filter(({ id, resources }) =>
      (channelArn === undefined || resources[0] === channelArn) && !known.has(id) && known.add(id));
  };
  receiver.names = (channelArn) => receiver.events(channelArn).map(nameOf);
  /** The events, as soon as one of them is called `name`. */
  receiver.until = (name, { channelArn, milliseconds = 20_000, details = () => '' } = {}) => eventually(
    milliseconds, name, () => receiver.names(channelArn).includes(name) && receiver.events(channelArn),
    () => `received: ${receiver.attempts.map(({ event }) => nameOf(event)).join(', ')}\n${details()}`);
  return receiver;
}

/** A pattern that every event matches. */
export const everything = { source: ['aws.ivs'] };

/** A rule made by the API, whose events go to the receiver. */
export async function subscribe(caller, receiver, { name = 'all', pattern = everything, secret } = {}) {
  await caller.own('PutEventRule', { name, eventPattern: JSON.stringify(pattern) });
  await caller.own('PutEventTarget', {
    ruleName: name, target: { id: 'hook', type: 'WEBHOOK', url: receiver.url, ...(secret && { secret }) },
  });
}
