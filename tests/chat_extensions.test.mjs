// What chat has beyond the service (docs/chat.md), for clients that ask for it: history, presence,
// roles, bans, time-outs, slow mode, pinned messages, reactions, moderation, and what is kept when
// the server stops or dies. Clients that do not ask see none of it.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SendMessageRequest } from 'amazon-ivs-chat-messaging';
import { startChat, startLastingChat } from './support/chat.mjs';
import { databases } from './support/api_server.mjs';
import { send } from './support/ivs.mjs';
import { eventually, freePort, within } from './support/process.mjs';

const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));
const viewer = { capabilities: [] };
const writer = { capabilities: ['SEND_MESSAGE'] };
const all = ['SEND_MESSAGE', 'DELETE_MESSAGE', 'DISCONNECT_USER'];
const isHistory = ({ History }) => History === true;
const said = ({ frames }) => frames.all.filter(({ Type, EventName }) => Type === 'MESSAGE' || (Type === 'EVENT' && !EventName.startsWith('rostrum:')));

for (const [database, configure] of databases) {
  test(`history on joining, over ${database}`, async (t) => {
    const chat = await startChat(t, await configure(t));
    const room = await chat.room();
    const speakers = await times(3, (i) => chat.join(room, `speaker-${i}`, { attributes: { name: `${i} 🎈` } }));
    const originals = [];
    for (let i = 0; i < 12; ++i) {
      originals.push(await speakers[i % 3].say(`message ${i}`, { n: `${i}` }));
      if (i === 5) {
        await send(chat.client, 'SendEvent', { roomIdentifier: room, eventName: 'app' });
        originals.push(await speakers[0].event('app'));
      }
    }
    const plain = ({ at, RequestId, History, ...rest }) => rest;

    await t.test('the last N, in order, exactly as they were sent', async () => {
      for (const count of [1, 5, 13, 200]) {
        const member = await chat.extended(room, `reader-${count}`, { query: `&history=${count}`, ...viewer });
        const history = member.frames.all.filter(isHistory);
        assert.deepEqual(history.map(plain), originals.slice(-count).map(plain), `${count}`);
        assert.ok(history.every(({ RequestId }) => RequestId === undefined));
        assert.equal(member.welcome.Attributes.History, 'complete');
        const names = member.frames.all.map(({ EventName }) => EventName);
        assert.equal(names[0], 'rostrum:welcome', 'first of all');
        assert.equal(names.indexOf('rostrum:history-end'), history.length + 1, 'behind the history');
      }
      const none = await chat.extended(room, 'none', viewer);
      assert.deepEqual(none.frames.all.filter(isHistory), []);
    });

    await t.test('what was said since', async () => {
      const since = async (id, more = '') => {
        const member = await chat.extended(room, 'back', { query: `&since=${id}${more}`, ...viewer });
        return [member.frames.all.filter(isHistory).map(plain), member.welcome.Attributes.History];
      };
      assert.deepEqual(await since(originals[7].Id), [originals.slice(8).map(plain), 'complete']);
      assert.deepEqual(await since(originals.at(-1).Id), [[], 'complete']);
      assert.deepEqual(await since('zzzzzzzzzzzz', '&history=2'), [originals.slice(-2).map(plain), 'partial']);
      assert.deepEqual(await since('zzzzzzzzzzzz'), [[], 'partial']);
    });

    await t.test('without a gap: a reader who joins while others speak', async () => {
      const busy = await chat.room();
      const speaker = await chat.join(busy, 'speaker');
      const readers = [];
      const contents = [];
      for (let i = 0; i < 10; ++i) {
        contents.push(`gapless ${i}`);
        const [, reader] = await Promise.all([speaker.say(contents.at(-1)), chat.extended(busy, `reader-${i}`, { query: '&history=200', ...viewer })]);
        readers.push(reader);
      }
      for (const reader of readers) {
        if (!reader.heard.includes(contents.at(-1))) await reader.hears(contents.at(-1));
        assert.deepEqual(reader.heard, contents);
      }
    });

    await t.test('what was deleted does not come', async () => {
      const mine = await chat.room();
      const speaker = await chat.join(mine, 'speaker');
      const [first, second] = [await speaker.say('first'), await speaker.say('second')];
      await speaker.request({ Action: 'DELETE_MESSAGE', Id: first.Id });
      await send(chat.client, 'DeleteMessage', { roomIdentifier: mine, id: second.Id });
      await speaker.say('third');
      const reader = await chat.extended(mine, 'reader', { query: '&history=200', ...viewer });
      assert.deepEqual(reader.heard, ['third']);
    });

    await t.test('clients that only ask for history get nothing of ours', async () => {
      const member = await chat.join(room, 'plain', { query: '?history=3', ...viewer });
      await speakers[0].say('now');
      await member.hears('now');
      assert.ok(member.frames.all.every(({ EventName }) => !EventName?.startsWith('rostrum:')), JSON.stringify(member.frames.all));
      assert.deepEqual(member.heard.slice(0, -1), originals.slice(-3).map(({ Content }) => Content).filter(Boolean));
    });

    await t.test('what cannot be asked for', async () => {
      for (const query of ['?history=201', '?history=-1', '?history=a', '?rostrum=2', '?history=1e1', '?history=%zz']) {
        const refusal = await chat.open((await chat.token(room, 'a')).token, { query });
        assert.equal(refusal.status, 400, `${query}: ${refusal.status}`);
      }
    });

    await t.test('the API reads the same, page by page', async () => {
      const list = (input = {}) => chat.own('ListRoomMessages', { roomIdentifier: room, ...input });
      const { messages } = await list({ order: 'OLDEST_FIRST', maxResults: 200 });
      const kept = messages.filter(({ content }) => content !== 'now');
      assert.deepEqual(kept.map(({ id }) => id), originals.map(({ Id }) => Id));
      assert.deepEqual(kept[0], {
        id: originals[0].Id, type: 'MESSAGE', sendTime: kept[0].sendTime, userId: 'speaker-0', content: 'message 0', attributes: { n: '0' },
        senderAttributes: { name: '0 🎈' },
      });
      assert.equal(Date.parse(kept[0].sendTime), Date.parse(originals[0].SendTime));
      for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
        const found = [];
        let nextToken;
        do {
          const page = await list({ order, maxResults: 5, nextToken });
          assert.ok(page.messages.length <= 5);
          found.push(...page.messages);
          ({ nextToken } = page);
        } while (nextToken);
        assert.deepEqual(found, order === 'OLDEST_FIRST' ? messages : [...messages].reverse());
      }
      assert.deepEqual((await list({ userId: 'speaker-1', order: 'OLDEST_FIRST' })).messages.map(({ content }) => content),
        ['message 1', 'message 4', 'message 7', 'message 10']);
      // Several may be said in one millisecond, and times are told to the millisecond.
      const saidIn = ([from, to]) => messages.filter(({ sendTime }) => sendTime >= from && sendTime < to).map(({ id }) => id);
      const moments = [...new Set(messages.map(({ sendTime }) => sendTime))];
      const end = new Date(Date.parse(moments.at(-1)) + 1).toISOString();
      for (const [from, to] of [[moments[0], end], [moments[0], moments.at(-1)], [moments[Math.floor(moments.length / 2)], end]]) {
        const between = (await list({ startTime: from, endTime: to, order: 'OLDEST_FIRST', maxResults: 200 })).messages;
        assert.deepEqual(between.map(({ id }) => id), saidIn([from, to]), `${from} to ${to}`);
      }
      assert.equal(saidIn([moments[0], end]).length, messages.length);
    });
  });
}

