// The unmodified amazon-ivs-chat-messaging library, every method and every event of it: from Node
// over the ws package, and from Chromium.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DeleteMessageRequest, DisconnectUserRequest, SendMessageRequest } from 'amazon-ivs-chat-messaging';
import { everything, startChat, startLastingChat } from './support/chat.mjs';
import { openChatPage } from './support/chat_page.mjs';
import { send } from './support/ivs.mjs';
import { eventually, freePort, within } from './support/process.mjs';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const id = /^[A-Za-z0-9]{12}$/;
const isNow = (time) => Math.abs(time.getTime() - Date.now()) < 5000;

test('the library against one server', async (t) => {
  const chat = await startChat(t);

  await t.test('it connects, tells so, and disconnects', async () => {
    const person = chat.person(await chat.room(), 'anna');
    assert.equal(person.room.state, 'disconnected');
    person.room.connect();
    assert.equal(person.room.state, 'connecting');
    await person.takes('connecting');
    await person.takes('connect');
    assert.equal(person.room.state, 'connected');
    assert.equal(person.tokens.length, 1);
    const { tokenExpirationTime, sessionExpirationTime } = person.tokens[0];
    assert.equal(tokenExpirationTime.getTime(), sessionExpirationTime.getTime(), 'clients need not come back every minute');
    person.room.disconnect();
    assert.equal(await person.takes('disconnect'), 'clientDisconnect');
    // The same object connects again, with another token.
    await person.connect();
    assert.equal(person.tokens.length, 2);
    assert.deepEqual(person.problems, []);
  });

  await t.test('a message reaches everybody as it was said, and resolves the promise of its sender', async () => {
    const room = await chat.room();
    const attributes = { displayName: 'Änne 🎈', colour: 'blue' };
    const anna = await chat.person(room, 'anna', { attributes }).connect();
    const others = await Promise.all(['bert', 'anna', 'cleo'].map((name) => chat.person(room, name).connect()));
    const request = new SendMessageRequest('Grüße 👋 "\\ \u2028 <b>', { reply: 'to ünicode', empty: '' });
    const message = await within(5000, anna.room.sendMessage(request), 'the promise');
    assert.match(message.id, id);
    assert.match(message.requestId, uuid);
    assert.equal(message.requestId, request.requestId);
    assert.ok(isNow(message.sendTime), `${message.sendTime}`);
    assert.deepEqual(message, {
      id: message.id, requestId: request.requestId, sendTime: message.sendTime, content: 'Grüße 👋 "\\ \u2028 <b>',
      attributes: { reply: 'to ünicode', empty: '' }, sender: { userId: 'anna', attributes },
    });
    assert.deepEqual(await anna.takes('message'), message);
    for (const other of others) {
      const { requestId, ...heard } = await other.takes('message');
      const { requestId: own, ...said } = message;
      assert.deepEqual(heard, said);
    }
    const plain = await anna.room.sendMessage(new SendMessageRequest('plain'));
    assert.deepEqual(plain.attributes ?? {}, {});
    const { sender } = await others[0].room.sendMessage(new SendMessageRequest('without attributes'));
    assert.deepEqual([sender.userId, sender.attributes ?? {}], ['bert', {}]);
    for (const person of [anna, ...others]) assert.deepEqual(person.problems, []);
  });

  await t.test('messages are deleted by others, with a reason, and by the API', async () => {
    const room = await chat.room();
    const [anna, moderator, viewer] = await Promise.all(['anna', 'moderator', 'viewer'].map((name) => chat.person(room, name).connect()));
    const said = await anna.room.sendMessage(new SendMessageRequest('regrettable'));
    const request = new DeleteMessageRequest(said.id, 'off topic 🎈');
    const event = await within(5000, moderator.room.deleteMessage(request), 'the promise');
    assert.equal(event.messageId, said.id);
    assert.equal(event.reason, 'off topic 🎈');
    assert.equal(event.requestId, request.requestId);
    assert.ok(isNow(event.sendTime));
    assert.match(event.id, id);
    assert.notEqual(event.id, said.id);
    for (const person of [anna, moderator, viewer]) {
      const heard = await person.takes('messageDelete');
      assert.deepEqual([heard.messageId, heard.reason, heard.id], [said.id, 'off topic 🎈', event.id]);
    }
    const second = await anna.room.sendMessage(new SendMessageRequest('again'));
    assert.equal((await moderator.room.deleteMessage(new DeleteMessageRequest(second.id))).reason, undefined);
    await anna.takes('messageDelete');
    // Nobody checks whose message it is, nor whether there is one.
    const { id: eventId } = await send(chat.client, 'DeleteMessage', { roomIdentifier: room, id: 'zzzzzzzzzzzz', reason: 'by the API' });
    const deleted = await anna.takes('messageDelete');
    assert.deepEqual([deleted.id, deleted.messageId, deleted.reason], [eventId, 'zzzzzzzzzzzz', 'by the API']);
    for (const person of [anna, moderator, viewer]) assert.deepEqual(person.problems, []);
  });

  await t.test('a user is disconnected on every socket, and is told; others stay', async () => {
    const room = await chat.room();
    const [first, second, moderator] = await Promise.all(['rude', 'rude', 'moderator'].map((name) => chat.person(room, name).connect()));
    const request = new DisconnectUserRequest('rude', 'be nice');
    const event = await within(5000, moderator.room.disconnectUser(request), 'the promise');
    assert.deepEqual([event.userId, event.reason, event.requestId], ['rude', 'be nice', request.requestId]);
    for (const one of [first, second]) {
      const told = await one.takes('userDisconnect');
      assert.deepEqual([told.userId, told.reason], ['rude', 'be nice']);
      assert.equal(await one.takes('disconnect'), 'serverDisconnect');
      assert.equal(one.tokens.length, 1, 'it does not come back by itself');
    }
    await moderator.takes('userDisconnect');
    assert.equal(moderator.room.state, 'connected');
    // They may come back: it is no ban.
    await first.connect();
    await first.room.sendMessage(new SendMessageRequest('back again'));
    await moderator.hears('back again');
    // Oneself, and the API.
    const own = await within(5000, first.room.disconnectUser(new DisconnectUserRequest('rude')), 'the promise');
    assert.equal(own.userId, 'rude');
    assert.equal(await first.takes('disconnect'), 'serverDisconnect');
    await moderator.takes('userDisconnect');
    await second.connect();
    await send(chat.client, 'DisconnectUser', { roomIdentifier: room, userId: 'rude', reason: 'by the API' });
    assert.equal((await second.takes('userDisconnect', ({ reason }) => reason === 'by the API')).userId, 'rude');
    assert.equal(await second.takes('disconnect'), 'serverDisconnect');
    assert.equal((await moderator.takes('userDisconnect')).reason, 'by the API');
  });

  await t.test('the room hears of a user who is not there', async () => {
    const room = await chat.room();
    const moderator = await chat.person(room, 'moderator').connect();
    const event = await within(5000, moderator.room.disconnectUser(new DisconnectUserRequest('absent', 'why')), 'the promise');
    assert.deepEqual([event.userId, event.reason], ['absent', 'why']);
    await moderator.takes('userDisconnect');
    await send(chat.client, 'DisconnectUser', { roomIdentifier: room, userId: 'nobody' });
    const told = await moderator.takes('userDisconnect');
    assert.deepEqual([told.userId, told.reason], ['nobody', undefined]);
    assert.equal(moderator.room.state, 'connected');
  });

  await t.test('events of the application', async () => {
    const room = await chat.room();
    const people = await Promise.all(['anna', 'bert'].map((name) => chat.person(room, name, { capabilities: [] }).connect()));
    const { id: eventId } = await send(chat.client, 'SendEvent', {
      roomIdentifier: room, eventName: 'app:poll 🎈', attributes: { question: 'Ja?', 'a "b"': '\\' },
    });
    const { id: bare } = await send(chat.client, 'SendEvent', { roomIdentifier: room, eventName: 'bare' });
    for (const person of people) {
      const event = await person.takes('event');
      assert.deepEqual([event.id, event.eventName, event.attributes], [eventId, 'app:poll 🎈', { question: 'Ja?', 'a "b"': '\\' }]);
      assert.ok(isNow(event.sendTime));
      const second = await person.takes('event');
      assert.deepEqual([second.id, second.eventName, second.attributes ?? {}], [bare, 'bare', {}]);
      assert.deepEqual(person.problems, []);
    }
  });

  await t.test('errors come as what the library knows', async () => {
    const room = await chat.room({ maximumMessageLength: 20 });
    const viewer = await chat.person(room, 'viewer', { capabilities: [] }).connect();
    const writer = await chat.person(room, 'writer', { capabilities: ['SEND_MESSAGE'] }).connect();
    const request = new SendMessageRequest('hello');
    const error = await viewer.refused(viewer.room.sendMessage(request), 403);
    assert.equal(error.requestId, request.requestId);
    assert.match(error.id, id);
    assert.ok(error.errorMessage);
    await viewer.refused(viewer.room.deleteMessage(new DeleteMessageRequest('aaaaaaaaaaaa')), 403);
    await viewer.refused(viewer.room.disconnectUser(new DisconnectUserRequest('writer')), 403);
    await writer.refused(writer.room.deleteMessage(new DeleteMessageRequest('aaaaaaaaaaaa')), 403);
    await writer.refused(writer.room.sendMessage(new SendMessageRequest('x'.repeat(21))), 413);
    await writer.refused(writer.room.sendMessage(new SendMessageRequest('x', { a: 'b'.repeat(1024) })), 413);
    await writer.refused(writer.room.sendMessage(new SendMessageRequest('')), 400);
    await writer.room.sendMessage(new SendMessageRequest('🎈'.repeat(20)));
    await chat.own('PutRoomModeration', { roomIdentifier: room, moderation: { blockedWords: ['darn'] } });
    const rejected = await writer.refused(writer.room.sendMessage(new SendMessageRequest('oh darn it')), 406);
    assert.ok(rejected.errorMessage);
    assert.equal(writer.room.state, 'connected');
    await viewer.hears('🎈'.repeat(20));
    assert.deepEqual(viewer.told.message.rest, [], 'nothing else was said');
  });

  await t.test('too many requests are refused one by one, and the connection stays', async () => {
    const person = await chat.person(await chat.room(), 'hasty').connect();
    const answers = await within(5000, Promise.allSettled(
      Array.from({ length: 40 }, (_, i) => person.room.sendMessage(new SendMessageRequest(`${i}`)))), '40 answers');
    const refused = answers.filter(({ status }) => status === 'rejected');
    assert.ok(refused.length >= 20 && refused.length <= 30, `${refused.length} of 40 were refused`);
    for (const { reason } of refused) assert.equal(reason.errorCode, 429);
    await eventually(5000, 'room for more', () => person.room.sendMessage(new SendMessageRequest('later')).then(() => true, () => false));
  });

  await t.test('tokens that open nothing', async (inner) => {
    const room = await chat.room();
    const used = await chat.token(room, 'anna');
    await chat.person(room, 'anna', { provider: async () => used }).connect();
    const gone = await chat.room();
    const orphan = await chat.token(gone, 'anna');
    await send(chat.client, 'DeleteRoom', { identifier: gone });
    const elsewhere = await startChat(inner);
    const foreign = await elsewhere.token(await elsewhere.room(), 'anna');
    const fresh = (await chat.token(room, 'anna')).token;
    const middle = Math.floor(fresh.length / 2);
    const bad = {
      'one that was used': used.token, 'of a room that is gone': orphan.token, 'of another server': foreign.token,
      garbage: 'garbage', 'cut short': fresh.slice(0, -4), 'with more behind it': `${fresh}A`,
      changed: fresh.slice(0, middle) + (fresh[middle] === 'A' ? 'B' : 'A') + fresh.slice(middle + 1),
      'of a stranger': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${fresh.split('.')[1] ?? 'e30'}.`,
    };
    for (const [what, token] of Object.entries(bad)) {
      const person = chat.person(room, 'mallory', { provider: async () => ({ token }) });
      person.room.connect();
      assert.equal(await person.takes('disconnect'), 'socketError', what);
      assert.equal(person.tokens.length, 4, `${what}: it tried again, three times`);
      const refusal = await chat.open(token);
      assert.ok([401, 403, 404].includes(refusal.status), `${what}: ${refusal.status}`);
      assert.ok(refusal.text, what);
      assert.ok(!refusal.text.includes(token), what);
    }
    assert.equal((await chat.open(fresh)).status, undefined, 'and the whole one was still good');
    const failing = chat.person(room, 'anna', { provider: () => Promise.reject(new Error('the backend is away')) });
    failing.room.connect();
    assert.equal(await failing.takes('disconnect'), 'fetchTokenError');
  });

  await t.test('over TLS', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the certificate is one for development
    const person = await chat.person(await chat.room(), 'anna', { url: chat.server.https.replace(/^http/, 'ws') }).connect();
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    assert.equal((await person.room.sendMessage(new SendMessageRequest('safe'))).content, 'safe');
  });
});

test('the library renews its connection before its token ends; nothing is lost, nothing comes twice', async (t) => {
  // The library opens the next connection 30 s before the end of a token of less than a minute.
  const chat = await startChat(t, { chat: { token_validity: '33s' } });
  const room = await chat.room();
  const person = await chat.person(room, 'anna').connect();
  const writer = await chat.join(room, 'writer');
  const validity = (person.tokens[0].tokenExpirationTime - Date.now()) / 1000;
  assert.ok(validity > 25 && validity <= 33, `${validity} s`);
  assert.ok(person.tokens[0].sessionExpirationTime - Date.now() > 3_500_000, 'its session is longer');
  const said = [];
  for (const begun = Date.now(); person.tokens.length < 3; ) {
    assert.ok(Date.now() - begun < 20_000, 'it renews every three seconds');
    said.push(`message ${said.length}`);
    assert.equal((await writer.say(said.at(-1))).Content, said.at(-1));
    await new Promise((resolve) => { setTimeout(resolve, 110); }); // ten a second are allowed
  }
  await person.hears(said.at(-1));
  assert.deepEqual(person.told.message.all.map(({ content }) => content), said);
  assert.equal(person.told.connect.all.length, 1, 'the application notices nothing');
  assert.deepEqual(person.told.disconnect.all, []);
});

test('a token is good for as long as it says', async (t) => {
  const chat = await startChat(t, { chat: { token_validity: '1s' } });
  const room = await chat.room();
  const { token, tokenExpirationTime } = await chat.token(room, 'late');
  const fresh = await chat.join(room, 'early');
  await eventually(4000, 'the end of the token', () => Date.now() > tokenExpirationTime.getTime() + 1100); // it is told in whole seconds
  const refusal = await chat.open(token);
  assert.equal(refusal.status, 401, refusal.text);
  assert.equal((await fresh.say('who is in stays')).Content, 'who is in stays');
});

test('the server is killed and comes back: so do the clients, by themselves', async (t) => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-chat-'));
  const first = await startLastingChat(t, {}, port, folder);
  const room = await first.room();
  let chat = first;
  // An application's backend answers once the server is there again. When tokens end is not told: the
  // library would forget the timer of each connection that breaks, and keep this process for an hour.
  const provider = (userId) => async () => {
    const { token } = await eventually(20_000, 'a token', () => chat.token(room, userId).catch(() => false));
    return { token };
  };
  const people = await Promise.all(['anna', 'bert', 'anna'].map((name) => first.person(room, name, { provider: provider(name) }).connect()));
  await people[0].room.sendMessage(new SendMessageRequest('before'));
  for (const person of people) await person.hears('before');

  for (const [i, signal] of ['SIGKILL', 'SIGTERM'].entries()) {
    const round = i + 1;
    chat.server.child.kill(signal);
    await within(20_000, chat.server.exited, 'its end', chat.server.output);
    await eventually(5000, 'reconnecting', () => people.every(({ told }) => told.connecting.all.length >= round + 1));
    chat = await startLastingChat(t, {}, port, folder, first.key);
    for (const person of people) {
      await person.takes('connect');
      assert.deepEqual(person.told.disconnect.all, [], 'the application is told nothing but "connecting"');
    }
    await eventually(5000, 'everybody', () => people.every(({ room: one }) => one.state === 'connected'));
    await people[1].room.sendMessage(new SendMessageRequest(`after ${signal}`));
    for (const person of people) await person.hears(`after ${signal}`);
  }
});

test('the library in Chromium, two people and a moderator', async (t) => {
  const chat = await startChat(t);
  const room = await chat.room();
  for (const url of [chat.url, chat.server.https.replace(/^http/, 'ws')]) {
    await t.test(url.slice(0, 4), async (inner) => {
      const page = await openChatPage(inner, (userId) => chat.token(room, userId, { attributes: { name: `${userId} 🎈` } }), url);
      const node = await chat.person(room, 'node').connect();
      for (const name of ['anna', 'bert', 'moderator']) await page.connect(name);
      const said = await page.say('anna', 'from Chromium 👋', { a: 'ü' });
      assert.deepEqual([said.content, said.attributes, said.sender], ['from Chromium 👋', { a: 'ü' }, { userId: 'anna', attributes: { name: 'anna 🎈' } }]);
      assert.equal((await node.hears('from Chromium 👋')).id, said.id);
      await node.room.sendMessage(new SendMessageRequest('from Node'));
      await page.heard('bert', 'message', (message) => message.content === 'from Node');
      assert.equal((await page.call('moderator', 'deleteMessage', 'DeleteMessageRequest', said.id, 'why')).messageId, said.id);
      await page.heard('anna', 'messageDelete', ({ reason }) => reason === 'why');
      await page.call('moderator', 'disconnectUser', 'DisconnectUserRequest', 'bert', 'go');
      await page.heard('bert', 'userDisconnect', ({ userId }) => userId === 'bert');
      await page.heard('bert', 'disconnect', (reason) => reason === 'serverDisconnect');
      await send(chat.client, 'SendEvent', { roomIdentifier: room, eventName: 'app' });
      await page.heard('anna', 'event', ({ eventName }) => eventName === 'app');
      const refused = await page.call('moderator', 'sendMessage', 'SendMessageRequest', 'x'.repeat(501));
      assert.equal(refused.errorCode, 413);
      await page.disconnect('anna');
      await page.heard('anna', 'disconnect', (reason) => reason === 'clientDisconnect');
      assert.deepEqual(page.problems, []);
      node.room.disconnect();
    });
  }
});

test('capabilities that a token does not have cannot be taken', async (t) => {
  const chat = await startChat(t);
  const room = await chat.room();
  const actions = {
    SEND_MESSAGE: { Action: 'SEND_MESSAGE', Content: 'a' }, DELETE_MESSAGE: { Action: 'DELETE_MESSAGE', Id: 'aaaaaaaaaaaa' },
    DISCONNECT_USER: { Action: 'DISCONNECT_USER', UserId: 'nobody' },
  };
  for (let mask = 0; mask < 8; ++mask) {
    const capabilities = everything.filter((_, i) => mask & (1 << i));
    const member = await chat.join(room, `user-${mask}`, { capabilities });
    for (const [name, action] of Object.entries(actions)) {
      const answer = await member.request(action);
      if (capabilities.includes(name)) assert.notEqual(answer.Type, 'ERROR', `${capabilities} ${name}: ${JSON.stringify(answer)}`);
      else assert.deepEqual([answer.Type, answer.ErrorCode], ['ERROR', 403], `${capabilities} ${name}`);
    }
  }
});
