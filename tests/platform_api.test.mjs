// The live platform's API as a whole: every route for every role, nobody's things by anybody's id, and answers as documented.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { administratorOf, base, password, register, startPlatform, tokenOf, Visitor } from './support/platform.mjs';
import { repository } from './support/process.mjs';

const rank = { anyone: 0, 'signed-in': 1, moderator: 2, administrator: 3 };

/** A value that a schema takes, as small as it gets. */
function sample(schema) {
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'integer':
    case 'number': return schema.minimum ?? 0;
    case 'boolean': return false;
    case 'array': return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}));
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((name) => [name, sample(schema.properties[name])]));
    default: return 'x'.repeat(Math.max(schema.minLength ?? 0, 1));
  }
}

/** What of `value` is not as `schema` says, one line each. */
function deviations(schema, value, place = 'body') {
  if (value === null || value === undefined) return [];
  const is = Array.isArray(value) ? 'array' : typeof value;
  const wanted = schema.type === 'integer' ? 'number' : schema.type;
  if (wanted && is !== wanted) return [`${place} is ${is}, not ${schema.type}`];
  if (is === 'array') return value.flatMap((entry, i) => deviations(schema.items ?? {}, entry, `${place}[${i}]`));
  if (is !== 'object' || !schema.properties) return [];
  return Object.entries(value).flatMap(([name, member]) => (schema.properties[name]
    ? deviations(schema.properties[name], member, `${place}.${name}`)
    : [`${place}.${name} is not documented`]));
}

const bodyOf = (operation) => operation.requestBody?.content['application/json']?.schema;
const operationsOf = (document) => Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));

/** Routes that end what the test stands on, or that belong to nobody's role. */
const isLast = ({ path, method }) => method === 'DELETE' && /\/(me|session|sessions|channel)$/.test(path);

test('docs/platform-api.md is what the server says', async (t) => {
  const server = await startPlatform(t);
  const document = await fetch(`${server.http}${base}/openapi.json`).then((answer) => answer.text());
  const made = spawnSync(process.execPath, [`${repository}tools/platform_api_docs.mjs`], { input: document, encoding: 'utf8' });
  assert.equal(made.stderr, '');
  assert.equal(readFileSync(`${repository}docs/platform-api.md`, 'utf8'), made.stdout, 'write it anew: see its first lines');
});

test('every route for every role', async (t) => {
  const server = await startPlatform(t);
  const { body: document } = await new Visitor(server).get('/openapi.json');
  const operations = operationsOf(document);
  assert.ok(operations.length > 100, `${operations.length} routes`);
  const people = {
    anyone: async () => [new Visitor(server), ''],
    'signed-in': async () => [await register(server, 'roger'), await tokenOf(server, 'roger')],
    moderator: async () => {
      const moderator = await register(server, 'molly');
      await (await administratorOf(server)).must('PATCH', `/admin/accounts/${moderator.id}`, { role: 'moderator' });
      return [moderator, await tokenOf(server, 'molly')];
    },
    administrator: async () => [await administratorOf(server), await tokenOf(server, server.administrator.name, server.administrator.password)],
  };
  const ordered = [...operations.filter((one) => !isLast(one)), ...operations.filter(isLast)];
  for (const [role, make] of Object.entries(people)) {
    const [person, token] = await make();
    await person.must('GET', '/session');
    const wrong = [];
    for (const { path, method, operation } of ordered) {
      if (/\/(feed|session)$/.test(path) || (isLast({ path, method }) && rank[role] >= 1)) continue;
      const address = path.replaceAll(/\{\w+\}/g, 'nobody-there');
      const schema = bodyOf(operation);
      const query = (operation.parameters ?? []).filter((one) => one.in === 'query' && one.required)
        .map((one) => `${one.name}=${encodeURIComponent(sample(one.schema))}`).join('&');
      const isDemo = !path.startsWith(base);
      // The demo's clients have tokens, and its routes take nothing else.
      const { status, body } = await person.ask(method, `${address}${query ? `?${query}` : ''}`, schema ? sample(schema) : undefined,
        isDemo && token ? { Authorization: token } : {});
      const where = `${method} ${path} as ${role}: ${status} ${JSON.stringify(body)?.slice(0, 200)}`;
      if (status >= 500 && !(isDemo && body?.__type) && status !== 501) wrong.push(`broken: ${where}`);
      const access = operation['x-access'];
      if (rank[role] < rank[access]) {
        if (role === 'anyone' ? status !== 401 : status !== 403) wrong.push(`let in: ${where}`);
      } else if (rank[access] > 0 && status === 401 && !/password|email/i.test(JSON.stringify(schema?.required ?? []))) {
        wrong.push(`kept out: ${where}`);
      }
      if (status >= 400) {
        const named = isDemo ? body?.__type : body?.type && body?.message;
        if (!named) wrong.push(`no words: ${where}`);
      }
    }
    assert.deepEqual(wrong, []);
  }
});

