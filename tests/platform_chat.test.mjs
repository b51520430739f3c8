// Chat of people's channels from outside: who may do what by REST and in the room, and that what is done in one place holds
// in the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat, Member } from './support/chat.mjs';
import { administratorOf, base, register, startPlatform, streamOf, tokenOf, Visitor } from './support/platform.mjs';
import { eventually } from './support/process.mjs';

/** A channel of anna's with a chat, and everybody who matters in it. */
async function world(t) {
  const server = await startPlatform(t);
  const chat = new Chat(t, server);
  const anna = await register(server, 'anna');
  await streamOf(anna);
  const [ben, mona, stella] = await Promise.all(['benny', 'mona', 'stella'].map((name) => register(server, name)));
  const admin = await administratorOf(server);
  await admin.must('PATCH', `/admin/accounts/${stella.id}`, { role: 'moderator' });
  await anna.must('PUT', '/channels/anna/moderators/mona', {});
  const enter = (person, body = {}) => person.post('/channels/anna/chat', body);
  /** Comes in and sits down; the frames of our own come, too. */
  const sit = async (person) => {
    const { status, body } = await enter(person);
    assert.equal(status, 200, JSON.stringify(body));
    const member = await chat.open(body.token, { query: '?rostrum=1' });
    assert.ok(member instanceof Member, `${person.name} was refused: ${member.status}`);
    member.userId = body.userId;
    member.welcome = await member.event('rostrum:welcome');
    await member.event('rostrum:history-end');
    return member;
  };
  return { server, anna, ben, mona, stella, admin, enter, sit, visitor: new Visitor(server) };
}

/** The events that somebody's page hears, as {name, data}. */
async function feedOf(t, person, channel) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const query = channel ? `?channel=${channel}` : '';
  const answer = await fetch(`${person.server.http}${base}/feed${query}`, {
    headers: { Cookie: [...person.cookies].map((pair) => pair.join('=')).join('; ') }, signal: stop.signal,
  });
  assert.equal(answer.status, 200);
  const heard = [];
  (async () => {
    let text = '';
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const events = text.split('\n\n');
      text = events.pop();
      for (const event of events) {
        const name = /^event: (.*)$/m.exec(event)?.[1];
        if (name) heard.push({ name, data: JSON.parse(/^data: (.*)$/m.exec(event)[1]) });
      }
    }
  })().catch(() => {}); // it ends with the test
  await eventually(10_000, 'the beginning of the feed', () => heard.some(({ name }) => name === 'hello'));
  return heard;
}

const hears = (heard, name, fits = () => true) =>
  eventually(10_000, `the event ${name}`, () => heard.some((event) => event.name === name && fits(event.data)), () => JSON.stringify(heard));

test('every route of moderation for every role', async (t) => {
  const { anna, ben, mona, stella, admin, visitor, sit } = await world(t);
  await Promise.all([register(anna.server, 'victim'), register(anna.server, 'friend')]);
  const speaker = await sit(ben);
  await visitor.must('GET', '/session');
  const said = async () => (await speaker.say(`hello ${Math.random()}`)).Id;
  // Who may: the owner, moderators of the channel, moderators and administrators of the platform.
  const rows = [
    // route                                                            nobody ben mona anna stella admin
    [() => ['PUT', '/channels/anna/bans/victim', { seconds: 60 }], [401, 403, 204, 204, 204, 204]],
    [() => ['GET', '/channels/anna/bans'], [401, 403, 200, 200, 200, 200]],
    [() => ['DELETE', '/channels/anna/bans/victim'], [401, 403, 204, 204, 204, 204]],
    [() => ['GET', '/channels/anna/people'], [401, 403, 200, 200, 200, 200]],
    [() => ['PUT', '/channels/anna/moderators/friend'], [401, 403, 403, 204, 403, 204]],
    [() => ['DELETE', '/channels/anna/moderators/friend'], [401, 403, 403, 204, 403, 204]],
    [() => ['PUT', '/channels/anna/vips/friend'], [401, 403, 403, 204, 403, 204]],
    [() => ['DELETE', '/channels/anna/vips/friend'], [401, 403, 403, 204, 403, 204]],
    [() => ['GET', '/channels/anna/chat/settings'], [401, 403, 200, 200, 200, 200]],
    [() => ['PUT', '/channels/anna/chat/settings', { links: 'ALLOW' }], [401, 403, 200, 200, 200, 200]],
    [async () => ['PUT', '/channels/anna/chat/pin', { messageId: await said() }], [401, 403, 204, 204, 204, 204]],
    [() => ['DELETE', '/channels/anna/chat/pin'], [401, 403, 204, 204, 204, 204]],
    [async () => ['POST', '/channels/anna/chat/delete', { messageId: await said() }], [401, 403, 204, 204, 204, 204]],
    [() => ['GET', '/channels/anna/reports'], [401, 403, 200, 200, 200, 200]],
    [() => ['GET', '/admin/reports'], [401, 403, 403, 403, 200, 200]],
    [() => ['GET', '/admin/bans'], [401, 403, 403, 403, 200, 200]],
  ];
  for (const [make, statuses] of rows) {
    for (const [i, person] of [visitor, ben, mona, anna, stella, admin].entries()) {
      const [method, path, body] = await make();
      const answer = await person.ask(method, base + path, body);
      assert.equal(answer.status, statuses[i], `${method} ${path} by ${person.name}: ${JSON.stringify(answer.body)}`);
    }
  }
  const missing = await anna.put('/channels/anna/chat/pin', { messageId: 'abcdefghijkl' });
  assert.equal(missing.status, 404);
});

