// Rooms in detail: the frames as they are on the wire, lengths, rates, order, people who flood and
// people who do not read. Raw members see every frame as it came.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everything, startChat } from './support/chat.mjs';
import { assertRefusal, send } from './support/ivs.mjs';
import { quantile } from './support/player.mjs';
import { eventually, within } from './support/process.mjs';
import { frame, handshake, RawSocket } from './support/websocket.mjs';

const idForm = /^[A-Za-z0-9]{12}$/;
const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));
const without = (object, ...names) => Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

test('frames, and what a room allows', async (t) => {
  const chat = await startChat(t);

  await t.test('the members of frames, and no others', async () => {
    const room = await chat.room();
    const anna = await chat.join(room, 'anna', { attributes: { name: 'Ä' } });
    const bert = await chat.join(room, 'bert');
    const said = await anna.say('hello', { a: 'b' });
    assert.deepEqual(Object.keys(without(said, 'at')).sort(), ['Attributes', 'Content', 'Id', 'RequestId', 'SendTime', 'Sender', 'Type']);
    assert.match(said.Id, idForm);
    assert.match(said.SendTime, timeForm);
    assert.ok(Math.abs(Date.parse(said.SendTime) - Date.now()) < 5000);
    assert.deepEqual(said.Sender, { UserId: 'anna', Attributes: { name: 'Ä' } });
    const heard = await bert.hears('hello');
    assert.deepEqual(without(heard, 'at', 'RequestId'), without(said, 'at', 'RequestId'));

    const deleted = await bert.request({ Action: 'DELETE_MESSAGE', Id: said.Id, Reason: 'why' });
    assert.deepEqual(Object.keys(without(deleted, 'at')).sort(), ['Attributes', 'EventName', 'Id', 'RequestId', 'SendTime', 'Type']);
    assert.deepEqual([deleted.Type, deleted.EventName], ['EVENT', 'aws:DELETE_MESSAGE']);
    assert.deepEqual(deleted.Attributes, { MessageID: said.Id, MessageId: said.Id, Reason: 'why' }, 'both spellings');
    const event = await anna.event('aws:DELETE_MESSAGE');
    assert.deepEqual(without(event, 'at', 'RequestId'), without(deleted, 'at', 'RequestId'));

    const refused = await anna.say('x'.repeat(501));
    assert.deepEqual(without(refused, 'at', 'Id', 'RequestId'), { Type: 'ERROR', ErrorCode: 413, ErrorMessage: 'Message exceeds maximum length' });
    assert.match(refused.Id, idForm);
    const gone = await anna.request({ Action: 'DISCONNECT_USER', UserId: 'bert', Reason: 'go' });
    assert.deepEqual([gone.EventName, gone.Attributes], ['aws:DISCONNECT_USER', { UserId: 'bert', Reason: 'go' }]);
    await bert.event('aws:DISCONNECT_USER');
    assert.equal((await bert.ended()).code, 1000);
    const ids = [...anna.frames.all, refused].map(({ Id }) => Id);
    assert.equal(new Set(ids).size, anna.frames.all.length, 'each frame has an id of its own');
  });

  await t.test('without a request id there is an answer, too', async () => {
    const member = await chat.join(await chat.room(), 'anna');
    member.send({ Action: 'SEND_MESSAGE', Content: 'bare' });
    const said = await member.hears('bare');
    assert.equal(said.RequestId ?? '', '');
    member.send({ Action: 'NOTHING' });
    const error = await member.frames.take('the error', ({ Type }) => Type === 'ERROR');
    assert.deepEqual([error.ErrorCode, error.RequestId ?? ''], [400, '']);
  });

  await t.test('content is measured in code points, and comes back unchanged', async () => {
    const room = await chat.room({ maximumMessageLength: 5 });
    const anna = await chat.join(room, 'anna');
    for (const content of ['12345', '🎈🎈🎈🎈🎈', 'e\u0301e\u0301e', '👨‍👩‍👦', '\u{10ffff}\u{1f600}abc', ' a  ', '\t\n\r', '<b>&"', '\u202eabc', '\ufeffa']) {
      assert.equal((await anna.say(content)).Content, content, JSON.stringify(content));
    }
    const second = await chat.join(room, 'bert');
    for (const content of ['123456', '🎈🎈🎈🎈🎈🎈', 'e\u0301e\u0301e\u0301', '👨‍👩‍👦x']) {
      const answer = await second.say(content);
      assert.deepEqual([answer.Type, answer.ErrorCode], ['ERROR', 413], content);
    }
  });

  await t.test('attributes have at most 1 KB', async () => {
    const anna = await chat.join(await chat.room(), 'anna');
    for (const [attributes, good] of [
      [{ k: 'v'.repeat(1023) }, true], [{ k: 'v'.repeat(1024) }, false], [{ é: '🎈'.repeat(255) }, true], [{ éé: '🎈'.repeat(255) }, true],
      [{ ééé: '🎈'.repeat(255) }, false], [Object.fromEntries(Array.from({ length: 128 }, (_, i) => [`${i}`.padStart(4, 'k'), 'vvvv'])), true],
      [{}, true],
    ]) {
      const answer = await anna.say('attributes', attributes);
      if (good) assert.deepEqual(answer.Attributes ?? {}, attributes, JSON.stringify(answer).slice(0, 300));
      else assert.deepEqual([answer.Type, answer.ErrorCode], ['ERROR', 413]);
    }
  });

  await t.test('ten requests a second for a connection, whatever they are', async () => {
    const room = await chat.room();
    const [hasty, calm] = [await chat.join(room, 'hasty'), await chat.join(room, 'calm')];
    const began = performance.now();
    const answers = await times(40, (i) => (i % 2 ? hasty.say(`${i}`) : hasty.request({ Action: 'DELETE_MESSAGE', Id: 'aaaaaaaaaaaa' })));
    const seconds = (performance.now() - began) / 1000;
    const refused = answers.filter(({ Type }) => Type === 'ERROR');
    const good = 40 - refused.length;
    assert.ok(good >= 10 && good <= 11 + 10 * seconds, `${good} in ${seconds} s`);
    for (const one of refused) assert.deepEqual([one.ErrorCode, one.ErrorMessage], [429, 'rate limit exceeded']);
    assert.equal((await calm.say('others may speak')).Type, 'MESSAGE');
    await hasty.hears('others may speak');
    await eventually(3000, 'room for more', async () => (await hasty.say('again')).Type === 'MESSAGE');
  });

  await t.test('a rate for the room, all its users together', async () => {
    const room = await chat.room({ maximumMessageRatePerSecond: 5 });
    const people = await times(4, (i) => chat.join(room, `user-${i}`));
    const began = performance.now();
    const answers = (await Promise.all(people.map((one, i) => times(8, (j) => one.say(`${i}-${j}`))))).flat();
    const seconds = (performance.now() - began) / 1000;
    const good = answers.filter(({ Type }) => Type === 'MESSAGE').length;
    assert.ok(good >= 5 && good <= 6 + 5 * seconds, `${good} in ${seconds} s`);
    assert.ok(answers.every(({ Type, ErrorCode }) => Type === 'MESSAGE' || ErrorCode === 429));
    // Events of the application are not messages.
    const events = await times(20, (i) => chat.caller.call('SendEvent', { roomIdentifier: room, eventName: `e${i}` }));
    assert.ok(events.every(({ status }) => status === 200));
  });

  await t.test('an update of the room applies at once', async () => {
    const room = await chat.room({ maximumMessageLength: 3 });
    const anna = await chat.join(room, 'anna');
    assert.equal((await anna.say('four')).ErrorCode, 413);
    await chat.caller.get('UpdateRoom', { identifier: room, maximumMessageLength: 4 });
    assert.equal((await anna.say('four')).Content, 'four');
    await chat.caller.get('UpdateRoom', { identifier: room, maximumMessageLength: 2, maximumMessageRatePerSecond: 1 });
    assert.equal((await anna.say('abc')).ErrorCode, 413);
    const answers = await times(6, () => anna.say('ab'));
    assert.ok(answers.some(({ ErrorCode }) => ErrorCode === 429));
    await anna.close();
  });

  await t.test('a room that is deleted sends everybody away, for good', async () => {
    const room = await chat.room();
    const people = await times(6, (i) => chat.join(room, `user-${i}`));
    const person = await chat.person(room, 'library').connect();
    const spare = await chat.token(room, 'late');
    await chat.caller.get('DeleteRoom', { identifier: room });
    for (const one of people) assert.equal((await one.ended()).code, 1000);
    assert.equal(await person.takes('disconnect'), 'serverDisconnect');
    const refusal = await chat.open(spare.token);
    assert.equal(refusal.status, 404, refusal.text);
    assertRefusal('CreateChatToken', await chat.caller.call('CreateChatToken', { roomIdentifier: room, userId: 'a' }), 'ResourceNotFoundException');
  });

  await t.test('rooms do not hear each other', async () => {
    const rooms = await times(3, () => chat.room());
    const people = await Promise.all(rooms.map((room) => chat.join(room, 'same')));
    for (const [i, one] of people.entries()) await one.say(`room ${i}`);
    await send(chat.client, 'DisconnectUser', { roomIdentifier: rooms[0], userId: 'same' });
    await people[0].ended();
    for (const [i, one] of people.entries()) assert.deepEqual(one.heard, [`room ${i}`]);
    assert.equal((await people[1].say('still here')).Type, 'MESSAGE');
  });

  await t.test('deletion checks nothing but the capability', async () => {
    const room = await chat.room();
    const anna = await chat.join(room, 'anna', { capabilities: ['DELETE_MESSAGE'] });
    const bert = await chat.join(room, 'bert', { capabilities: ['SEND_MESSAGE'] });
    const said = await bert.say('mine');
    for (let i = 0; i < 2; ++i) {
      const deleted = await anna.request({ Action: 'DELETE_MESSAGE', Id: said.Id });
      assert.deepEqual([deleted.EventName, deleted.Attributes.MessageID], ['aws:DELETE_MESSAGE', said.Id]);
    }
    assert.equal((await bert.request({ Action: 'DELETE_MESSAGE', Id: said.Id })).ErrorCode, 403);
  });
});