test('answers are as the document says', async (t) => {
  const server = await startPlatform(t);
  const person = await register(server, 'anna.a');
  await person.must('POST', '/me/channel');
  const administrator = await administratorOf(server);
  const { body: document } = await person.get('/openapi.json');
  const off = [];
  for (const { path, method, operation } of operationsOf(document)) {
    if (method !== 'GET' || path.includes('/oidc/')) continue;
    const schema = operation.responses['2XX'].content?.['application/json']?.schema;
    if (!schema) continue;
    const asker = operation['x-access'] === 'administrator' || operation['x-access'] === 'moderator' || path.includes('mailbox') ? administrator : person;
    const address = path.replace('{name}', 'anna.a').replace('{username}', 'anna.a').replace('{id}', person.id);
    if (address.includes('{')) continue;
    const { status, body } = await asker.ask('GET', address);
    if (status !== 200) continue;
    off.push(...deviations(schema, body, `${method} ${path}: body`));
    for (const name of schema.required ?? []) if (body[name] === undefined) off.push(`${method} ${path}: no ${name}`);
  }
  assert.deepEqual(off, []);
});

test('bad input gets a sentence and changes nothing', async (t) => {
  const server = await startPlatform(t);
  const person = await register(server, 'bertha');
  await person.must('POST', '/me/channel');
  const { body: document } = await person.get('/openapi.json');
  const junk = [[], 'text', 7, { a: { b: { c: 1 } } }, -1e300, '\u0000', 'x'.repeat(5000), null, true];
  const wrong = [];
  for (const { path, method, operation } of operationsOf(document)) {
    const schema = bodyOf(operation);
    // A name may be anything that is one.
    if (!schema?.properties || isLast({ path, method }) || /name/i.test(path.replace('{name}', ''))) continue;
    const address = path.replace('{name}', 'bertha').replaceAll(/\{\w+\}/g, 'x');
    for (const name of Object.keys(schema.properties)) {
      for (const value of junk) {
        const { status, body } = await person.ask(method, address, { ...sample(schema), [name]: value });
        if (status >= 500 && body?.type !== 'Busy' && !body?.__type) wrong.push(`${method} ${path} ${name}=${JSON.stringify(value)?.slice(0, 40)}: ${status} ${JSON.stringify(body)}`);
      }
    }
    for (const text of ['{', '[]', 'null', '{"a":', '\ufeff{}', '['.repeat(3000)]) {
      const answer = await fetch(`${server.http}${address}`, {
        method, body: text, headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': person.csrf, Cookie: [...person.cookies].map((pair) => pair.join('=')).join('; ') },
      });
      if (answer.status >= 500) wrong.push(`${method} ${path} with ${text.slice(0, 10)}: ${answer.status}`);
      await answer.text();
    }
  }
  assert.deepEqual(wrong, []);
  const { account } = await person.must('GET', '/session');
  assert.equal(account.name, 'bertha', 'nothing happened to the account');
});