test('a ban is seen by all three parties, and its end, too', async (t) => {
  const { anna, ben, mona, visitor, sit, enter } = await world(t);
  const [owner, victim, bystander] = [await sit(anna), await sit(ben), await sit(mona)];
  const heard = await feedOf(t, ben, 'anna');
  await victim.say('I am here');
  await Promise.all([owner, bystander].map((member) => member.hears('I am here')));

  await anna.must('PUT', '/channels/anna/bans/benny', { reason: 'rude' });
  await Promise.all([owner, bystander, victim].map((member) =>
    member.event('aws:DISCONNECT_USER', ({ Attributes }) => Attributes.UserId === 'benny')));
  assert.equal((await victim.ended()).code, 1000);
  await hears(heard, 'banned', ({ channel: name, reason }) => name === 'anna' && reason === 'rude');
  const refused = await enter(ben);
  assert.deepEqual([refused.status, refused.body.type], [403, 'Banned']);
  assert.equal((await ben.get('/channels/anna')).body.isBanned, true);
  assert.equal((await ben.get('/channels/anna')).body.playbackUrl, undefined);
  assert.equal((await ben.get('/feed?channel=anna')).status, 403);
  // The owner bans by the demo's route, too, and the one who is banned sees it there.
  const demo = await new Visitor(ben.server).ask('POST', '/channel/chatToken/create', { chatRoomOwnerUsername: 'anna' },
    { Authorization: await tokenOf(ben.server, 'benny') });
  assert.deepEqual([demo.status, demo.body.__type], [403, 'ForbiddenException']);
  assert.equal((await enter(visitor)).status, 200, 'whoever is not signed in may look');

  await mona.must('DELETE', '/channels/anna/bans/benny');
  await hears(heard, 'unbanned', ({ channel: name }) => name === 'anna');
  await bystander.event('rostrum:unbanned');
  const back = await sit(ben);
  await back.say('back again');
  await Promise.all([owner, bystander].map((member) => member.hears('back again')));

  // A moderator bans in the chat itself: it holds everywhere.
  const count = heard.length;
  bystander.send({ Action: 'BAN_USER', UserId: 'benny' });
  await back.ended();
  assert.equal((await enter(ben)).status, 403);
  await eventually(10_000, 'the second ban', () => heard.slice(count).some(({ name }) => name === 'banned'));
  const { bans } = await anna.must('GET', '/channels/anna/bans');
  assert.deepEqual(bans.map(({ name, by }) => [name, by]), [['benny', '']]);
  // And lifts it there.
  bystander.send({ Action: 'UNBAN_USER', UserId: 'benny' });
  await bystander.event('rostrum:unbanned');
  assert.equal((await enter(ben)).status, 200);
  assert.deepEqual((await anna.must('GET', '/channels/anna/bans')).bans, []);
});

test('a time-out ends by itself', async (t) => {
  const { anna, ben, sit, enter } = await world(t);
  const victim = await sit(ben);
  await anna.must('PUT', '/channels/anna/bans/benny', { seconds: 2 });
  await victim.ended();
  const refused = await enter(ben);
  assert.equal(refused.status, 403);
  assert.match(refused.body.message, /\d\d:\d\d/);
  await eventually(15_000, 'the end of the time-out', async () => (await enter(ben)).status === 200);
  await (await sit(ben)).say('again');
  assert.deepEqual((await anna.must('GET', '/channels/anna/bans')).bans, []);
});