test('welcome, presence and rules of the room', async (t) => {
  const chat = await startChat(t);

  await t.test('the welcome says who one is', async () => {
    const room = await chat.room({ maximumMessageLength: 77 });
    const { token, sessionExpirationTime } = await chat.token(room, 'anna 🎈', writer);
    const member = await chat.open(token, { query: '?rostrum=1' });
    const { Attributes } = await member.event('rostrum:welcome');
    assert.deepEqual(Attributes, {
      RoomArn: room, UserId: 'anna 🎈', Role: 'NONE', Capabilities: 'SEND_MESSAGE', MaximumMessageLength: '77', SlowModeSeconds: '0',
      SessionExpirationTime: Attributes.SessionExpirationTime, History: 'complete',
    });
    assert.ok(Math.abs(Date.parse(Attributes.SessionExpirationTime) - sessionExpirationTime.getTime()) < 1001);
    const every = await chat.extended(room, 'every');
    assert.deepEqual(every.welcome.Attributes.Capabilities.split(',').sort(), [...all].sort());
  });

  await t.test('presence: counts of connections and users, by frame and by API', async () => {
    const room = await chat.room();
    const watcher = await chat.extended(room, 'watcher', viewer);
    const first = await watcher.event('rostrum:presence');
    assert.deepEqual(first.Attributes, { Connections: '1', Users: '1' });
    const people = await times(4, (i) => chat.join(room, `user-${i % 2}`));
    await watcher.event('rostrum:presence', ({ Attributes }) => Attributes.Connections === '5' && Attributes.Users === '3');
    assert.deepEqual(await chat.own('GetRoomPresence', { roomIdentifier: room }), { connections: 5, userCount: 3, users: ['user-0', 'user-1', 'watcher'] });
    const two = await chat.own('GetRoomPresence', { roomIdentifier: room, maxResults: 2 });
    assert.deepEqual([two.userCount, two.users.length], [3, 2]);
    for (const one of people) one.socket.terminate();
    await watcher.event('rostrum:presence', ({ Attributes }) => Attributes.Connections === '1' && Attributes.Users === '1');
    assert.ok(people.every(({ frames }) => frames.all.every(({ EventName }) => !EventName?.startsWith('rostrum:'))));
    assert.deepEqual(await chat.own('GetRoomPresence', { roomIdentifier: await chat.room() }), { connections: 0, userCount: 0, users: [] });
    const changes = watcher.frames.all.filter(({ EventName }) => EventName === 'rostrum:presence').map(({ at }) => at);
    for (let i = 2; i < changes.length; ++i) assert.ok(changes[i] - changes[i - 1] > 1800, 'at most every two seconds');
  });

  await t.test('changes of the room are told', async () => {
    const room = await chat.room();
    const member = await chat.extended(room, 'anna');
    await chat.caller.get('UpdateRoom', { identifier: room, maximumMessageLength: 9 });
    const told = await member.event('rostrum:room', ({ Attributes }) => Attributes.MaximumMessageLength === '9');
    assert.equal(told.Attributes.SlowModeSeconds, '0');
  });

  await t.test('slow mode: by a moderator, for everybody but those with a role', async () => {
    const room = await chat.room();
    const moderator = await chat.extended(room, 'moderator');
    const [anna, vip] = await Promise.all(['anna', 'vip'].map((name) => chat.extended(room, name, writer)));
    const plain = await chat.join(room, 'plain', writer);
    await chat.own('PutRoomRole', { roomIdentifier: room, userId: 'vip', role: 'VIP' });
    assert.equal((await anna.request({ Action: 'SET_SLOW_MODE', Seconds: 5 })).ErrorCode, 403);
    const answer = await moderator.request({ Action: 'SET_SLOW_MODE', Seconds: 60 });
    assert.deepEqual([answer.EventName, answer.Attributes.SlowModeSeconds], ['rostrum:room', '60']);
    await anna.event('rostrum:room', ({ Attributes }) => Attributes.SlowModeSeconds === '60');
    assert.equal((await anna.say('one')).Type, 'MESSAGE');
    const refused = await anna.say('two');
    assert.deepEqual([refused.Type, refused.ErrorCode], ['ERROR', 429]);
    assert.ok(Number(refused.RetryAfterSeconds) >= 55 && Number(refused.RetryAfterSeconds) <= 60, JSON.stringify(refused));
    await plain.say('one');
    const plainly = await plain.say('two');
    assert.deepEqual([plainly.ErrorCode, plainly.RetryAfterSeconds], [429, undefined]);
    for (let i = 0; i < 3; ++i) assert.equal((await vip.say(`${i}`)).Sender.Role, 'VIP');
    assert.equal((await chat.own('GetRoomModeration', { roomIdentifier: room })).moderation.slowModeSeconds, 60, 'it is kept');
    await moderator.request({ Action: 'SET_SLOW_MODE', Seconds: 0 });
    assert.equal((await anna.say('three')).Type, 'MESSAGE');
    assert.equal((await moderator.request({ Action: 'SET_SLOW_MODE', Seconds: 3601 })).ErrorCode, 400);
    assert.ok(plain.frames.all.every(({ EventName }) => !EventName?.startsWith('rostrum:')));
  });
});

