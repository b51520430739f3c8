// The live platform when things go wrong: twice the load that it promises, a disk that fills up, a server that is killed in the
// middle of everything. What was acknowledged is there afterwards, and what was refused is not there at all.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { small } from './support/broadcast.mjs';
import { Chat } from './support/chat.mjs';
import { get } from './support/hls.mjs';
import { base, password, register, signIn, startPlatform, streamOf, Visitor } from './support/platform.mjs';
import { png } from './support/platform_page.mjs';
import { quantile } from './support/player.mjs';
import { eventually, freePort, within } from './support/process.mjs';
import { publishWithFfmpeg } from './support/publisher.mjs';
import { startFixed } from './support/server.mjs';
import { noSmallDisks, startOnSmallDisk } from './support/small_disk.mjs';

const tea = { question: 'Tea or coffee?', answers: ['Tea', 'Coffee'], duration: 120, visitors: true };
const platform = { auto_verify: true, attempts_per_minute: 100_000, requests_per_second: 0 };

/** anna's picture is on, and a poll for everybody is open. */
async function pollOn(t, server) {
  const anna = await register(server, 'anna');
  const { streamKey } = await streamOf(anna);
  const publisher = publishWithFfmpeg(t, `${server.rtmps}/app/${streamKey}`, small());
  await eventually(20_000, 'anna to be live', async () => (await anna.must('GET', '/me/channel')).live, () => publisher.output() + server.output());
  const { poll } = await anna.must('POST', '/me/overlays/poll/start', { data: tea });
  return { anna, poll, publisher };
}

/** Does `each(i)` for 0 to count - 1, at most `together` at a time. */
async function crowd(count, together, each) {
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(together, count) }, async () => {
    while (next < count) {
      const i = next;
      next += 1;
      await each(i);
    }
  }));
}

const addressOf = (i) => ({ 'X-Forwarded-For': `10.${1 + Math.floor(i / 62_500)}.${Math.floor(i / 250) % 250}.${1 + (i % 250)}` });
const passFor = async (server, i) => {
  const { status, body } = await new Visitor(server).ask('POST', `${base}/channels/anna/poll/visitor`, {}, addressOf(i));
  assert.equal(status, 200, JSON.stringify(body));
  return body.visitor;
};
const voteWith = (server, poll, pass, i) => new Visitor(server).ask('POST', `${base}/channels/anna/poll/votes`,
  { poll: poll.id, option: i % 2, visitor: pass }, addressOf(i));

test('twice the load: votes, pictures and sign-ins at once, beside which the directory answers', { timeout: 240_000 }, async (t) => {
  const server = await startPlatform(t, { platform, http: { trusted_proxies: '127.0.0.1' } });
  const { anna, poll } = await pollOn(t, server);
  const people = [];
  await crowd(20, 4, async (i) => people.push(await register(server, `person${i}`)));

  const votes = 20_000;
  const passes = [];
  await crowd(votes, 50, async (i) => { passes[i] = await passFor(server, i); });

  const told = { votes: new Map(), uploads: new Map(), signIns: new Map() };
  const note = (kind, { status, body }) => told[kind].set(`${status} ${body?.type ?? ''}`, (told[kind].get(`${status} ${body?.type ?? ''}`) ?? 0) + 1);
  const waits = [];
  let isOver = false;
  const reader = (async () => {
    while (!isOver) {
      const begun = performance.now();
      const answer = await fetch(`${server.http}${base}/directory`);
      assert.equal(answer.status, 200);
      assert.equal((await answer.json()).live.length, 1);
      waits.push(performance.now() - begun);
      await new Promise((resolve) => { setTimeout(resolve, 20); }); // as fifty visitors a second
    }
  })();
  const begun = performance.now();
  await Promise.all([
    crowd(votes, 50, async (i) => note('votes', await voteWith(server, poll, passes[i], i))),
    crowd(200, 200, async (i) => note('uploads', await people[i % 20].put(`/me/${i % 40 < 20 ? 'avatar' : 'banner'}`, png))),
    crowd(1000, 1000, async (i) => note('signIns', await new Visitor(server).post('/session', { login: `person${i % 20}`, password, token: true }))),
  ]);
  const took = performance.now() - begun;
  isOver = true;
  await reader;
  t.diagnostic(`${took.toFixed(0)} ms; ${Object.entries(told).map(([kind, counts]) => `${kind}: ${[...counts].map(([what, n]) => `${what.trim()} x ${n}`).join(', ')}`).join('; ')}; `
    + `directory ${waits.length} times, p50 ${quantile(waits, 0.5).toFixed(0)}, p99 ${quantile(waits, 0.99).toFixed(0)}, most ${Math.max(...waits).toFixed(0)} ms`);
  assert.deepEqual([...told.votes], [['200 ', votes]]);
  const { poll: counted } = await anna.must('GET', '/channels/anna/poll');
  assert.deepEqual([counted.total, counted.options.map((option) => option.votes)], [votes, [votes / 2, votes / 2]]);
  // Whoever does not get a turn is told so, with a time to come again.
  for (const kind of ['uploads', 'signIns']) {
    for (const what of told[kind].keys()) assert.match(what, /^(200 |503 Busy|429 TooManyRequests)$/, kind);
    assert.ok(told[kind].get('200 ') > 20, kind);
  }
  assert.ok(quantile(waits, 0.5) < 250, 'the directory does not wait for the crowd');
  for (const person of people.slice(0, 5)) {
    const { account } = await person.must('GET', '/session');
    assert.equal((await get(`${server.http}${account.avatarUrl}`)).status, 200);
  }
});

