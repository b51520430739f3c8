// Ten thousand viewers of a private channel arrive, each with a token of its own, and stay.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { test } from 'node:test';
import { get } from './support/hls.mjs';
import { signToken } from './support/playback_tokens.mjs';
import { broadcast, claimsOf, join, startPrivate } from './support/private.mjs';

const viewers = 10_000;
const connections = 64;

/** Processor time in ms and resident memory in MiB of a process. */
function usage(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = tasks.map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]));
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return { cpu: nanoseconds.reduce((a, b) => a + b) / 1e6, memory: (pages * 4096) / 2 ** 20 };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Does `one` with each of `list`, as many at a time as there are connections. */
async function each(list, one) {
  let next = 0;
  await Promise.all(Array.from({ length: connections }, async () => {
    while (next < list.length) await one(list[next], next++);
  }));
}

test(`${viewers} tokens are verified and ${viewers} sessions are held`, async (t) => {
  const api = await startPrivate(t, { log: { level: 'warn' } });
  const { channel } = await broadcast(t, api, {}, { size: '320x180', fps: 10, bitrate: '200k' });
  const path = new URL(channel.playbackUrl);
  const tokens = Array.from({ length: viewers }, (_, i) =>
    signToken(api.key, claimsOf(channel, { 'aws:viewer-id': `viewer-${i}` })));
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  t.after(() => agent.destroy());
  const sessions = new Array(viewers);
  const measured = async (what, work) => {
    const before = usage(api.server.child.pid);
    const started = performance.now();
    await work();
    const after = usage(api.server.child.pid);
    const cpu = after.cpu - before.cpu;
    t.diagnostic(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s, ${cpu.toFixed(0)} ms of CPU (${((cpu * 1000) / viewers).toFixed(0)} us each), `
      + `${after.memory.toFixed(0)} MiB (${(after.memory - before.memory).toFixed(0)} more)`);
  };

  await measured('verified', () => each(tokens, async (token, i) => {
    const answer = await get(`${path.href}?token=${token}`, { agent });
    assert.equal(answer.status, 200, answer.text());
    sessions[i] = /^s\/\S+index\.m3u8$/m.exec(answer.text())[0];
  }));
  assert.equal(new Set(sessions).size, viewers, 'a session for each');
  await measured('watched', () => each(sessions, async (uri) => {
    const answer = await get(new URL(uri, path).href, { agent });
    assert.equal(answer.status, 200, answer.text());
  }));
  await measured('came again with the same token', () => each(tokens, async (token) => {
    assert.equal((await get(`${path.href}?token=${token}`, { agent })).status, 200);
  }));

  // The same requests for a channel that anybody may watch, in turn with these.
  const { channel: open } = await broadcast(t, api, { authorized: false }, { size: '320x180', fps: 10, bitrate: '200k' });
  const { url: everybody } = await join(open);
  const lists = { open: [everybody], private: sessions.slice(0, 5000).map((uri) => new URL(uri, path).href) };
  const costs = { open: [], private: [] };
  for (let round = 0; round < 9; round += 1) {
    for (const [kind, urls] of Object.entries(lists)) {
      const before = usage(api.server.child.pid).cpu;
      await each(Array.from({ length: 5000 }, (_, i) => urls[i % urls.length]), async (url) => {
        assert.equal((await get(url, { agent })).status, 200);
      });
      costs[kind].push((usage(api.server.child.pid).cpu - before) / 5);
    }
  }
  const ratio = median(costs.private) / median(costs.open);
  t.diagnostic(`a playlist: ${median(costs.open).toFixed(1)} us for everybody, ${median(costs.private).toFixed(1)} us `
    + `with a session (${((ratio - 1) * 100).toFixed(0)} % more), ingest included`);
  assert.ok(ratio < 1.3, `${ratio}`);

  // One of them is thrown out; none of the others is.
  await api.caller.get('StartViewerSessionRevocation', { channelArn: channel.arn, viewerId: 'viewer-5000' });
  let refused = 0;
  await each(sessions, async (uri, i) => {
    const { status } = await get(new URL(uri, path).href, { agent });
    assert.equal(status, i === 5000 ? 403 : 200, `viewer ${i}`);
    if (status === 403) refused += 1;
  });
  assert.equal(refused, 1);
});
