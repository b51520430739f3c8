// The results service of polls from outside: the shapes that existing pages know, crowds, and what a crash leaves.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { quantile } from './support/player.mjs';
import { post, voteInACrowd, watchPoll } from './support/polls.mjs';
import { freePort } from './support/process.mjs';
import { channel, startFixed, startServer } from './support/server.mjs';

const put = (voter, poll, response) => JSON.stringify({ requestor_id: voter, poll_id: poll, type: 'answer', response });

test('every row of the contract, byte for byte', async (t) => {
  const server = await startServer(t, { channels: [channel] });
  const ask = (route, body, options) => post(`${server.http}/PROD/${route}`, body, options);
  const broke = [200, '{"state":"broke"}'];
  const success = [200, '{"state":"success"}'];
  const fail = [500, '{"state":"fail"}'];
  const internal = [502, '{"message":"Internal server error"}'];
  const rows = [
    ['poll-get', '{"poll_id":"unknown"}', 200, '{"state":"success","items":{},"responses":{}}'],
    ['requestor-get', '{"requestor_id":"unknown"}', 200, '{"state":"success","items":{}}'],
    ['requestor-put', put('ann', 'p', 'True'), ...success],
    ['requestor-put', put('bob', 'p', 'False'), ...success],
    ['poll-get', '{"poll_id":"p"}', 200, '{"state":"success","items":{"bob":"False","ann":"True"},"responses":{"False":1,"True":1}}'],
    ['requestor-put', put('ann', 'p', 'False'), ...success],
    ['poll-get', '{"poll_id":"p"}', 200, '{"state":"success","items":{"bob":"False","ann":"False"},"responses":{"False":2}}'],
    ['requestor-put', put(7, 'q', true), ...success],
    ['requestor-get', '{"requestor_id":"7"}', 200, '{"state":"success","items":{"q":"True"}}'],
    ['requestor-get', '{"requestor_id":7}', 200, '{"state":"success","items":{"q":"True"}}'],
    ['requestor-put', '{"requestor_id":"a","poll_id":"p","type":"question","response":"x"}', ...fail],
    ['requestor-put', '{"requestor_id":"a","poll_id":"p","response":"x"}', ...broke],
    ['requestor-put', '{"requestor_id":"a","type":"answer","response":"x"}', ...broke],
    ['requestor-put', '{"requestor_id":', ...broke],
    ['requestor-put', '', ...broke],
    ['poll-get', '{}', ...internal],
    ['poll-get', '', ...internal],
    ['requestor-get', 'nonsense', ...internal],
    ['unknown', '{}', ...fail],
  ];
  for (const [route, body, status, text] of rows) {
    const answer = await ask(route, body, { headers: { 'Content-Type': 'application/json' } });
    assert.deepEqual([answer.status, answer.text], [status, text], `${route} ${body}`);
    assert.equal(answer.headers.get('access-control-allow-origin'), status === 502 ? null : '*', `${route} ${body}`);
    assert.equal(answer.headers.get('content-type'), 'application/json');
  }
  for (let i = 1; i <= 6; i += 1) await ask('requestor-put', put('cid', `poll ${i}`, `${i}`));
  assert.equal((await ask('requestor-get', '{"requestor_id":"cid"}')).text,
    '{"state":"success","items":{"poll 6":"6","poll 5":"5","poll 4":"4","poll 3":"3","poll 2":"2"}}');
  // Every method is taken.
  assert.equal((await ask('requestor-put', put('dan', 'p', 'x'), { method: 'PUT' })).text, '{"state":"success"}');

  const preflight = await new Promise((resolve, reject) => {
    request(`${server.http}/PROD/requestor-put`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'http://elsewhere.example', 'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'access-control-allow-origin,content-type',
      },
    }, resolve).on('error', reject).end();
  });
  preflight.resume();
  assert.equal(preflight.statusCode, 200);
  assert.equal(preflight.headers['access-control-allow-origin'], '*');
  assert.equal(preflight.headers['access-control-allow-methods'], 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT');
  assert.equal(preflight.headers['access-control-allow-headers'],
    'Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token,access-control-allow-origin');
});

