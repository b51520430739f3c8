// Overlays and polls from outside: what viewers get in the picture's time, who may vote and how often, and what is left
// after a restart.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { small } from './support/broadcast.mjs';
import { Chat } from './support/chat.mjs';
import { follow, get, variantUrl, waitLive } from './support/hls.mjs';
import { base, register, startPlatform, streamOf, tokenOf, Visitor } from './support/platform.mjs';
import { eventually, freePort } from './support/process.mjs';
import { publishWithFfmpeg } from './support/publisher.mjs';
import { startFixed } from './support/server.mjs';
import { events, isCue, schemes } from './support/timed_metadata.mjs';

const celebration = 'N4IgJghgLhIFyjAVwE7QJYHsB28CMADAL4A0I2EAtgKbwgDG1ANtQEZpRa5FA===';
const packedNull = 'HYVwNmQ=';
const tea = { question: 'Tea or coffee?', answers: ['Tea', 'Coffee'], duration: 120 };

/** anna, who streams, and others by name. */
async function evening(t, names = [], config = {}, server = undefined) {
  server ??= await startPlatform(t, config);
  const anna = await register(server, 'anna');
  const channel = await streamOf(anna);
  const publisher = publishWithFfmpeg(t, `${server.rtmps}/app/${channel.streamKey}`, small());
  await eventually(20_000, 'anna to be live', async () => (await anna.must('GET', '/me/channel')).live,
    () => publisher.output() + server.output());
  const people = [];
  for (const name of names) people.push(await register(server, name));
  return { server, anna, channel, publisher, people };
}

const start = (person, kind, data) => person.post(`/me/overlays/${kind}/start`, data === undefined ? {} : { data });
const vote = (person, poll, option, more = {}) => person.post('/channels/anna/poll/votes', { poll: poll.id, option, ...more });
const pollOf = async (person) => (await person.must('GET', '/channels/anna/poll')).poll;

/** All cues of the stream so far, by the media playlist of the first rendition. */
async function cuesOf(url, wanted) {
  const seen = new Map();
  const list = await follow(url, undefined, 15_000, 'segments', ({ complete }) => complete.length > 0);
  let last = list;
  for (let round = 0; round < 20; ++round) {
    for (const { msn, uri } of last.complete) {
      if (seen.has(msn)) continue;
      const { body } = await get(new URL(uri, url).href);
      seen.set(msn, [...events(body)].filter((event) => event.scheme === schemes[1] && isCue(event)).map(({ frames }) => frames[0].text));
    }
    const all = [...seen.entries()].sort(([a], [b]) => a - b).flatMap(([, texts]) => texts);
    if (all.length >= wanted) return all;
    const newest = last.complete.at(-1).msn;
    last = await follow(url, last, 15_000, 'another segment', ({ complete }) => complete.at(-1).msn > newest);
  }
  throw new Error('the cues did not come');
}