test('tokens: what goes in comes out', async (t) => {
  const chat = await startChat(t);
  const room = await chat.room();

  await t.test('capabilities: none but viewing unless given', async () => {
    const { token } = await chat.caller.get('CreateChatToken', { roomIdentifier: room, userId: 'viewer' });
    const viewer = await chat.open(token);
    const writer = await chat.join(room, 'writer', { capabilities: ['SEND_MESSAGE'] });
    await writer.say('hello');
    await viewer.hears('hello');
    for (const action of [{ Action: 'SEND_MESSAGE', Content: 'a' }, { Action: 'DELETE_MESSAGE', Id: 'aaaaaaaaaaaa' }, { Action: 'DISCONNECT_USER', UserId: 'a' }]) {
      const answer = await viewer.request(action);
      assert.deepEqual([answer.Type, answer.ErrorCode], ['ERROR', 403], action.Action);
      assert.match(answer.ErrorMessage, /^Not allowed/);
    }
  });

  await t.test('sessions last from a minute to three hours', async () => {
    for (const [minutes, given] of [[1, 1], [180, 180], [60, undefined]]) {
      const before = Date.now();
      const { tokenExpirationTime, sessionExpirationTime } = await chat.token(room, 'a', { sessionDurationInMinutes: given });
      const after = Date.now();
      const session = sessionExpirationTime.getTime() - minutes * 60_000;
      assert.ok(session >= before - 1000 && session <= after + 1000, `${minutes}: ${sessionExpirationTime}`);
      assert.deepEqual(tokenExpirationTime, sessionExpirationTime);
    }
  });

  await t.test('tokens have the alphabet of a subprotocol, however large they are', async () => {
    for (const input of [{}, { attributes: { 'ключ 🎈 "\\': 'v'.repeat(900) } }, { capabilities: everything }]) {
      const userId = input.attributes ? '🎈'.repeat(128) : 'user@example.com/ü "x"';
      const { token } = await chat.token(room, userId, input);
      assert.match(token, /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/);
      assert.ok(token.length < 7000, `${token.length}`);
      const member = await chat.open(token);
      const said = await member.request({ Action: 'SEND_MESSAGE', Content: 'a' });
      assert.equal(said.Sender.UserId, userId);
      assert.deepEqual(said.Sender.Attributes ?? {}, input.attributes ?? {});
    }
    const two = [await chat.token(room, 'same'), await chat.token(room, 'same')];
    assert.notEqual(two[0].token, two[1].token);
  });

  await t.test('a token is for one room', async () => {
    const other = await chat.room();
    const [here, there] = [await chat.join(room, 'same'), await chat.join(other, 'same')];
    await there.say('elsewhere');
    await here.say('here');
    assert.ok(!here.heard.includes('elsewhere'));
  });

  await t.test('one user, many sockets', async () => {
    const mine = await chat.room();
    const sockets = await times(5, () => chat.join(mine, 'same'));
    await sockets[0].say('to all of me');
    for (const one of sockets.slice(1)) await one.hears('to all of me');
    const { connections, userCount, users } = await chat.own('GetRoomPresence', { roomIdentifier: mine });
    assert.deepEqual([connections, userCount, users], [5, 1, ['same']]);
  });
});