test('modes and words hold for those who are there', async (t) => {
  const { anna, ben, mona, sit, enter } = await world(t);
  const heard = await feedOf(t, ben, 'anna');
  const [owner, speaker] = [await sit(anna), await sit(ben)];
  const set = (settings) => anna.must('PUT', '/channels/anna/chat/settings', settings);

  await set({ slowMode: 60 });
  await speaker.event('rostrum:room', ({ Attributes }) => Attributes.SlowModeSeconds === '60');
  await hears(heard, 'chat-settings', ({ slowMode }) => slowMode === 60);
  assert.equal((await ben.get('/channels/anna')).body.chat.slowMode, 60);
  assert.equal((await speaker.say('one')).Type, 'MESSAGE');
  assert.equal((await speaker.say('two')).ErrorCode, 429);
  await owner.say('one');
  assert.equal((await owner.say('two')).Type, 'MESSAGE', 'who has a role is not slowed down');

  await set({ slowMode: 0, blockedWords: ['darn'], links: 'DENY', repeated: true });
  assert.equal((await speaker.say('three')).Type, 'MESSAGE');
  for (const words of ['well d-a-r-n it', 'look at example.org/x', 'Three!']) {
    assert.equal((await speaker.say(words)).ErrorCode, 406, words);
  }
  await set({ blockedWords: [], links: 'ALLOW', repeated: false });
  assert.equal((await speaker.say('well darn it')).Type, 'MESSAGE');

  // Accounts have to be older than this test.
  await set({ newAccountSeconds: 3600 });
  assert.equal((await speaker.say('four')).ErrorCode, 406);
  await set({ newAccountSeconds: 0 });

  // Followers only: for those who are there, and for those who come.
  await set({ followersOnly: 0 });
  assert.equal((await speaker.say('five')).ErrorCode, 406);
  const stranger = (await enter(ben)).body;
  assert.deepEqual(stranger.capabilities, ['VIEW_MESSAGE']);
  assert.equal(stranger.followersOnlySeconds, 0);
  await ben.must('PUT', '/channels/anna/follow', {});
  const follower = await sit(ben);
  assert.equal((await follower.say('six')).Type, 'MESSAGE');
  await set({ followersOnly: 600 });
  const early = (await enter(ben)).body;
  assert.deepEqual(early.capabilities, ['VIEW_MESSAGE']);
  assert.ok(early.followersOnlySeconds > 500 && early.followersOnlySeconds <= 600, `${early.followersOnlySeconds}`);
  assert.ok((await enter(mona)).body.capabilities.includes('SEND_MESSAGE'), 'moderators need not follow');
});

test('roles apply at once, under a new name, and end with a suspension', async (t) => {
  const { anna, ben, stella, admin, sit, enter } = await world(t);
  const [owner, member] = [await sit(anna), await sit(ben)];
  const pinned = (await owner.say('the rules')).Id;
  member.send({ Action: 'PIN_MESSAGE', Id: pinned, RequestId: 'first' });
  assert.equal((await member.frames.take('the refusal', ({ RequestId }) => RequestId === 'first')).ErrorCode, 403);
  await anna.must('PUT', '/channels/anna/moderators/benny', {});
  await member.event('rostrum:role', ({ Attributes }) => Attributes.UserId === 'benny' && Attributes.Role === 'MODERATOR');
  member.send({ Action: 'PIN_MESSAGE', Id: pinned });
  await owner.event('rostrum:pinned');
  await anna.must('DELETE', '/channels/anna/chat/pin');
  await owner.event('rostrum:unpinned');
  await ben.must('POST', '/channels/anna/chat/delete', { messageId: pinned, reason: 'old' });
  await owner.event('aws:DELETE_MESSAGE', ({ Attributes }) => Attributes.MessageID === pinned && Attributes.Reason === 'old');

  await ben.must('PUT', '/me/name', { name: 'Benjamin' });
  await member.ended();
  const renamed = await sit(ben);
  assert.equal(renamed.userId, 'Benjamin');
  assert.equal(renamed.welcome.Attributes.Role, 'MODERATOR');
  const message = await renamed.say('same as ever');
  assert.equal(message.Sender.Role, 'MODERATOR');
  assert.equal(message.Sender.Attributes.displayName, 'Benjamin');

  const staff = await sit(stella);
  assert.equal(staff.welcome.Attributes.Role, 'MODERATOR');
  await admin.must('PATCH', `/admin/accounts/${ben.id}`, { state: 'suspended', reason: 'enough' });
  assert.equal((await renamed.ended()).code, 1000);
  const after = await enter(ben);
  assert.notEqual(after.body.userId, 'Benjamin');
  assert.ok(!after.body.capabilities?.includes('SEND_MESSAGE'), JSON.stringify(after.body));
});