test('roles', async (t) => {
  const chat = await startChat(t);
  const room = await chat.room();
  const put = (userId, role) => chat.own('PutRoomRole', { roomIdentifier: room, userId, role });
  const [anna, bert] = await Promise.all(['anna', 'bert'].map((name) => chat.extended(room, name, writer)));
  const plain = await chat.join(room, 'anna', writer);

  const heard = async (content) => (await bert.hears(content)).Sender;
  await anna.say('nobody yet');
  assert.equal((await heard('nobody yet')).Role, undefined);

  for (const role of ['VIP', 'MODERATOR', 'OWNER']) {
    await put('anna', role);
    const told = await bert.event('rostrum:role', ({ Attributes }) => Attributes.Role === role);
    assert.deepEqual(told.Attributes, { UserId: 'anna', Role: role });
    assert.equal((await anna.say(`as ${role}`)).Sender.Role, role);
    assert.equal((await heard(`as ${role}`)).Role, role);
    assert.equal((await plain.say(`also ${role}`)).Sender.Role, role, 'on every socket of the user');
    await heard(`also ${role}`);
    const mine = await bert.say(`mine ${role}`);
    const answer = await anna.request({ Action: 'DELETE_MESSAGE', Id: mine.Id });
    if (role === 'VIP') assert.equal(answer.ErrorCode, 403);
    else assert.equal(answer.EventName, 'aws:DELETE_MESSAGE', 'whatever the token says');
    const again = await chat.extended(room, 'anna', writer);
    assert.equal(again.welcome.Attributes.Role, role);
    await again.close();
  }
  await put('bert', 'VIP');
  assert.deepEqual(await chat.own('ListRoomRoles', { roomIdentifier: room }), { roles: [{ userId: 'anna', role: 'OWNER' }, { userId: 'bert', role: 'VIP' }] });
  const one = await chat.own('ListRoomRoles', { roomIdentifier: room, maxResults: 1 });
  assert.deepEqual((await chat.own('ListRoomRoles', { roomIdentifier: room, nextToken: one.nextToken })).roles, [{ userId: 'bert', role: 'VIP' }]);
  await put('anna', 'NONE');
  assert.equal((await anna.say('no longer')).Sender.Role, undefined);
  assert.equal((await anna.request({ Action: 'BAN_USER', UserId: 'bert' })).ErrorCode, 403);
  assert.deepEqual((await chat.own('ListRoomRoles', { roomIdentifier: room })).roles, [{ userId: 'bert', role: 'VIP' }]);
  assert.ok(plain.frames.all.every(({ EventName }) => !EventName?.startsWith('rostrum:')));
});

