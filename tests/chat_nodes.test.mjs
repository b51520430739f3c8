// One room on several nodes that share PostgreSQL and NATS: one order for all, operations that act
// everywhere, NATS that fails and comes back, a node that is killed.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';
import { startLastingChat } from './support/chat.mjs';
import { startNats } from './support/nats.mjs';
import { startPostgres } from './support/postgres.mjs';
import { eventually, freePort, within } from './support/process.mjs';

const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));
const secrets = 'secrets.key';
const password = 'only-for-nodes';

/** Two nodes as an operator sets them up: the second has the first one's secrets. */
async function startNodes(t) {
  const [nats, postgres] = await Promise.all([startNats(t), startPostgres(t)]);
  const config = {
    database: { url: postgres.url },
    cluster: { nats_url: nats.url.replace('://', `://node:${password}@`) }, // which this NATS does not check
  };
  const folders = [0, 1].map((i) => mkdtempSync(join(tmpdir(), `rostrum-node-${i}-`)));
  const first = await startLastingChat(t, config, await freePort(), folders[0]);
  mkdirSync(join(folders[1], 'data'), { mode: 0o700 });
  cpSync(join(folders[0], 'data', secrets), join(folders[1], 'data', secrets));
  const second = await startLastingChat(t, config, await freePort(), folders[1], first.key);
  for (const { server } of [first, second]) {
    t.after(() => assert.ok(!server.output().includes(password), 'the password of NATS is in the log'));
    await eventually(10_000, 'the stream', () => server.output().includes('NATS stream being read'), server.output);
  }
  return { nats, postgres, nodes: [first, second] };
}

/** Messages and events in the order in which they came. */
const idsOf = (member) => member.frames.all.filter(({ Type, EventName }) => Type === 'MESSAGE' || EventName?.startsWith('aws:')).map(({ Id }) => Id);

function assertSame(listeners, what) {
  const ids = idsOf(listeners[0]);
  assert.equal(new Set(ids).size, ids.length, `${what}: nothing twice`);
  for (const other of listeners.slice(1)) assert.deepEqual(idsOf(other), ids, `${what}: ${other.userId} hears what ${listeners[0].userId} hears`);
  return ids;
}

/** A connection that says `contents`, ten a second as it is allowed, and counts what it hears. */
async function speak(t, chat, room, userId, contents) {
  const { token } = await chat.token(room, userId);
  const socket = new WebSocket(`${chat.url}/`, token, { perMessageDeflate: false });
  t.after(() => socket.terminate());
  const mark = `"RequestId":"${userId}:`;
  let answered = () => {};
  socket.on('close', (code, reason) => { answered(new Error(`${userId}: the connection was closed, ${code} ${reason}`)); });
  let refused = [];
  let open = 0;
  socket.on('message', (data) => {
    const text = data.toString();
    if (!text.includes(mark)) return;
    const frame = JSON.parse(text);
    if (frame.Type === 'ERROR') {
      if (frame.ErrorCode !== 429) answered(new Error(text));
      refused.push(frame.RequestId.slice(userId.length + 1));
    }
    open -= 1;
    if (open === 0) answered();
  });
  await within(10_000, new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)), 'a speaker');
  return async () => {
    for (let left = [...contents]; left.length;) {
      const wave = left.splice(0, 10);
      refused = [];
      open = wave.length;
      const done = new Promise((resolve, reject) => { answered = (error) => (error ? reject(error) : resolve()); });
      for (const Content of wave) socket.send(JSON.stringify({ Action: 'SEND_MESSAGE', RequestId: `${userId}:${Content}`, Content }));
      await within(30_000, done, `${userId}: answers`);
      left = [...refused, ...left];
      // Ten a second are allowed, and who is refused too often is thrown out.
      if (left.length) await new Promise((resolve) => { setTimeout(resolve, 1050); });
    }
  };
}