test('switched off there is nothing, elsewhere it is elsewhere', async (t) => {
  const moved = await startServer(t, { channels: [channel], polls: { prefix: '/polls' } });
  assert.equal((await post(`${moved.http}/polls/poll-get`, '{"poll_id":"p"}')).status, 200);
  assert.equal((await post(`${moved.http}/PROD/poll-get`, undefined, { method: 'GET' })).status, 404);
  const server = await startServer(t, { channels: [channel], polls: { enabled: false } });
  assert.equal((await post(`${server.http}/PROD/poll-get`, undefined, { method: 'GET' })).status, 404);
});

test('the stream: the present counts at once, then changes; a refusal in words', async (t) => {
  const server = await startServer(t, { channels: [channel] });
  assert.equal((await post(`${server.http}/PROD/poll-live`, undefined, { method: 'GET' })).status, 400);
  await post(`${server.http}/PROD/requestor-put`, put('ann', 'ünïcode & <p>', 'yes'));
  const { viewers: [viewer], reach } = await watchPoll(t, server.http, 'ünïcode & <p>', 1);
  assert.match(viewer.head, /^HTTP\/1.1 200 /);
  assert.match(viewer.head, /content-type: text\/event-stream/i);
  assert.match(viewer.head, /access-control-allow-origin: \*/i);
  assert.deepEqual(viewer.counts, { poll_id: 'ünïcode & <p>', responses: { yes: 1 }, total: 1 });
  await post(`${server.http}/PROD/requestor-put`, put('bob', 'ünïcode & <p>', 'no'));
  await reach(2);
  assert.deepEqual(viewer.counts.responses, { no: 1, yes: 1 });
  assert.equal(viewer.updates, 2);
  await server.stop(); // open streams do not hold it up
});

test('10,000 voters within 2 s, none lost, everybody sees it within 1 s, the same few octets each', async (t) => {
  const server = await startServer(t, { channels: [channel] });
  const octets = {};
  for (const voters of [1000, 10_000]) {
    const poll = `crowd of ${voters}`;
    const { viewers, reach } = await watchPoll(t, server.http, poll, 200);
    const { taken, took, waits } = await voteInACrowd(server.http, poll, { voters, lines: 200, spreadMs: 1500 });
    const done = performance.now();
    const seen = await reach(voters);
    octets[voters] = Math.max(...viewers.map((viewer) => viewer.octets));
    t.diagnostic(`${voters} voters: all acknowledged after ${took.toFixed(0)} ms (each waited ${quantile(waits, 0.5).toFixed(1)} ms, `
      + `99 % below ${quantile(waits, 0.99).toFixed(0)} ms); the last of 200 viewers knew ${(seen - done).toFixed(0)} ms later; `
      + `${octets[voters]} octets in ${viewers[0].updates} updates for each`);
    assert.equal(taken.length, voters);
    assert.ok(took < 2000, `${took} ms`);
    assert.ok(seen - done < 1000, `${seen - done} ms`);
    for (const { counts } of viewers) assert.equal(counts.total, voters);
    const { items, responses } = JSON.parse((await post(`${server.http}/PROD/poll-get`, JSON.stringify({ poll_id: poll }))).text);
    assert.equal(Object.keys(items).length, voters);
    assert.equal(Object.values(responses).reduce((sum, votes) => sum + votes, 0), voters);
  }
  // Four updates a second and some digits more are all the difference there can be.
  assert.ok(octets[10_000] < 4000 && octets[10_000] < 2.5 * octets[1000], JSON.stringify(octets));
});

test('what was acknowledged survives kill -9', async (t) => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-test-'));
  const first = await startFixed(t, {}, port, folder);
  const url = `http://127.0.0.1:${port}`;
  // A crowd that is in the middle of it, and some of whom every answer is known.
  const crowd = voteInACrowd(url, 'p', { voters: 15_000, lines: 50 }).catch((error) => error);
  const { taken } = await voteInACrowd(url, 'p', { voters: 500, lines: 20, first: 1_000_000 });
  first.child.kill('SIGKILL');
  await crowd;
  await first.exited;
  assert.equal(taken.length, 500);
  await startFixed(t, {}, port, folder);
  const { items, responses } = JSON.parse((await post(`${url}/PROD/poll-get`, '{"poll_id":"p"}')).text);
  for (const voter of taken) assert.ok(Object.hasOwn(items, `voter-${voter}`), `voter-${voter}`);
  assert.equal(Object.values(responses).reduce((sum, votes) => sum + votes, 0), Object.keys(items).length);
});