test('bans and time-outs', async (t) => {
  const chat = await startChat(t);
  const tokenRefused = async (room, userId) => (await chat.caller.call('CreateChatToken', { roomIdentifier: room, userId })).status === 403;

  await t.test('by a moderator in the room, until it is lifted', async () => {
    const room = await chat.room();
    const moderator = await chat.extended(room, 'moderator');
    const [rude, twin, plain] = [await chat.extended(room, 'rude', writer), await chat.join(room, 'rude', writer), await chat.join(room, 'plain')];
    const spare = await chat.token(room, 'rude');
    assert.equal((await rude.request({ Action: 'BAN_USER', UserId: 'moderator' })).ErrorCode, 403);
    const answer = await moderator.request({ Action: 'BAN_USER', UserId: 'rude', Reason: 'enough 🎈' });
    assert.deepEqual([answer.EventName, answer.Attributes], ['rostrum:banned', { UserId: 'rude', Reason: 'enough 🎈' }]);
    for (const socket of [rude, twin]) {
      const told = await socket.event('aws:DISCONNECT_USER');
      assert.deepEqual(told.Attributes, { UserId: 'rude', Reason: 'enough 🎈' });
      assert.equal((await socket.ended()).code, 1000);
    }
    await plain.event('aws:DISCONNECT_USER');
    assert.ok(plain.frames.all.every(({ EventName }) => !EventName?.startsWith('rostrum:')));
    const order = moderator.frames.all.map(({ EventName }) => EventName);
    assert.ok(order.indexOf('aws:DISCONNECT_USER') < order.indexOf('rostrum:banned'), `${order}`);
    assert.equal((await chat.open(spare.token)).status, 403, 'a token from before opens nothing');
    assert.ok(await tokenRefused(room, 'rude'));
    const { bans } = await chat.own('ListRoomBans', { roomIdentifier: room });
    assert.deepEqual(bans, [{ userId: 'rude', reason: 'enough 🎈', createTime: bans[0].createTime }]);
    const lifted = await moderator.request({ Action: 'UNBAN_USER', UserId: 'rude' });
    assert.deepEqual([lifted.EventName, lifted.Attributes], ['rostrum:unbanned', { UserId: 'rude' }]);
    assert.deepEqual((await chat.own('ListRoomBans', { roomIdentifier: room })).bans, []);
    const back = await chat.join(room, 'rude', writer);
    assert.equal((await back.say('sorry')).Type, 'MESSAGE');
  });

  await t.test('by the API, and only for a while', async () => {
    const room = await chat.room();
    const watcher = await chat.extended(room, 'watcher', viewer);
    const rude = await chat.join(room, 'rude', writer);
    const { ban } = await chat.own('BanRoomUser', { roomIdentifier: room, userId: 'rude', durationSeconds: 2, reason: 'calm down' });
    const until = Date.parse(ban.until);
    assert.ok(Math.abs(until - Date.now() - 2000) < 1500, ban.until);
    assert.equal((await rude.ended()).code, 1000);
    const told = await watcher.event('rostrum:banned');
    assert.deepEqual([told.Attributes.UserId, told.Attributes.Reason], ['rude', 'calm down']);
    assert.ok(Math.abs(Date.parse(told.Attributes.Until) - until) < 1000);
    assert.ok(await tokenRefused(room, 'rude'));
    await eventually(6000, 'the end of the time-out', async () => !(await tokenRefused(room, 'rude')));
    assert.ok(Date.now() >= until - 100);
    assert.deepEqual((await chat.own('ListRoomBans', { roomIdentifier: room })).bans, []);
    const back = await chat.join(room, 'rude', writer);
    assert.equal((await back.say('calm')).Type, 'MESSAGE');
    // Somebody who is not there.
    await chat.own('BanRoomUser', { roomIdentifier: room, userId: 'absent' });
    assert.ok(await tokenRefused(room, 'absent'));
    await watcher.event('rostrum:banned', ({ Attributes }) => Attributes.UserId === 'absent' && Attributes.Until === undefined);
    await chat.own('UnbanRoomUser', { roomIdentifier: room, userId: 'absent' });
    await watcher.event('rostrum:unbanned', ({ Attributes }) => Attributes.UserId === 'absent');
    assert.ok(!await tokenRefused(room, 'absent'));
  });

  await t.test('a ban is for one room', async () => {
    const [room, other] = [await chat.room(), await chat.room()];
    const elsewhere = await chat.join(other, 'rude', writer);
    await chat.own('BanRoomUser', { roomIdentifier: room, userId: 'rude' });
    assert.equal((await elsewhere.say('still here')).Type, 'MESSAGE');
  });
});