test('everybody hears the same in the same order', async (t) => {
  const chat = await startChat(t, { threads: 4 });
  const room = await chat.room();
  const listeners = await times(12, (i) => chat.join(room, `listener-${i}`, { capabilities: [] }));
  const speakers = await times(8, (i) => chat.join(room, `speaker-${i}`));
  for (let round = 0; round < 3; ++round) {
    const answers = await Promise.all(speakers.map((one, i) => times(8, (j) => one.say(`${round}-${i}-${j}`))));
    const events = times(10, (i) => send(chat.client, 'SendEvent', { roomIdentifier: room, eventName: `${round}-${i}` }));
    assert.ok(answers.flat().every(({ Type }) => Type === 'MESSAGE' || Type === 'ERROR'));
    await events;
  }
  const { id: last } = await send(chat.client, 'SendEvent', { roomIdentifier: room, eventName: 'last' });
  for (const one of [...listeners, ...speakers]) await one.event('last', ({ Id }) => Id === last);
  const order = ({ frames }) => frames.all.filter(({ Type }) => Type !== 'ERROR').map(({ Id }) => Id);
  const expected = order(listeners[0]);
  assert.ok(expected.length > 100, `${expected.length}`);
  assert.equal(new Set(expected).size, expected.length, 'ids are unique');
  for (const one of [...listeners, ...speakers]) assert.deepEqual(order(one), expected, one.userId);
  const sent = listeners[0].frames.all.map(({ SendTime }) => SendTime);
  assert.deepEqual(sent, [...sent].sort(), 'and time does not go back');
  // Of one speaker, in the order in which it spoke.
  for (let i = 0; i < 8; ++i) {
    const own = listeners[0].heard.filter((content) => content.startsWith('0-') && content.split('-')[1] === `${i}`);
    assert.deepEqual(own, [...own].sort());
  }
});