test('a full disk refuses clearly, keeps what it acknowledged, and passes', { timeout: 120_000, skip: noSmallDisks }, async (t) => {
  const server = await startOnSmallDisk(t, 40, { platform });
  const { anna, poll } = await pollOn(t, server);
  const ben = await register(server, 'benny');
  const chat = new Chat(t, server);
  const talker = await chat.open((await ben.must('POST', '/channels/anna/chat', {})).token);
  const passes = [];
  await crowd(400, 8, async (i) => { passes[i] = await passFor(server, i); });

  server.fill();
  const done = { register: [], vote: [], upload: [], title: [], follow: [], report: [] };
  const refused = { register: [], vote: [], upload: [], title: [], follow: [], report: [] };
  const types = new Map();
  const tell = (kind, i, { status, body }) => {
    if (status < 300) {
      done[kind].push(i);
      return;
    }
    assert.ok(status === 507 && body.type === 'DiskFull' || status === 503 && body.type === 'Busy', `${kind}: ${status} ${JSON.stringify(body)}`);
    assert.ok(body.message.length > 10);
    types.set(body.type, (types.get(body.type) ?? 0) + 1);
    refused[kind].push(i);
  };
  const newcomer = (i) => ({ name: `guest${i}`, email: `guest${i}@example.org`, password });
  const titleOf = async () => (await anna.must('GET', '/me/channel')).title;
  let title = await titleOf();
  let avatar;
  // Where the journal was larger before, some things still fit.
  for (let i = 0; i < passes.length && Object.values(refused).some((list) => list.length < 8); ++i) {
    const visitor = new Visitor(server);
    await visitor.get('/session');
    await Promise.all([
      visitor.post('/accounts', newcomer(i)).then((answer) => tell('register', i, answer)),
      voteWith(server, poll, passes[i], i).then((answer) => tell('vote', i, answer)),
      ben.put('/me/avatar', png).then((answer) => {
        tell('upload', i, answer);
        if (answer.status < 300) avatar = answer.body.url;
      }),
      anna.patch('/me/channel', { title: `Title ${i}` }).then((answer) => {
        tell('title', i, answer);
        if (answer.status < 300) title = `Title ${i}`;
      }),
      ben[i % 2 ? 'delete' : 'put']('/channels/anna/follow').then((answer) => tell('follow', i, answer)),
      ben.post('/reports', { channel: 'anna', reason: 'spam', details: `report ${i} ${'x'.repeat(400)}` }).then((answer) => tell('report', i, answer)),
      visitor.get('/directory').then(({ status }) => assert.equal(status, 200)),
      visitor.get('/channels/anna').then(({ status }) => assert.equal(status, 200)),
    ]);
  }
  for (const [kind, list] of Object.entries(refused)) assert.ok(list.length >= 8, `${kind}: ${list.length} refused`);
  assert.equal((await talker.say('still talking')).Content, 'still talking');
  t.diagnostic(`done ${Object.entries(done).map(([kind, list]) => `${kind} ${list.length}`).join(', ')}; refused ${JSON.stringify([...types])}`);
  assert.equal(server.child.exitCode, null, server.output());

  server.empty();
  await eventually(10_000, 'room', async () => (await ben.put('/channels/anna/follow')).status === 204);
  // What was acknowledged is there, what was refused is not there and can be done now.
  for (const i of done.register) await signIn(server, `guest${i}`);
  for (const i of refused.register.slice(0, 8)) {
    assert.equal((await new Visitor(server).post('/session', { login: `guest${i}`, password })).status, 401);
    await register(server, `guest${i}`);
  }
  assert.equal(await titleOf(), title);
  assert.equal((await ben.must('GET', '/session')).account.avatarUrl, avatar);
  if (avatar) assert.equal((await get(server.http + avatar)).status, 200);
  const totalOf = async () => (await anna.must('GET', '/channels/anna/poll')).poll.total;
  assert.equal(await totalOf(), done.vote.length);
  for (const i of refused.vote) assert.equal((await voteWith(server, poll, passes[i], i)).status, 200);
  for (const i of done.vote.slice(0, 8)) assert.equal((await voteWith(server, poll, passes[i], i)).body.type, 'AlreadyVoted');
  assert.equal(await totalOf(), done.vote.length + refused.vote.length);
  const { url } = await ben.must('PUT', '/me/avatar', png);
  assert.equal((await get(server.http + url)).status, 200);
  const unfinished = readdirSync(join(server.disk, 'assets'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath?.includes('incoming'));
  assert.deepEqual(unfinished, [], 'no picture is left half-written');
  assert.equal((await talker.say('and again')).Content, 'and again');
});

test('a server that is killed keeps all that it acknowledged', { timeout: 180_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-killed-'));
  const [port, rtmps] = [await freePort(), await freePort()];
  const run = async () => ({
    ...await startFixed(t, { platform, channels: [], renditions: { mode: 'off' }, rtmps: { listen: `127.0.0.1:${rtmps}` },
      http: { listen: `127.0.0.1:${port}`, trusted_proxies: '127.0.0.1' } }, port, folder),
    http: `http://127.0.0.1:${port}`, rtmp: 'rtmp://127.0.0.1:1', rtmps: `rtmps://127.0.0.1:${rtmps}`,
  });
  let server = await run();
  const { anna, poll } = await pollOn(t, server);
  const people = [];
  await crowd(12, 4, async (i) => {
    people[i] = await register(server, `person${i}`);
    await streamOf(people[i]);
  });
  const passes = [];
  await crowd(6000, 50, async (i) => { passes[i] = await passFor(server, i); });
  const total = { register: 0, vote: 0, follow: 0, upload: 0 };
  let nextVote = 0;
  let votes = 0; // how many are counted
  let unsure = []; // votes without an answer

  for (let round = 0; round < 3; ++round) {
    const acknowledged = { register: [], vote: [], follow: new Map(), upload: new Map() };
    const begun = { register: [], vote: [], follow: new Map() };
    let isKilled = false;
    // Until the server is gone; an answer that does not come is no answer.
    const keepOn = (act) => (async () => {
      while (!isKilled) {
        try {
          await act();
        } catch (error) {
          if (!isKilled && error?.name === 'AssertionError') throw error;
        }
      }
    })();
    let nextName = 0;
    let enough;
    const busy = new Promise((resolve) => { enough = resolve; });
    const count = () => {
      if (acknowledged.register.length >= 6 && acknowledged.vote.length >= 300 && acknowledged.follow.size >= 8 && acknowledged.upload.size >= 4) enough();
    };
    const crowds = [
      ...Array.from({ length: 3 }, () => keepOn(async () => {
        const name = `round${round}x${nextName}`;
        nextName += 1;
        begun.register.push(name);
        const visitor = new Visitor(server);
        await visitor.get('/session');
        const { status, body } = await visitor.post('/accounts', { name, email: `${name}@example.org`, password });
        assert.ok(status === 201 || status === 503, `${status} ${JSON.stringify(body)}`);
        if (status === 201) acknowledged.register.push(name);
        count();
      })),
      ...Array.from({ length: 8 }, () => keepOn(async () => {
        if (nextVote >= 2000 * (round + 1)) {
          await within(60_000, busy, 'the others'); // there are votes for each round
          return;
        }
        const i = nextVote;
        nextVote += 1;
        begun.vote.push(i);
        const { status, body } = await voteWith(server, poll, passes[i], i);
        assert.equal(status, 200, JSON.stringify(body));
        acknowledged.vote.push(i);
        count();
      })),
      ...people.map((person, i) => keepOn(async () => {
        const other = `person${(i + 1 + (begun.follow.get(i) ?? 0)) % people.length}`;
        if ((begun.follow.get(i) ?? 0) >= people.length - 1) return void await within(60_000, busy, 'the others');
        begun.follow.set(i, (begun.follow.get(i) ?? 0) + 1);
        const { status } = await person.put(`/channels/${other}/follow`);
        assert.equal(status, 204);
        acknowledged.follow.set(`${i} ${other}`, true);
        count();
      })),
      ...people.slice(0, 4).map((person, i) => keepOn(async () => {
        const { status, body } = await person.put('/me/avatar', png);
        assert.ok(status === 200 || status === 503, `${status} ${JSON.stringify(body)}`);
        if (status === 200) acknowledged.upload.set(i, body.url);
        count();
      })),
    ];
    await within(60_000, Promise.race([busy, ...crowds]), 'a busy server', server.output);
    isKilled = true;
    server.child.kill('SIGKILL');
    await server.exited;
    await Promise.all(crowds);
    total.register += acknowledged.register.length;
    total.vote += acknowledged.vote.length;
    total.follow += acknowledged.follow.size;
    total.upload += acknowledged.upload.size;
    server = await run();

    for (const name of acknowledged.register) await signIn(server, name);
    for (const name of begun.register.filter((one) => !acknowledged.register.includes(one))) {
      // Wholly there or not at all.
      const { status } = await new Visitor(server).post('/session', { login: name, password });
      if (status === 401) await register(server, name);
      else assert.equal(status, 200);
    }
    votes += acknowledged.vote.length;
    unsure = unsure.concat(begun.vote.filter((i) => !acknowledged.vote.includes(i)));
    const { poll: counted } = await anna.must('GET', '/channels/anna/poll');
    assert.equal(counted.total, counted.options.reduce((sum, option) => sum + option.votes, 0));
    assert.ok(counted.total >= votes && counted.total <= votes + unsure.length, `${votes} votes acknowledged, ${unsure.length} without answer, ${counted.total} counted`);
    for (const i of acknowledged.vote.slice(-20)) assert.equal((await voteWith(server, poll, passes[i], i)).body.type, 'AlreadyVoted');
    for (const i of unsure) {
      const { status, body } = await voteWith(server, poll, passes[i], i);
      assert.ok(status === 200 || body.type === 'AlreadyVoted', JSON.stringify(body));
    }
    votes += unsure.length;
    unsure = [];
    assert.equal((await anna.must('GET', '/channels/anna/poll')).poll.total, votes, 'each of them once');
    for (const key of acknowledged.follow.keys()) {
      const [i, other] = key.split(' ');
      assert.equal((await people[i].must('GET', `/channels/${other}`)).isFollowing, true, key);
    }
    const followers = (await anna.must('GET', '/channels/person0')).followers;
    const known = (await Promise.all(people.map((person) => person.must('GET', '/channels/person0')))).filter(({ isFollowing }) => isFollowing).length;
    assert.equal(followers, known, 'the number of followers is that of followers');
    for (const [i] of acknowledged.upload) {
      const { account } = await people[i].must('GET', '/session');
      const picture = await get(`${server.http}${account.avatarUrl}`);
      assert.equal(picture.status, 200);
      assert.ok(picture.body.length > 50);
    }
    for (const person of people) for (let k = 0; k < people.length; ++k) await person.delete(`/channels/person${k}/follow`);
  }
  t.diagnostic(`acknowledged before three kills: ${JSON.stringify(total)}`);
});