test('pinned messages and reactions', async (t) => {
  const chat = await startChat(t);
  const room = await chat.room();
  const moderator = await chat.extended(room, 'moderator');
  const [anna, plain] = [await chat.extended(room, 'anna', writer), await chat.join(room, 'plain', writer)];
  const message = await anna.say('pin me 📌', { a: 'b' });
  await moderator.hears('pin me 📌');

  await t.test('pinned by a moderator, seen by those who come later', async () => {
    assert.equal((await anna.request({ Action: 'PIN_MESSAGE', Id: message.Id })).ErrorCode, 403);
    const answer = await moderator.request({ Action: 'PIN_MESSAGE', Id: message.Id });
    assert.equal(answer.EventName, 'rostrum:pinned');
    const pinned = JSON.parse(answer.Attributes.Message);
    assert.deepEqual([pinned.Id, pinned.Content, pinned.Attributes, pinned.Sender.UserId], [message.Id, 'pin me 📌', { a: 'b' }, 'anna']);
    await anna.event('rostrum:pinned');
    const late = await chat.extended(room, 'late', viewer);
    assert.equal(JSON.parse((await late.event('rostrum:pinned')).Attributes.Message).Id, message.Id);
    const unpinned = await moderator.request({ Action: 'UNPIN_MESSAGE' });
    assert.deepEqual([unpinned.EventName, unpinned.Attributes], ['rostrum:unpinned', { MessageId: message.Id }]);
    await anna.event('rostrum:unpinned');
  });

  await t.test('pinned by the API, right after it was said', async () => {
    const fresh = await anna.say('fresh');
    await chat.own('PinMessage', { roomIdentifier: room, id: fresh.Id });
    assert.equal(JSON.parse((await anna.event('rostrum:pinned')).Attributes.Message).Id, fresh.Id);
    await chat.own('UnpinMessage', { roomIdentifier: room });
    await anna.event('rostrum:unpinned');
    const answer = await chat.caller.raw({ method: 'POST', path: '/PinMessage', body: JSON.stringify({ roomIdentifier: room, id: 'zzzzzzzzzzzz' }) }, { service: 'rostrum' });
    assert.equal(answer.status, 404, answer.text);
    assert.equal((await moderator.request({ Action: 'PIN_MESSAGE', Id: 'zzzzzzzzzzzz' })).ErrorCode, 400);
  });

  await t.test('said by the API in a name', async () => {
    const said = { roomIdentifier: room, userId: 'host', content: 'start poll', attributes: { eventType: 'START_POLL' }, senderAttributes: { color: 'blue' } };
    const { id } = await chat.own('SendRoomMessage', said);
    const heard = await anna.hears('start poll');
    assert.deepEqual([heard.Type, heard.Id, heard.Attributes, heard.Sender.UserId, heard.Sender.Attributes],
      ['MESSAGE', id, said.attributes, 'host', said.senderAttributes]);
    const { messages } = await chat.own('ListRoomMessages', { roomIdentifier: room, userId: 'host' });
    assert.deepEqual(messages.map((each) => [each.id, each.content]), [[id, 'start poll']]);
    for (const wrong of [{ content: '' }, { content: 'x'.repeat(501) }, { attributes: { a: 'x'.repeat(1024) } }, { senderAttributes: { a: 'x'.repeat(1024) } }]) {
      const answer = await chat.caller.raw({ method: 'POST', path: '/SendRoomMessage', body: JSON.stringify({ ...said, ...wrong }) }, { service: 'rostrum' });
      assert.equal(answer.status, 400, answer.text);
    }
  });

  await t.test('deleting a pinned message unpins it', async () => {
    const doomed = await anna.say('doomed');
    await moderator.request({ Action: 'PIN_MESSAGE', Id: doomed.Id });
    await moderator.request({ Action: 'DELETE_MESSAGE', Id: doomed.Id });
    await anna.event('rostrum:unpinned', ({ Attributes }) => Attributes.MessageId === doomed.Id);
    const late = await chat.extended(room, 'later', viewer);
    assert.ok(!late.frames.all.some(({ EventName }) => EventName === 'rostrum:pinned'));
  });

  await t.test('reactions are counted, once for each user', async () => {
    const target = await anna.say('react');
    const twin = await chat.extended(room, 'anna', writer);
    const react = (member, Reaction, Remove) => member.request({ Action: 'REACT', Id: target.Id, Reaction, ...(Remove ? { Remove } : {}) });
    const counts = (wanted) => moderator.event('rostrum:reactions', ({ Attributes }) =>
      Attributes.MessageId === target.Id && JSON.stringify(sorted(JSON.parse(Attributes.Counts))) === JSON.stringify(sorted(wanted)));
    for (const [who, what] of [[anna, '👍'], [twin, '👍'], [moderator, '👍'], [moderator, '👨‍👩‍👦']]) {
      assert.equal((await react(who, what)).EventName, 'rostrum:done');
    }
    await counts({ '👍': 2, '👨‍👩‍👦': 1 });
    assert.equal((await react(anna, '👍', true)).EventName, 'rostrum:done');
    await counts({ '👍': 1, '👨‍👩‍👦': 1 });
    for (const bad of ['a', '', 'ab', '👍👍', 'x'.repeat(33)]) assert.equal((await react(moderator, bad)).ErrorCode, 400, bad);
    assert.equal((await moderator.request({ Action: 'REACT', Id: 'zzzzzzzzzzzz', Reaction: '👍' })).ErrorCode, 400);
    const silent = await chat.extended(room, 'silent', viewer);
    assert.equal((await react(silent, '👍')).ErrorCode, 403);
    const told = moderator.frames.all.filter(({ EventName, Attributes }) => EventName === 'rostrum:reactions' && Attributes.MessageId === target.Id);
    for (let i = 1; i < told.length; ++i) assert.ok(told[i].at - told[i - 1].at > 900, 'at most once a second');
    await eventually(5000, 'counts with the history', async () => {
      const late = await chat.extended(room, 'late-reader', { query: '&history=200', ...viewer });
      const found = late.frames.all.find(({ EventName, Attributes }) => EventName === 'rostrum:reactions' && Attributes.MessageId === target.Id);
      return found && JSON.parse(found.Attributes.Counts)['👍'] === 1;
    });
  });

  await t.test('clients that did not ask saw none of it', async () => {
    assert.ok(plain.frames.all.length > 0);
    assert.ok(plain.frames.all.every(({ EventName }) => !EventName?.startsWith('rostrum:')), JSON.stringify(plain.frames.all));
    for (const Action of ['REACT', 'PIN_MESSAGE', 'BAN_USER', 'SET_SLOW_MODE']) {
      const answer = await plain.request({ Action, Id: message.Id, Reaction: '👍', UserId: 'anna', Seconds: 1 });
      assert.equal(answer.ErrorCode, 400, Action);
    }
  });
});
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