test('members on all nodes hear one order', async (t) => {
  const { nodes } = await startNodes(t);
  const [one, two] = nodes;
  const room = await one.room();
  await two.own('PutRoomModeration', { roomIdentifier: room, moderation: { maximumMessageRatePerSecond: 10_000 } });
  const listeners = (await Promise.all(nodes.map((node, n) => times(2, (i) => node.join(room, `listener-${n}-${i}`))))).flat();

  const perSpeaker = 80;
  const speakers = (await Promise.all(nodes.map((node, n) => times(15, (i) => {
    const contents = Array.from({ length: perSpeaker }, (_, k) => `${n}-${i}-${k}`);
    return speak(t, node, room, `user-${n}-${i % 2}-${i}`, contents);
  })))).flat();
  const total = speakers.length * perSpeaker;
  await Promise.all(speakers.map((say) => say()));
  await eventually(10_000, 'all messages', () => listeners.every(({ heard }) => heard.length >= total), () => listeners.map(({ heard }) => heard.length).join());
  const ids = assertSame(listeners, 'live');
  assert.equal(ids.length, total);
  assert.equal(new Set(listeners[0].heard).size, total);
  // Not node by node: both spoke all the time.
  const nodesHeard = listeners[0].heard.map((content) => content[0]);
  const changes = nodesHeard.filter((node, i) => i && node !== nodesHeard[i - 1]).length;
  assert.ok(changes >= 8, `${changes} changes from one node to the other`);

  // History, whoever is asked: those who come in, and the API.
  const latecomers = await Promise.all(nodes.map((node, n) => node.extended(room, `late-${n}`, { query: '&history=200' })));
  for (const late of latecomers) assert.deepEqual(idsOf(late), ids.slice(-200));
  const list = async (node) => (await node.own('ListRoomMessages', { roomIdentifier: room, maxResults: 200, order: 'NEWEST_FIRST' })).messages.map(({ id }) => id);
  await eventually(10_000, 'the same history in the API', async () => {
    const [a, b] = await Promise.all(nodes.map(list));
    return `${a}` === `${b}` && `${a}` === `${ids.slice(-200).reverse()}`;
  });

  // Counts are of both.
  const present = 4 + speakers.length + latecomers.length;
  for (const node of nodes) {
    await eventually(10_000, 'the counts', async () => (await node.own('GetRoomPresence', { roomIdentifier: room })).connections === present);
  }
  await eventually(10_000, 'the counts told', () => latecomers.every((late) =>
    late.frames.all.some(({ EventName, Attributes }) => EventName === 'rostrum:presence' && Attributes.Connections === `${present}`)));
});

test('operations on one node act on all', async (t) => {
  const { nodes: [one, two] } = await startNodes(t);
  const room = await one.room();
  const [anna, bert] = [await one.join(room, 'anna'), await two.join(room, 'bert')];

  const said = await anna.say('to be deleted');
  await bert.hears('to be deleted');
  await two.caller.get('DeleteMessage', { roomIdentifier: room, id: said.Id, reason: 'why' });
  for (const each of [anna, bert]) assert.equal((await each.event('aws:DELETE_MESSAGE')).Attributes.MessageID, said.Id);
  // From where it was said too, and not in any history.
  const again = await bert.say('once more');
  await anna.hears('once more');
  await bert.request({ Action: 'DELETE_MESSAGE', Id: again.Id });
  await anna.event('aws:DELETE_MESSAGE');
  for (const node of [one, two]) assert.deepEqual((await node.extended(room, 'reader', { query: '&history=10' })).heard, []);

  await two.caller.call('SendEvent', { roomIdentifier: room, eventName: 'party', attributes: { a: 'b' } });
  assert.deepEqual((await anna.event('party')).Attributes, { a: 'b' });

  const carl = await one.join(room, 'carl');
  const carlThere = await two.join(room, 'carl');
  await two.caller.call('DisconnectUser', { roomIdentifier: room, userId: 'carl' });
  for (const each of [carl, carlThere]) assert.equal((await each.ended()).code, 1000);

  const dora = await one.join(room, 'dora');
  const { token } = await one.token(room, 'dora');
  await two.own('BanRoomUser', { roomIdentifier: room, userId: 'dora' });
  assert.equal((await dora.ended()).code, 1000);
  assert.equal((await one.open(token)).status, 403, 'the ban holds on the other node');
  await one.own('UnbanRoomUser', { roomIdentifier: room, userId: 'dora' });
  await two.join(room, 'dora');

  await two.caller.get('UpdateRoom', { identifier: room, maximumMessageLength: 3 });
  await eventually(5000, 'the shorter length', async () => (await anna.say('four')).ErrorCode === 413);
  await one.caller.get('UpdateRoom', { identifier: room, maximumMessageLength: 500 });

  assertSame([anna, bert], 'all of it');
  await two.caller.call('DeleteRoom', { identifier: room });
  for (const each of [anna, bert]) assert.equal((await each.ended()).code, 1000);
  assert.equal((await one.caller.call('CreateChatToken', { roomIdentifier: room, userId: 'anna' })).status, 404);
});

