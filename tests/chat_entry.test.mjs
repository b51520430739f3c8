// How people come into the chat of a channel's page: visitors under a name, moderators by an
// invitation, nobody into that of a private channel, and what the route tells of the past.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import WebSocket from 'ws';
import { startApi } from './support/api_server.mjs';
import { Member } from './support/chat.mjs';
import { exchange } from './support/ivs.mjs';
import { eventually } from './support/process.mjs';


/** A server with one channel, and what a page does there. */
async function startPage(t, config = {}) {
  const { server, caller } = await startApi(t, config);
  const { channel } = await caller.get('CreateChannel', { name: 'open' });
  const id = channel.arn.split('/').at(-1);
  const enter = (body = {}, to = id) => exchange(server.http, {
    method: 'POST', path: `/api/rostrum/v1/channels/${to}/chat`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const past = (query = '', of = id) => exchange(server.http, {
    method: 'GET', path: `/api/rostrum/v1/channels/${of}/chat/messages${query}`,
  });
  const join = async (answer) => {
    assert.equal(answer.status, 200, answer.text);
    const { url, token, userId } = answer.body;
    const socket = new WebSocket(url, token, { perMessageDeflate: false });
    t.after(() => socket.terminate());
    await new Promise((resolve, reject) => { socket.once('open', resolve); socket.once('error', reject); });
    return new Member(socket, userId);
  };
  const invite = async (input) =>
    (await caller.own('CreateRoomInvite', { channelArn: channel.arn, role: 'MODERATOR', ...input })).invite;
  return { server, caller, channel, enter, past, join, invite };
}

test('visitors come in under a name, and are the same when they come back', async (t) => {
  const { enter, join, past } = await startPage(t);
  const looking = await enter();
  assert.equal(looking.status, 200, looking.text);
  assert.deepEqual(looking.body.capabilities, [], 'without a name one may look on');
  assert.equal(looking.body.guestsMaySend, true);
  const first = await enter({ displayName: ' Zoë ' });
  assert.deepEqual(first.body.capabilities, ['SEND_MESSAGE']);
  assert.equal(first.body.displayName, 'Zoë');
  assert.equal(first.body.role, 'NONE');
  const again = await enter({ displayName: 'Zoë', visitor: first.body.visitor });
  assert.equal(again.body.userId, first.body.userId);
  assert.equal(again.body.roomArn, first.body.roomArn);
  assert.notEqual((await enter({ displayName: 'Zoë', visitor: `${first.body.visitor}x` })).body.userId, first.body.userId);
  const zoe = await join(again);
  const onlooker = await join(looking);
  const said = await zoe.say('hello');
  assert.equal(said.Sender.Attributes.displayName, 'Zoë');
  assert.match(said.Sender.Attributes.color, /^#[0-9a-f]{6}$/);
  assert.equal((await onlooker.say('me too')).ErrorCode, 403);
  let kept = [];
  await eventually(10_000, 'what was said is kept', async () => {
    kept = (await past()).body.messages;
    return kept.length > 0;
  });
  assert.deepEqual(kept.map(({ Content }) => Content), ['hello']);
  assert.deepEqual((await past(`?after=${kept[0].Id}`)).body.messages, []);
});

test('names and bodies that cannot be', async (t) => {
  const { enter, past, server } = await startPage(t);
  for (const body of ['[]', '{', '{"displayName":5}', JSON.stringify({ displayName: 'a'.repeat(51) }),
    JSON.stringify({ displayName: 'a\u0007b' })]) {
    const answer = await enter(body);
    assert.equal(answer.status, 400, `${body}: ${answer.text}`);
    assert.equal(answer.body.error, 'invalid');
  }
  assert.equal((await enter({}, 'NoSuchChanne')).status, 404);
  for (const query of ['?from=yesterday', '?limit=0', '?limit=501', '?limit=x']) {
    assert.equal((await past(query)).status, 400, query);
  }
  const get = await exchange(server.http, { method: 'GET', path: '/api/rostrum/v1/channels/x/chat' });
  assert.equal(get.status, 405);
});

test('an invitation makes a moderator, whose bans hold at the door', async (t) => {
  const { enter, join, invite, server } = await startPage(t);
  const text = await invite({ displayName: 'Mo' });
  const moderator = await enter({ invite: text });
  assert.equal(moderator.body.role, 'MODERATOR');
  assert.equal(moderator.body.displayName, 'Mo');
  assert.equal(moderator.body.visitor, undefined);
  const mo = await join({ ...moderator, body: { ...moderator.body, url: `${moderator.body.url}?rostrum=1` } });
  const eve = await enter({ displayName: 'Eve' });
  const there = await join(eve);
  const answered = await mo.request({ Action: 'BAN_USER', UserId: eve.body.userId, DurationSeconds: 600, Reason: 'enough' });
  assert.equal(answered.EventName, 'rostrum:banned');
  assert.equal((await there.closed).code, 1000);
  const banned = await enter({ displayName: 'Eve', visitor: eve.body.visitor });
  assert.equal(banned.status, 403);
  assert.equal(banned.body.error, 'banned');
  assert.ok(Date.parse(banned.body.until) > Date.now());
  const wrong = await enter({ invite: `${text}x` });
  assert.equal(wrong.status, 403);
  assert.equal(wrong.body.error, 'invite_expired');
  assert.ok(!server.output().includes(text), 'the invitation is not in the log');
});

test('an invitation is for its channel only', async (t) => {
  const { enter, caller, invite } = await startPage(t);
  const { channel } = await caller.get('CreateChannel', { name: 'other' });
  const answer = await enter({ invite: await invite() }, channel.arn.split('/').at(-1));
  assert.equal(answer.status, 403, answer.text);
});

test('a private channel takes invited people only', async (t) => {
  const { enter, past, join, invite, caller, channel } = await startPage(t);
  await join(await enter({ displayName: 'Ana' })).then((ana) => ana.say('before it was private'));
  await caller.get('UpdateChannel', { arn: channel.arn, authorized: true });
  const refused = await enter({ displayName: 'Ana' });
  assert.equal(refused.status, 403, refused.text);
  assert.equal(refused.body.error, 'private');
  assert.equal((await past()).status, 403);
  const invited = await join(await enter({ invite: await invite() }));
  assert.equal((await invited.say('only us')).Type, 'MESSAGE');
});

for (const [guests, status] of [['view', 200], ['off', 403]]) {
  test(`chat.guests: ${guests}`, async (t) => {
    const { enter, past } = await startPage(t, { chat: { guests } });
    const answer = await enter({ displayName: 'Ana' });
    assert.equal(answer.status, status, answer.text);
    if (status === 200) {
      assert.deepEqual(answer.body.capabilities, []);
      assert.equal(answer.body.guestsMaySend, false);
    } else {
      assert.equal(answer.body.error, 'chat_off');
      assert.equal((await past()).status, 403);
    }
  });
}