test('what others own cannot be had by its id', async (t) => {
  const server = await startPlatform(t);
  const [ann, ben] = [await register(server, 'anna'), await register(server, 'ben_b')];
  for (const person of [ann, ben]) await person.must('POST', '/me/channel');
  const product = await ann.must('POST', '/me/products', { title: 'Mug', price: '$ 7' });
  const sessions = await ann.must('GET', '/sessions');
  const owned = [
    ['DELETE', `/sessions/${sessions.sessions[0].id}`],
    ['PUT', `/me/products/${product.id}`, { title: 'Taken', price: '0' }],
    ['DELETE', `/me/products/${product.id}`],
    ['GET', '/channels/anna/bans'],
    ['PUT', '/channels/anna/bans/anna', {}],
    ['PUT', '/channels/anna/moderators/ben_b', {}],
    ['GET', '/channels/anna/chat/settings'],
    ['PUT', '/channels/anna/chat/settings', { slowMode: 30 }],
    ['GET', '/channels/anna/reports'],
    ['PUT', '/channels/anna/chat/pin', { messageId: 'AAAAAAAAAAAA' }],
    ['GET', `/admin/accounts/${ann.id}`],
    ['PATCH', `/admin/accounts/${ann.id}`, { role: 'administrator' }],
    ['DELETE', `/admin/accounts/${ann.id}`],
  ];
  for (const [method, path, body] of owned) {
    const answer = await ben.ask(method, base + path, body);
    assert.ok([403, 404].includes(answer.status), `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const mine = await ann.must('GET', '/me/products');
  assert.equal(mine.products?.[0]?.title ?? mine.items?.[0]?.title, 'Mug');
  const { account } = await ben.must('GET', '/session');
  assert.notEqual(account.role, 'administrator');
  // Nor does an id of somebody else's channel help on one's own routes.
  const theirs = await ann.must('GET', '/me/channel');
  const got = await ben.ask('POST', `${base}/me/channel/operations/ListStreamSessions`, { channelArn: theirs.channelArn });
  assert.ok(got.status !== 200 || got.body.streamSessions.length === 0);
  const refused = await ben.ask('POST', `${base}/me/channel/operations/DeleteChannel`, { arn: theirs.channelArn });
  assert.ok([400, 403, 404].includes(refused.status), `${refused.status}`);
});

test('requests that other sites make are refused', async (t) => {
  const server = await startPlatform(t);
  const person = await register(server, 'carla');
  const cookie = [...person.cookies].map((pair) => pair.join('=')).join('; ');
  const change = (headers) => fetch(`${server.http}${base}/me`, {
    method: 'PATCH', headers: { 'Content-Type': 'application/json', Cookie: cookie, ...headers }, body: '{"color":"blue"}',
  });
  assert.equal((await change({})).status, 403, 'a cookie alone');
  assert.equal((await change({ 'X-CSRF-Token': 'x'.repeat(43) })).status, 403);
  const other = await register(server, 'dora');
  assert.equal((await change({ 'X-CSRF-Token': other.csrf })).status, 403, "somebody else's");
  assert.equal((await change({ 'X-CSRF-Token': person.csrf })).status, 200);
  // Signing in a visitor under the attacker's account is refused, too.
  const login = (headers) => fetch(`${server.http}${base}/session`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ login: 'carla', password }),
  });
  assert.equal((await login({ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' })).status, 403);
  assert.equal((await login({ Origin: server.http, 'Sec-Fetch-Site': 'same-origin' })).status, 200);
  // A session that existed before is not the one that signs in.
  const fixed = new Visitor(server);
  fixed.cookies.set('rostrum_session', 'A'.repeat(43));
  await fixed.ask('POST', `${base}/session`, { login: 'carla', password });
  assert.notEqual(fixed.cookies.get('rostrum_session'), 'A'.repeat(43));
  const cookies = (await login({})).headers.getSetCookie().find((text) => text.startsWith('rostrum_session='));
  assert.match(cookies, /HttpOnly/i);
  assert.match(cookies, /SameSite=Lax/i);
  // Tokens work from anywhere, since no browser adds them by itself.
  const token = await tokenOf(server, 'carla');
  for (const authorization of [token, `Bearer ${token}`]) {
    const answer = await fetch(`${server.http}${base}/me`, {
      method: 'PATCH', body: '{"color":"green"}', headers: { 'Content-Type': 'application/json', Authorization: authorization, Origin: 'https://app.example' },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  }
  // Pages of the demo stand elsewhere: their browser asks before it sends a token.
  for (const [path, method] of [['/channel/followingList/add', 'PUT'], ['/channel', 'DELETE'], [`${base}/me`, 'PATCH']]) {
    const answer = await fetch(`${server.http}${path}`, {
      method: 'OPTIONS', headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': 'authorization,content-type' },
    });
    assert.equal(answer.status, 204, path);
    assert.match(answer.headers.get('access-control-allow-methods'), new RegExp(method), path);
    assert.match(answer.headers.get('access-control-allow-headers'), /authorization/i, path);
    assert.equal(answer.headers.get('access-control-allow-credentials'), null, 'never with cookies');
  }
});