test('moderation that is built in', async (t) => {
  const chat = await startChat(t);
  const room = await chat.room();
  const put = (moderation) => chat.own('PutRoomModeration', { roomIdentifier: room, moderation });
  const ask = async (moderation, rows) => {
    const { moderation: kept } = await put(moderation);
    for (const [name, value] of Object.entries(moderation)) assert.deepEqual(kept[name], value, name);
    assert.deepEqual((await chat.own('GetRoomModeration', { roomIdentifier: room })).moderation, kept);
    for (const [content, code, attributes, userId = 'anna'] of rows) {
      const member = await chat.join(room, userId, { ...writer, attributes });
      const answer = await member.say(content);
      if (code) assert.deepEqual([answer.Type, answer.ErrorCode], ['ERROR', code], `${content} ${JSON.stringify(answer)}`);
      else assert.equal(answer.Type, 'MESSAGE', `${content}: ${JSON.stringify(answer)}`);
      if (code === 406) assert.match(answer.ErrorMessage, /^Message rejected/);
      await member.close();
    }
  };
  const listener = await chat.join(room, 'listener', viewer);

  await t.test('words and patterns', () => ask({ blockedWords: ['darn', 'heck'], blockedPatterns: ['(?i)\\bfree\\s+coins\\b', '^!+$'] }, [
    ['hello', 0], ['oh darn', 406], ['DARN!', 406], ['dàrn', 406], ['darning', 0], ['what the HECK?', 406], ['free  Coins', 406], ['freecoins', 0], ['!!!', 406],
    ['wow!!!', 0],
  ]));
  await t.test('links', () => ask({ links: 'DENY' }, [
    ['darn', 0], ['see https://example.com/a', 406], ['HTTP://EXAMPLE.COM', 406], ['www.example.org', 406], ['no link here. Really', 0], ['at 3.30', 0],
  ]));
  await t.test('text that is repeated', () => ask({ repeatedTextSeconds: 60 }, [
    ['buy now', 0], ['buy now', 406], ['buy now', 0, undefined, 'bert'], ['something else', 0], ['Buy  NOW', 406],
  ]));
  await t.test('speakers', async () => {
    await ask({ speakers: 'FOLLOWERS' }, [['a', 406], ['b', 0, { follower: 'true' }], ['c', 406, { follower: 'false' }]]);
    await ask({ speakers: 'VERIFIED' }, [['d', 406, { follower: 'true' }], ['e', 0, { verified: 'true' }]]);
    await ask({ speakers: 'EVERYBODY' }, [['f', 0]]);
  });
  await t.test('new accounts', () => ask({ newAccountSeconds: 3600 }, [
    ['g', 406, { accountCreatedAt: new Date().toISOString() }], ['h', 0, { accountCreatedAt: new Date(Date.now() - 7_200_000).toISOString() }],
  ]));
  await t.test('not for those with a role', async () => {
    await chat.own('PutRoomRole', { roomIdentifier: room, userId: 'vip', role: 'VIP' });
    await ask({ blockedWords: ['darn'], links: 'DENY', speakers: 'VERIFIED' }, [['darn https://example.com', 0, undefined, 'vip'], ['plain', 406]]);
  });
  await t.test('what cannot be', async () => {
    for (const moderation of [{ blockedPatterns: ['('] }, { blockedWords: [''] }, { slowModeSeconds: 3601 }, { links: 'SOME' }, { blockedWords: Array(2001).fill('a') }]) {
      const answer = await chat.caller.raw({ method: 'POST', path: '/PutRoomModeration', body: JSON.stringify({ roomIdentifier: room, moderation }) }, { service: 'rostrum' });
      assert.equal(answer.status, 400, JSON.stringify(moderation).slice(0, 100));
    }
  });
  await t.test('a rate beyond that of the service', async () => {
    await put({ maximumMessageRatePerSecond: 1000 });
    const people = await times(15, (i) => chat.join(room, `many-${i}`, writer));
    const answers = (await Promise.all(people.map((one) => times(9, (i) => one.say(`${one.userId} ${i}`))))).flat();
    assert.deepEqual([...new Set(answers.map(({ Type }) => Type))], ['MESSAGE']);
  });
  assert.ok(!listener.heard.some((content) => /^(oh darn|DARN!|www)/.test(content)), 'nobody heard what was refused');
});

