// Callers of the control API: the unmodified SDK, and raw signed requests for what SDKs would not
// send. Both against a server that a test started.
import assert from 'node:assert/strict';
import http from 'node:http';
import * as ivs from '@aws-sdk/client-ivs';
import * as ivschat from '@aws-sdk/client-ivschat';
import { errorBreaches, operation, outputBreaches, statusOf } from './model.mjs';
import { encode, sign } from './sigv4.mjs';

/** The key that a server was started with. */
export const keyOf = ({ accessKeyId, secretAccessKey }) => ({ accessKeyId, secretAccessKey });

const sdks = { ivs, ivschat };
const clientOf = { ivs: ivs.IvsClient, ivschat: ivschat.IvschatClient };

/** The SDK of a service as an application sets it up; it is closed when the test ends. */
export function makeClient(t, server, options = {}, service = 'ivs') {
  const client = new clientOf[service]({
    region: 'local', endpoint: server.http, credentials: keyOf(server), maxAttempts: 1, ...options,
  });
  t?.after(() => client.destroy());
  return client;
}

/** One of each service. */
export const makeClients = (t, server, options) => Object.fromEntries(
  Object.keys(clientOf).map((service) => [service, makeClient(t, server, options, service)]));

/** Sends an operation by its name, with a client of its service or with the right one of several. */
export function send(clients, name, input) {
  const { service, command } = operation(name);
  return (clients[service] ?? clients).send(new sdks[service][`${command}Command`](input));
}

/** {method, path, body, service} of an operation's request, as the model places its members. */
export function requestOf(name, input) {
  const { method, uri, input: shape, service } = operation(name);
  const members = shape?.members ?? [];
  let path = uri;
  const query = [];
  const body = { ...input };
  for (const member of members.filter((one) => one.in)) {
    const value = body[member.name];
    delete body[member.name];
    if (member.in === 'path') path = path.replace(`{${member.wireName}}`, encode(value));
    else for (const item of value ?? []) query.push(`${member.wireName}=${encode(item)}`);
  }
  if (query.length) path += `?${query.join('&')}`;
  return { method, path, body: method === 'POST' ? JSON.stringify(body) : '', service };
}

/** One HTTP request as it is. Gives {status, headers, text, body: parsed or undefined}. */
export function exchange(base, { method, path, headers = {}, body = '', agent }) {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path, headers, agent }, (response) => {
      const pieces = [];
      response.on('data', (data) => pieces.push(data));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        let parsed;
        try {
          parsed = JSON.parse(text);
        } catch { /* not JSON */ }
        resolve({ status: response.statusCode, headers: response.headers, text, body: parsed });
      });
    });
    request.setTimeout(15_000, () => request.destroy(new Error(`no answer to ${method} ${path}`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** The error's name as clients find it: the header first, without what may surround it. */
export const errorOf = ({ headers, status }) => (status < 400 ? undefined
  : (headers['x-amzn-errortype'] ?? '').split(':')[0].split('#').at(-1));

/** Requests with signatures of our own making over connections that stay open. */
export class Caller {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 32 });

  /** `usual` goes to every sign(): another region, for example. */
  constructor(t, server, key = keyOf(server), usual = {}) {
    this.server = server;
    this.key = key;
    this.usual = usual;
    t.after(() => this.#agent.destroy());
  }

  /** The headers of a request, signed; `signing` goes to sign(). */
  signatureOf({ method, path, body = '', headers = {}, service }, signing = {}) {
    const { host } = new URL(this.server.http);
    const all = body === '' ? headers : { 'content-type': 'application/json', ...headers };
    return sign({ method, host, path, body, service, ...this.key, headers: all, ...this.usual, ...signing });
  }

  /** A request of any kind, signed; with `given` its headers are signed already. */
  raw({ method, path, body = '', headers = {}, service }, { given = false, ...signing } = {}) {
    const all = given ? headers : this.signatureOf({ method, path, body, headers, service }, signing);
    return exchange(this.server.http, { method, path, headers: all, body, agent: this.#agent });
  }

  /** The same without a signature. */
  unsigned({ method, path, body = '', headers = {} }) {
    return exchange(this.server.http, {
      method, path, body, agent: this.#agent, headers: { 'content-type': 'application/json', ...headers },
    });
  }

  call(name, input = {}, signing = {}) {
    return this.raw(requestOf(name, input), signing);
  }

  /** The output of a call that succeeds. */
  async get(name, input = {}) {
    const answer = await this.call(name, input);
    assertSuccess(name, answer);
    return answer.body ?? {};
  }

  /** One of our own operations (api/rostrum.json). */
  async own(name, input = {}) {
    const answer = await this.raw(
      { method: 'POST', path: `/${name}`, body: JSON.stringify(input) }, { service: 'rostrum' });
    assert.ok(answer.status < 300, `${name}: ${answer.status} ${answer.text}`);
    return answer.body ?? {};
  }

  /** A caller with another key, made with these rights. */
  async withKey(t, rights) {
    const { accessKey } = await this.own('CreateAccessKey', rights);
    return new Caller(t, this.server, keyOf(accessKey));
  }
}

const seen = new Set();

/** What holds of every answer: a request id of its own, and headers for browsers. */
export function assertAnswer(what, { headers }) {
  const id = headers['x-amzn-requestid'];
  assert.ok(id, `${what}: x-amzn-RequestId`);
  assert.ok(!seen.has(id), `${what}: the request id ${id} came twice`);
  seen.add(id);
  assert.equal(headers['access-control-allow-origin'], '*', `${what}: Access-Control-Allow-Origin`);
  assert.match(headers['access-control-expose-headers'] ?? '', /x-amzn-errortype/i, what);
}

/** Success exactly as the model has it: status, and a body of the output's shape or none. */
export function assertSuccess(name, answer, what = name) {
  const { successStatus } = operation(name);
  assert.equal(answer.status, successStatus, `${what}: ${answer.status} ${answer.text}`);
  assertAnswer(what, answer);
  if (successStatus === 204) {
    assert.equal(answer.text, '', what);
    assert.equal(answer.headers['content-type'], undefined, `${what}: Content-Type without a body`);
    return;
  }
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/, what);
  assert.deepEqual(outputBreaches(name, answer.body), [], `${what}: ${answer.text}`);
}

/** A refusal by an operation, with what its service's errors have. */
export function assertRefusal(operationName, answer, name, what = operationName) {
  assertError(what, answer, name);
  assert.deepEqual(errorBreaches(operation(operationName).service, name, answer.body), [], `${what}: ${answer.text}`);
}

/** A refusal as every client can read it. */
export function assertError(what, answer, name, status = statusOf(name)) {
  const shown = `${what}: ${answer.status} ${errorOf(answer)} ${answer.text.slice(0, 300)}`;
  assert.equal(errorOf(answer), name, shown);
  assert.equal(answer.status, status, shown);
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/, shown);
  assert.ok(typeof answer.body?.message === 'string' && answer.body.message !== '', shown);
  assert.equal(answer.body.exceptionMessage, answer.body.message, shown);
  assertAnswer(what, answer);
}

/** Runs every check and fails once with all that was wrong. */
export async function all(checks) {
  const wrong = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      wrong.push(error.message.split('\n')[0].slice(0, 400));
    }
  }
  assert.equal(wrong.length, 0, `${wrong.length} of ${checks.length}:\n${wrong.join('\n')}`);
}
