// The live platform from outside: a server of its own, and people who use it.
import assert from 'node:assert/strict';
import { startServer } from './server.mjs';

export const password = 'Correct-horse-7';
export const base = '/api/platform/v1';

/** A server whose people need not prove their addresses, unless `config` says otherwise. */
export async function startPlatform(t, { platform = {}, ...config } = {}) {
  const server = await startServer(t, {
    channels: [],
    platform: { auto_verify: true, attempts_per_minute: 10_000, requests_per_second: 0, ...platform },
    ...config,
  });
  assert.equal(typeof server.administrator?.password, 'string', 'the first administrator is told');
  return server;
}

/** Somebody with a browser: keeps cookies and the CSRF token, like a page does. */
export class Visitor {
  constructor(server, { name = 'visitor' } = {}) {
    this.server = server;
    this.name = name;
    this.cookies = new Map();
    this.csrf = '';
  }

  /** {status, headers, body} of a request; `body` is the JSON, or the text where it is none. */
  async ask(method, path, body, headers = {}) {
    const isOctets = body instanceof Uint8Array;
    const answer = await fetch(`${this.server.http}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(body !== undefined && !isOctets ? { 'Content-Type': 'application/json' } : {}),
        ...(this.cookies.size > 0 ? { Cookie: [...this.cookies].map(([key, value]) => `${key}=${value}`).join('; ') } : {}),
        ...(this.csrf && !['GET', 'HEAD'].includes(method) ? { 'X-CSRF-Token': this.csrf } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isOctets ? body : JSON.stringify(body) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = cookie.split('; ');
      const at = pair.indexOf('=');
      const gone = pair.slice(at + 1) === '' || attributes.some((text) => /^max-age=0$/i.test(text));
      if (gone) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await answer.text();
    let read = text;
    try {
      read = text === '' ? undefined : JSON.parse(text);
    } catch { /* it is no JSON */ }
    if (read?.csrfToken) this.csrf = read.csrfToken;
    return { status: answer.status, headers: answer.headers, body: read };
  }

  get(path) { return this.ask('GET', base + path); }
  post(path, body = {}) { return this.ask('POST', base + path, body); }
  put(path, body = {}) { return this.ask('PUT', base + path, body); }
  patch(path, body = {}) { return this.ask('PATCH', base + path, body); }
  delete(path, body) { return this.ask('DELETE', base + path, body); }

  /** The body of an answer that has to be a success. */
  async must(method, path, body) {
    const answer = await this.ask(method, base + path, body);
    assert.ok(answer.status >= 200 && answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

/** Somebody new with an account, signed in. */
export async function register(server, name, { email = `${name.toLowerCase()}@example.org` } = {}) {
  const person = new Visitor(server, { name });
  await person.must('GET', '/session');
  const made = await person.must('POST', '/accounts', { name, email, password });
  assert.equal(made.confirmed, true);
  assert.equal(made.account.name, name);
  person.email = email;
  person.id = made.account.id;
  return person;
}

export async function signIn(server, login, secret = password) {
  const person = new Visitor(server, { name: login });
  await person.must('GET', '/session');
  await person.must('POST', '/session', { login, password: secret });
  return person;
}

export const administratorOf = (server) => signIn(server, server.administrator.name, server.administrator.password);

/** An access token, as programs use it. */
export async function tokenOf(server, login, secret = password) {
  const { accessToken } = await new Visitor(server).must('POST', '/session', { login, password: secret, token: true });
  assert.match(accessToken, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  return accessToken;
}

/** What a person's encoder needs: the channel, and where to publish. */
export async function streamOf(person) {
  const made = await person.ask('POST', `${base}/me/channel`, {});
  assert.ok([200, 201].includes(made.status), JSON.stringify(made.body));
  const channel = await person.must('GET', '/me/channel');
  const { streamKey } = await person.must('GET', '/me/channel/key');
  const { port } = new URL(person.server.rtmp.replace('rtmp:', 'http:'));
  return { ...channel, streamKey, publishUrl: `rtmp://127.0.0.1:${port}/app/${streamKey}` };
}