test('what was said is reported as it was said', async (t) => {
  const { anna, ben, mona, stella, sit } = await world(t);
  const speaker = await sit(ben);
  const { Id } = await speaker.say('something unkind');
  await mona.must('POST', '/reports', { channel: 'anna', messageId: Id, reason: 'harassment', text: 'something far worse' });
  const wrong = await mona.post('/reports', { channel: 'anna', messageId: 'abcdefghijkl', reason: 'spam' });
  assert.deepEqual([wrong.status, wrong.body.field], [400, 'messageId']);
  const own = await ben.post('/reports', { channel: 'anna', messageId: Id, reason: 'spam' });
  assert.equal(own.status, 400, 'nobody reports themselves');

  // Who handles it is told: once, however much is reported.
  await anna.must('POST', '/reports', { channel: 'anna', messageId: Id, reason: 'hate' });
  for (const [person, count, url] of [[stella, 2, '/admin/reports'], [anna, 1, '/manager?chat=reports'], [mona, 1, '/anna?reports=open']]) {
    const { notices, unseen } = await person.must('GET', '/notices');
    assert.deepEqual(notices.map((one) => [one.kind, one.channel.name, one.count, one.url]), [['report', 'anna', count, url]], person.name);
    assert.equal(unseen, 1);
  }
  assert.deepEqual((await ben.must('GET', '/notices')).notices, []);

  const shown = (await anna.must('GET', '/channels/anna/reports')).reports.at(-1);
  assert.deepEqual([shown.person, shown.text, shown.reason, shown.by], ['benny', 'something unkind', 'harassment', undefined]);
  const seen = (await stella.must('GET', '/admin/reports?state=open')).reports.at(-1);
  assert.deepEqual([seen.person, seen.text, seen.by, seen.channel], ['benny', 'something unkind', 'mona', 'anna']);
  const done = await stella.must('PATCH', `/admin/reports/${seen.id}`, { state: 'dismissed', note: 'a joke' });
  assert.equal(done.state, 'dismissed');
  const [hers] = (await anna.must('GET', '/channels/anna/reports?state=open')).reports;
  assert.equal((await ben.patch(`/channels/anna/reports/${hers.id}`, { state: 'resolved' })).status, 403);
  assert.equal((await mona.must('PATCH', `/channels/anna/reports/${hers.id}`, { state: 'resolved' })).state, 'resolved');
  assert.deepEqual((await stella.must('GET', '/admin/reports?state=open')).reports, []);

  // What is about the owner is left to the platform, and who moderates no longer is told nothing.
  const owner = await sit(anna);
  const { Id: hasty } = await owner.say('go away');
  await ben.must('POST', '/reports', { channel: 'anna', messageId: hasty, reason: 'harassment' });
  assert.equal((await stella.must('GET', '/notices')).notices[0].count, 3);
  assert.equal((await mona.must('GET', '/notices')).notices[0].count, 1);
  await anna.must('DELETE', '/channels/anna/moderators/mona');
  const { notices, unseen } = await mona.must('GET', '/notices');
  assert.deepEqual([notices, unseen], [[], 0]);
});

test('what was said is read back by whoever may read', async (t) => {
  const { anna, ben, visitor, sit } = await world(t);
  const [owner, speaker] = [await sit(anna), await sit(ben)];
  await owner.say('welcome');
  const bad = await speaker.say('to be deleted');
  await speaker.say('good evening');
  await anna.must('POST', '/channels/anna/chat/delete', { messageId: bad.Id });
  const read = (person, query = '') => person.get(`/channels/anna/chat/messages${query}`);
  const words = ({ messages }) => messages.filter(({ Type }) => Type === 'MESSAGE').map(({ Content }) => Content);
  const all = await eventually(10_000, 'all of it', async () => {
    const { body } = await read(visitor);
    return words(body).length === 2 && body;
  });
  assert.deepEqual(words(all), ['welcome', 'good evening']);
  const [first] = all.messages;
  assert.deepEqual([first.Sender.UserId, first.Sender.Role, first.Sender.Attributes.displayName], ['anna', 'OWNER', 'anna']);
  // In pages, and in a stretch of time.
  const one = (await read(visitor, '?limit=1')).body;
  assert.deepEqual(words(one), ['welcome']);
  assert.deepEqual(words((await read(visitor, `?after=${encodeURIComponent(one.next)}`)).body), ['good evening']);
  assert.deepEqual(words((await read(visitor, `?to=${first.SendTime}`)).body).includes('good evening'), false);
  for (const [query, field] of [['?from=soon', 'from'], ['?to=2026', 'to'], ['?limit=0', 'limit'], ['?after=%21', 'after']]) {
    const { status, body } = await read(visitor, query);
    assert.deepEqual([status, body.field], [400, field], query);
  }
  // Not by those who are banned; and where only members may, by them alone.
  await anna.must('PUT', '/channels/anna/bans/benny', {});
  assert.equal((await read(ben)).status, 403);
  await anna.must('DELETE', '/channels/anna/bans/benny');
  await anna.must('PUT', '/channels/anna/chat/settings', { membersOnlyChat: true });
  assert.equal((await read(visitor)).status, 401);
  for (const person of [anna, ben]) assert.deepEqual(words((await read(person)).body), ['welcome', 'good evening']);
});