test('unmodified clients notice nothing', async (t) => {
  const chat = await startChat(t);
  const room = await chat.room();
  const person = await chat.person(room, 'anna').connect();
  const moderator = await chat.extended(room, 'moderator');
  const message = await moderator.say('hello');
  for (const action of [
    { Action: 'PIN_MESSAGE', Id: message.Id }, { Action: 'REACT', Id: message.Id, Reaction: '👍' }, { Action: 'UNPIN_MESSAGE' },
    { Action: 'SET_SLOW_MODE', Seconds: 1 }, { Action: 'SET_SLOW_MODE', Seconds: 0 }, { Action: 'BAN_USER', UserId: 'absent' }, { Action: 'UNBAN_USER', UserId: 'absent' },
  ]) assert.notEqual((await moderator.request(action)).Type, 'ERROR', action.Action);
  await chat.own('PutRoomRole', { roomIdentifier: room, userId: 'anna', role: 'OWNER' });
  const said = await person.room.sendMessage(new SendMessageRequest('as an owner'));
  assert.deepEqual(said.sender.userId, 'anna');
  await moderator.hears('as an owner');
  assert.deepEqual(person.problems, []);
  assert.deepEqual(person.told.event.all, []);
  assert.deepEqual(person.told.userDisconnect.all.map(({ userId }) => userId), ['absent']);
  assert.deepEqual(person.told.message.all.map(({ content }) => content), ['hello', 'as an owner']);
});