test('each overlay is in the media, as the demo packs it', async (t) => {
  const { server, anna, channel } = await evening(t);
  const url = `${channel.playbackUrl}?container=fmp4`;
  const media = variantUrl(url, await waitLive(url, { server }), 0);
  const quiz = { question: 'Which is the largest planet?', answers: ['Mars', 'Jupiter', 'Venus'], correctAnswerIndex: 1, duration: 15 };
  const notice = { title: 'Hello', message: 'We begin soon', duration: 5 };
  const product = { title: 'Cup', price: '$8', imageUrl: 'https://example.org/cup.png', description: 'For tea' };
  const item = { images: { medium: { url: 'https://example.org/m.png' } }, title: 'Pot', price: { displayAmount: '$20' }, productURL: 'https://example.org/pot', merchantInfo: 'Shop' };
  for (const [kind, data] of [['quiz', quiz], ['notice', notice], ['product', product], ['amazon_product', item], ['celebration', {}]]) {
    const answer = await start(anna, kind, data);
    assert.equal(answer.status, 200, `${kind}: ${JSON.stringify(answer.body)}`);
    assert.equal(answer.body.active.kind, kind);
    assert.equal(answer.body.active.expiresAt !== undefined, !kind.includes('product'), kind);
  }
  assert.equal((await anna.post('/me/overlays/stop')).status, 204);
  assert.equal((await anna.must('GET', '/me/overlays')).active, null);
  // A client of the demo packs by itself.
  const token = await tokenOf(server, 'anna');
  const send = (body) => fetch(`${server.http}/channel/actions/send`, {
    method: 'POST', headers: { Authorization: token, 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  assert.deepEqual(await (await send({ metadata: celebration })).json(), {});
  assert.equal((await anna.must('GET', '/me/overlays')).active.kind, 'celebration');
  const missing = await send({});
  assert.deepEqual([missing.status, (await missing.json()).__type], [400, 'UnexpectedException']);
  const long = await send({ metadata: 'x'.repeat(1025) });
  assert.deepEqual([long.status, (await long.json()).__type], [400, 'TimedMetadataValidationException']);

  const cues = await cuesOf(media, 7);
  assert.equal(cues.length, 7);
  assert.deepEqual(cues.slice(4), [celebration, packedNull, celebration]);
  // From lz-string's compressToBase64 of {"data":…,"name":"quiz"}.
  assert.equal(cues[0], 'N4IgJghgLhIFygI4FcCmBnKBLA9gO3hAHUALLAYxIAIt0qoTUqAbCAJwHMMoqAHVvKigB+EABoQEPOgDuqNungBtEAFl2iiQClkvLFHniQANVR5kigLoTyONm1TkoAQWly2ASTxhUAD3gAjBJgyGzQuARwAQCsAL4SeBAAtqiEKFgAXiCxQA');
});

test('drafts, checks, and what cannot be started', async (t) => {
  const server = await startPlatform(t);
  const anna = await register(server, 'anna');
  await streamOf(anna);
  const saved = await anna.must('PUT', '/me/overlays/quiz/draft', { data: { question: 'Half' } });
  assert.ok(saved.octets > 0 && saved.maxOctets === 1024 && saved.problems.some(({ field }) => field === 'answers'));
  assert.equal((await anna.must('GET', '/me/overlays')).drafts.quiz.question, 'Half');
  assert.deepEqual([(await start(anna, 'quiz')).status, (await start(anna, 'quiz')).body.field], [400, 'answers']);
  const random = () => Array.from({ length: 128 }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join('').replaceAll('\\', 'x');
  const huge = { question: random() + random(), answers: Array.from({ length: 5 }, random), correctAnswerIndex: 0, duration: 5 };
  const checked = await anna.must('POST', '/me/overlays/quiz/check', { data: huge });
  assert.ok(checked.octets > 1024 && checked.problems.length === 1, JSON.stringify(checked.problems));
  assert.deepEqual([(await start(anna, 'quiz', huge)).status, (await start(anna, 'quiz', huge)).body.type], [413, 'TooLarge']);
  const offline = await start(anna, 'notice', { title: 'T', message: 'M' });
  assert.deepEqual([offline.status, offline.body.type], [409, 'NotLive']);
  assert.equal((await start(anna, 'poll', tea)).body.type, 'NotLive');
  assert.equal((await anna.post('/me/overlays/stop')).status, 204);
  assert.equal((await anna.put('/me/overlays/nothing/draft', { data: {} })).status, 404);
  assert.equal((await new Visitor(server).get('/me/overlays')).status, 401);
});

test('a poll: three voters, a tie, somebody who comes late, one who is banned', async (t) => {
  const { server, anna, people: [ben, cleo, dora, eve] } = await evening(t, ['benny', 'cleo', 'dora', 'evelyn']);
  const begun = await start(anna, 'poll', { ...tea, duration: 10 });
  assert.equal(begun.status, 200, JSON.stringify(begun.body));
  const { poll } = begun.body;
  assert.deepEqual([poll.state, poll.options, poll.total], ['open', [{ text: 'Tea', votes: 0 }, { text: 'Coffee', votes: 0 }], 0]);
  assert.equal(Date.parse(poll.expiresAt) - Date.parse(poll.closesAt), 2000);
  await anna.must('PUT', '/channels/anna/bans/evelyn', {});
  assert.equal((await vote(eve, poll, 0)).body.type, 'Banned');
  assert.deepEqual((await vote(ben, poll, 0)).body.poll.myChoice, 0);
  const again = await vote(ben, poll, 1);
  assert.deepEqual([again.status, again.body.type], [409, 'AlreadyVoted']);
  assert.equal((await vote(cleo, poll, 1)).status, 200);
  assert.deepEqual([(await vote(new Visitor(server), poll, 1)).status, (await vote(dora, { id: 'other' }, 0)).body.type], [401, 'Closed']);
  const late = await pollOf(dora);
  assert.deepEqual([late.options.map(({ votes }) => votes), late.myChoice], [[1, 1], undefined]);
  assert.equal((await pollOf(ben)).myChoice, 0);
  const tie = await eventually(15_000, 'the result', async () => {
    const now = await pollOf(dora);
    return now?.state === 'result' ? now : undefined;
  });
  assert.deepEqual([tie.isTie, tie.winner, tie.total], [true, undefined, 2]);
  assert.equal((await vote(dora, poll, 0)).body.type, 'Closed');
  assert.equal((await anna.must('GET', '/me/overlays')).active.kind, 'poll');
  await eventually(15_000, 'the end', async () => await pollOf(dora) === null);
  assert.equal((await anna.must('GET', '/me/overlays')).active, null);
  const { polls } = await anna.must('GET', '/me/polls');
  assert.deepEqual([polls.length, polls[0].state, polls[0].options.map(({ votes }) => votes)], [1, 'closed', [1, 1]]);
  const csv = (await anna.get(`/me/polls/${poll.id}/votes.csv`)).body.trim().split('\r\n');
  assert.equal(csv[0], 'time,voter,option');
  assert.deepEqual(csv.slice(1).map((line) => line.split(',').slice(1).join()).sort(), ['"benny","Tea"', '"cleo","Coffee"']);
  assert.equal((await ben.get(`/me/polls/${poll.id}/votes.csv`)).status, 404);
});

test('hidden results stay hidden, and a restart in the middle loses no vote', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-overlays-'));
  const [port, rtmps] = [await freePort(), await freePort()];
  const run = async () => ({
    ...await startFixed(t, {
      platform: { auto_verify: true, attempts_per_minute: 10_000, requests_per_second: 0 },
      channels: [], renditions: { mode: 'off' }, rtmps: { listen: `127.0.0.1:${rtmps}` },
    }, port, folder),
    http: `http://127.0.0.1:${port}`, rtmp: 'rtmp://127.0.0.1:1', rtmps: `rtmps://127.0.0.1:${rtmps}`,
  });
  const first = await run();
  const { anna, people: [ben, cleo] } = await evening(t, ['benny', 'cleo'], {}, first);
  const { body: { poll } } = await start(anna, 'poll', { ...tea, results: 'hidden' });
  assert.equal((await vote(ben, poll, 1)).status, 200);
  const open = await pollOf(ben);
  assert.deepEqual([open.options, open.total, open.myChoice], [[{ text: 'Tea' }, { text: 'Coffee' }], 1, 1]);
  first.child.kill('SIGKILL');
  await first.exited;
  await run();
  const back = await pollOf(ben);
  assert.deepEqual([back.id, back.state, back.total, back.myChoice, back.closesAt], [poll.id, 'open', 1, 1, poll.closesAt]);
  assert.equal((await vote(ben, poll, 0)).body.type, 'AlreadyVoted');
  assert.equal((await vote(cleo, poll, 1)).status, 200);
  // Stopped by hand: at once, without a result.
  assert.equal((await anna.post('/me/overlays/stop')).status, 204);
  assert.equal(await pollOf(ben), null);
  const { polls } = await anna.must('GET', '/me/polls');
  assert.deepEqual([polls[0].options.map(({ votes }) => votes), polls[0].winner], [[0, 2], 1]);
});

test('clients of the demo see the poll in chat and vote there', async (t) => {
  const { server, anna, people: [ben, cleo] } = await evening(t, ['benny', 'cleo']);
  const chat = new Chat(t, server);
  const sit = async (person) => {
    const { token } = await person.must('POST', '/channels/anna/chat', {});
    return chat.open(token);
  };
  const [viewer, other] = await Promise.all([sit(ben), sit(cleo)]);
  const said = (member, type) => member.hears((frame) => frame.Attributes?.eventType === type);
  const { body: { poll } } = await start(anna, 'poll', { ...tea, duration: 60 });
  const first = await said(viewer, 'START_POLL');
  assert.equal(first.Sender.UserId, 'anna');
  const data = JSON.parse(first.Attributes.pollStreamActionData);
  assert.deepEqual([data.question, data.duration, data.votes.map(({ option, count }) => [option, count]), data.isActive, data.voters],
    [tea.question, 60, [['Tea', 0], ['Coffee', 0]], true, {}]);
  const submit = (member, option, startTime = data.startTime) => member.say(option, {
    eventType: 'SUBMIT_VOTE', voter: 'x', option, duration: '60', startTime: `${startTime}`,
  });
  await submit(viewer, 'Coffee');
  await eventually(10_000, 'the vote', async () => (await pollOf(ben)).myChoice === 1);
  await submit(viewer, 'Tea'); // does not count: one vote each
  await submit(other, 'Tea', 1); // of another poll
  await submit(other, 'Milk');
  assert.equal((await vote(ben, poll, 0)).body.type, 'AlreadyVoted');
  assert.equal((await vote(cleo, poll, 0)).status, 200);
  const stats = await viewer.hears((frame) => frame.Attributes?.eventType === 'SEND_VOTE_STATS'
    && JSON.parse(frame.Attributes.updatedVotes).every(({ count }) => count === 1));
  assert.equal(stats.Sender.UserId, 'anna');
  const beat = await said(viewer, 'HEART_BEAT');
  assert.deepEqual([beat.Attributes.question, beat.Attributes.voters, beat.Attributes.startTime], [tea.question, '{}', `${data.startTime}`]);
  // Another overlay ends the poll first.
  assert.equal((await start(anna, 'celebration', {})).status, 200);
  assert.equal((await said(viewer, 'END_POLL')).Content, 'end poll');
});

test('overlays and polls end with the stream', async (t) => {
  const { anna, publisher } = await evening(t);
  assert.equal((await start(anna, 'product', { title: 'Cup', price: '$8', imageUrl: 'https://example.org/c', description: 'D' })).status, 200);
  publisher.child.kill('SIGTERM');
  await eventually(60_000, 'nothing to be shown', async () => (await anna.must('GET', '/me/overlays')).active === null);
});

/** One keep-alive connection that asks one request after the other. */
class Line {
  constructor(port) {
    this.socket = connect(port, '127.0.0.1').setNoDelay();
    this.held = '';
    this.socket.on('data', (data) => {
      this.held += data.toString('latin1');
      const end = this.held.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(this.held.slice(0, end))?.[1] ?? 0);
      if (this.held.length < end + 4 + length) return;
      const answer = { status: Number(this.held.slice(9, 12)), body: this.held.slice(end + 4, end + 4 + length) };
      this.held = this.held.slice(end + 4 + length);
      this.answer(answer);
    });
  }

  ask(path, address, value) {
    const body = JSON.stringify(value);
    return new Promise((resolve) => {
      this.answer = resolve;
      this.socket.write(`POST ${base}${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${address}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
  }
}

test('ten thousand visitors vote in two seconds', async (t) => {
  const { server, anna } = await evening(t, [], { http: { trusted_proxies: '127.0.0.1' } });
  const { body: { poll } } = await start(anna, 'poll', { ...tea, visitors: true });
  assert.equal(poll.visitors, true);
  const lines = Array.from({ length: 50 }, () => new Line(Number(new URL(server.http).port)));
  await Promise.all(lines.map(({ socket }) => once(socket, 'connect')));
  t.after(() => lines.forEach(({ socket }) => socket.destroy()));
  const count = 10_000;
  const addressOf = (i) => `10.1.${Math.floor(i / 50) % 250}.${1 + Math.floor(i / 12_500)}`;
  const crowd = async (each) => {
    let next = 0;
    await Promise.all(lines.map(async (line) => {
      while (next < count) {
        const i = next;
        next += 1;
        await each(line, i);
      }
    }));
  };
  const tokens = [];
  await crowd(async (line, i) => {
    const { status, body } = await line.ask('/channels/anna/poll/visitor', addressOf(i), {});
    assert.equal(status, 200, body);
    tokens[i] = JSON.parse(body).visitor;
  });
  const statuses = new Map();
  const begun = performance.now();
  await crowd(async (line, i) => {
    const { status } = await line.ask('/channels/anna/poll/votes', addressOf(i), { poll: poll.id, option: i % 2, visitor: tokens[i] });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  const took = performance.now() - begun;
  t.diagnostic(`${count} votes in ${Math.round(took)} ms`);
  assert.deepEqual([...statuses], [[200, count]]);
  const now = await pollOf(anna);
  assert.deepEqual([now.total, now.options.map(({ votes }) => votes)], [count, [count / 2, count / 2]]);
  const twice = await lines[0].ask('/channels/anna/poll/votes', addressOf(0), { poll: poll.id, option: 0, visitor: tokens[0] });
  assert.equal(JSON.parse(twice.body).type, 'AlreadyVoted');
  assert.equal((await vote(new Visitor(server), poll, 0, { visitor: `${tokens[1]}x` })).status, 401);
});