test('who floods is refused, and costs others nothing', async (t) => {
  const chat = await startChat(t);
  const room = await chat.room();
  // The room's own rate is everybody's, and not what this is about.
  await chat.own('PutRoomModeration', { roomIdentifier: room, moderation: { maximumMessageRatePerSecond: 10_000 } });
  const [speaker, listener] = [await chat.join(room, 'speaker'), await chat.join(room, 'listener')];

  const measure = async (what) => {
    const waits = [];
    for (let i = 0; i < 60; ++i) {
      const began = performance.now();
      const content = `${what} ${i}`;
      const [answer, heard] = await Promise.all([speaker.say(content), listener.hears(content)]);
      assert.equal(answer.Type, 'MESSAGE', JSON.stringify(answer));
      waits.push(heard.at - began);
      await new Promise((resolve) => { setTimeout(resolve, 101 - (performance.now() - began)); }); // ten a second are allowed
    }
    return waits;
  };
  const quiet = await measure('quiet');
  const { host } = new URL(chat.server.http);
  const bodies = [
    frame(JSON.stringify({ Action: 'SEND_MESSAGE', Content: 'flood' })), frame('{"nonsense":'), frame('', { opcode: 9 }),
  ];
  const flood = Buffer.concat(Array.from({ length: 150 }, (_, i) => bodies[i % 3]));
  let sent = 0;
  let connections = 0;
  let on = true;
  /** Who is thrown out comes back at once. */
  const pour = async (name) => {
    while (on) {
      const raw = RawSocket.open(t, chat.server.http);
      raw.write(handshake({ host, token: (await chat.token(room, name)).token }));
      if ((await raw.answer())?.status !== 101) continue;
      connections += 1;
      while (on && !raw.ended) {
        raw.frames.length = 0;
        const isTaken = raw.socket.write(flood);
        sent += 150;
        await Promise.race([raw.end, new Promise((resolve) => {
          if (isTaken) setImmediate(resolve);
          else raw.socket.once('drain', resolve);
        })]);
      }
      raw.socket.destroy();
    }
  };
  const pouring = [pour('flood-0'), pour('flood-1')];
  const loud = await measure('loud');
  on = false;
  await within(10_000, Promise.all(pouring), 'the end of the floods');
  const floodHeard = listener.heard.filter((content) => content === 'flood').length;
  t.diagnostic(`quiet: median ${quantile(quiet, 0.5).toFixed(1)} ms, p99 ${quantile(quiet, 0.99).toFixed(1)} ms; `
    + `beside ${sent} frames of two floods on ${connections} connections: median ${quantile(loud, 0.5).toFixed(1)} ms, p99 ${quantile(loud, 0.99).toFixed(1)} ms`);
  assert.ok(sent > 3000, `${sent} frames`);
  assert.ok(floodHeard <= 11 * connections + 200, `${floodHeard} of the flood were said`);
  assert.ok(quantile(loud, 0.99) < 250, `${quantile(loud, 0.99)} ms`);
});