for (const [database, configure] of databases) {
  test(`what was said is there after the server has stopped, and after it was killed, over ${database}`, async (t) => {
    const config = await configure(t);
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'rostrum-chat-'));
    let chat = await startLastingChat(t, config, port, folder);
    const { key } = chat;
    const room = await chat.room();
    await chat.own('PutRoomRole', { roomIdentifier: room, userId: 'mod', role: 'MODERATOR' });
    await chat.own('BanRoomUser', { roomIdentifier: room, userId: 'rude' });
    await chat.own('PutRoomModeration', { roomIdentifier: room, moderation: { blockedWords: ['darn'], slowModeSeconds: 0 } });
    const contents = [];
    const gone = new Set();
    let last;

    for (const signal of ['SIGTERM', 'SIGKILL', 'SIGTERM']) {
      const people = await times(3, (i) => chat.join(room, `user-${i}`));
      const reader = await chat.extended(room, 'reader', viewer);
      for (let i = 0; i < 12; ++i) {
        const content = `${signal} ${contents.length}`;
        const frame = await people[i % 3].say(content);
        assert.equal(frame.Type, 'MESSAGE', JSON.stringify(frame));
        contents.push(content);
        last = frame;
        if (i === 3) {
          await people[0].request({ Action: 'DELETE_MESSAGE', Id: frame.Id });
          gone.add(content);
        }
      }
      if (signal === 'SIGTERM') await chat.own('PinMessage', { roomIdentifier: room, id: last.Id });
      const dying = chat.server;
      if (signal === 'SIGKILL') {
        // What was said in the last tenth of a second may be lost, and what a busy disk has not taken by then.
        await eventually(2000, 'half a second', () => performance.now() - last.at > 500);
      } else {
        // Said while it stops: heard by others means kept.
        people[1].send({ Action: 'SEND_MESSAGE', Content: 'at the end' });
        await reader.hears('at the end');
        contents.push('at the end');
      }
      dying.child.kill(signal);
      for (const one of people) assert.equal((await one.ended()).code, 1006, 'no close frame: they come back');
      await within(20_000, dying.exited, 'its end', dying.output);
      chat = await startLastingChat(t, config, port, folder, key);
      const back = await chat.extended(room, 'reader', { query: '&history=200', ...viewer });
      assert.deepEqual(said(back).filter(({ Type }) => Type === 'MESSAGE').map(({ Content }) => Content), contents.filter((one) => !gone.has(one)));
      if (signal === 'SIGTERM') assert.equal(JSON.parse((await back.event('rostrum:pinned')).Attributes.Message).Id, last.Id);
      const since = await chat.extended(room, 'back', { query: `&since=${last.Id}`, ...viewer });
      assert.deepEqual(since.heard, signal === 'SIGKILL' ? [] : ['at the end']);
      assert.equal((await chat.caller.call('CreateChatToken', { roomIdentifier: room, userId: 'rude' })).status, 403, 'the ban holds');
      const moderator = await chat.extended(room, 'mod', viewer);
      assert.equal(moderator.welcome.Attributes.Role, 'MODERATOR');
      const writerBack = await chat.join(room, 'user-1', writer);
      assert.equal((await writerBack.say('darn')).ErrorCode, 406);
    }
    assert.equal((await chat.own('ListRoomMessages', { roomIdentifier: room, maxResults: 200 })).messages
      .filter(({ type }) => type === 'MESSAGE').length, contents.length - gone.size);
  });
}