test('NATS fails and comes back', async (t) => {
  const { nats, nodes } = await startNodes(t);
  const room = await nodes[0].room();
  const people = await Promise.all(nodes.map((node, n) => node.join(room, `user-${n}`)));
  const speakers = await Promise.all(nodes.map((node, n) => node.join(room, `speaker-${n}`)));
  const good = [];
  const failed = [];
  let on = true;
  let answers = 0;
  const chatter = speakers.map(async (speaker, n) => {
    for (let i = 0; on; ++i) {
      const content = `${n}-${i}`;
      const answer = await speaker.say(content);
      answers += 1;
      if (answer.Type === 'MESSAGE') good.push(content);
      else failed.push([content, answer.ErrorCode]);
      await new Promise((resolve) => { setTimeout(resolve, 105); }); // ten a second are allowed
    }
  });
  const more = async (what, count, fits = () => true) => {
    const before = answers;
    await eventually(20_000, what, () => answers >= before + count && fits());
  };
  await more('quiet talk', 10);
  for (let round = 0; round < 2; ++round) {
    await nats.kill();
    const refused = failed.length;
    await eventually(15_000, 'a refusal', () => failed.length > refused);
    assert.equal((await people[0].say('does anybody hear me?')).ErrorCode, 500);
    await nats.start();
    const heard = good.length;
    await eventually(15_000, 'talk after NATS came back', () => good.length > heard + 10);
  }
  on = false;
  await Promise.all(chatter);
  assert.ok(failed.every(([, code]) => code === 500), JSON.stringify(failed));
  for (const [n, person] of people.entries()) {
    assert.equal(person.socket.readyState, WebSocket.OPEN);
    assert.equal((await person.say(`end ${n}`)).Type, 'MESSAGE');
  }
  await eventually(10_000, 'the end everywhere', () => [...people, ...speakers].every(({ heard }) => heard.includes('end 1')));
  assertSame([...people, ...speakers], 'over two failures');
  const heard = new Set(people[0].heard);
  for (const content of good) assert.ok(heard.has(content), `${content} was said`);
  for (const [content] of failed) assert.ok(!heard.has(content), `${content} was refused`);
  // The record has the same.
  const back = await Promise.all(nodes.map((node) => node.extended(room, 'back', { query: '&history=200' })));
  for (const one of back) assert.deepEqual(idsOf(one), idsOf(people[0]).slice(-200));
});

test('a node is killed and its people go on with another', async (t) => {
  const { nodes: [one, two] } = await startNodes(t);
  const room = await one.room();
  const viewer = { capabilities: ['SEND_MESSAGE'] };
  const [anna, bert] = [await one.extended(room, 'anna', viewer), await two.extended(room, 'bert', viewer)];
  for (let i = 0; i < 10; ++i) await (i % 2 ? anna : bert).say(`before ${i}`);
  await bert.hears('before 9');
  // Both speak while it happens.
  let on = true;
  const chatter = (async () => {
    for (let i = 0; on || i < 20; ++i) {
      await bert.say(`meanwhile ${i}`);
      await new Promise((resolve) => { setTimeout(resolve, 105); }); // ten a second are allowed
    }
  })();
  anna.send({ Action: 'SEND_MESSAGE', Content: 'a last word' });
  await anna.hears('a last word');
  one.server.child.kill('SIGKILL');
  assert.equal((await anna.ended()).code, 1006);
  const last = idsOf(anna).at(-1);
  await eventually(10_000, 'the last word', () => bert.heard.includes('a last word'));
  await eventually(10_000, 'talk', () => bert.heard.includes('meanwhile 5'));
  const back = await two.extended(room, 'anna', { query: `&since=${last}`, ...viewer });
  assert.equal(back.welcome.Attributes.History, 'complete');
  assert.equal((await back.say('I am back')).Type, 'MESSAGE');
  on = false;
  await chatter;
  await eventually(5000, 'the same end', () => idsOf(back).at(-1) === idsOf(bert).at(-1));
  assert.deepEqual([...idsOf(anna), ...idsOf(back)], idsOf(bert));
  // Nobody is counted on a node that has gone.
  await eventually(20_000, 'the counts', async () => (await two.own('GetRoomPresence', { roomIdentifier: room })).connections === 2);
});