test('who does not read is dropped at the bound; others miss nothing', async (t) => {
  const chat = await startChat(t, { chat: { slow_reader_bytes: '64KiB' } });
  const room = await chat.room();
  const listener = await chat.join(room, 'listener');
  const slow = RawSocket.open(t, chat.server.http);
  slow.write(handshake({ host: new URL(chat.server.http).host, token: (await chat.token(room, 'slow')).token }));
  assert.equal((await slow.answer()).status, 101);
  slow.socket.pause();
  const present = async () => (await chat.own('GetRoomPresence', { roomIdentifier: room })).users;
  assert.deepEqual(await present(), ['listener', 'slow']);
  const attributes = { filling: 'x'.repeat(1000) };
  let count = 0;
  await eventually(40_000, 'the end of the slow one', async () => {
    const answers = await times(64, () => chat.caller.call('SendEvent', { roomIdentifier: room, eventName: `${count++}`, attributes }));
    assert.ok(answers.every(({ status }) => status === 200), answers.find(({ status }) => status !== 200)?.text);
    return (await present()).length === 1;
  }, chat.server.output);
  const last = await send(chat.client, 'SendEvent', { roomIdentifier: room, eventName: 'last' });
  await listener.event('last', ({ Id }) => Id === last.id);
  const names = listener.frames.all.map(({ EventName }) => EventName);
  assert.deepEqual([...names].sort(), [...Array.from({ length: count }, (_, i) => `${i}`), 'last'].sort(), 'each event once');
  slow.socket.resume();
  await within(10_000, slow.end, 'its end');
  assert.equal(slow.frames.filter(({ opcode }) => opcode === 8).length, 0, 'without a close frame: clients come back');
  t.diagnostic(`dropped after ${count} events of 1.2 KB`);
  // It may come back at once.
  const again = await chat.join(room, 'slow');
  assert.equal((await again.say('here I am')).Type, 'MESSAGE');
});

test('as many connections as the configuration allows', async (t) => {
  const chat = await startChat(t, { chat: { max_connections: 5 } });
  const room = await chat.room();
  const people = await times(5, (i) => chat.join(room, `user-${i}`));
  const { token } = await chat.token(room, 'one-more');
  const refusal = await chat.open(token);
  assert.equal(refusal.status, 429, refusal.text);
  await people[0].close();
  await eventually(5000, 'a place', async () => (await chat.open((await chat.token(room, 'next')).token)).status === undefined);
});
