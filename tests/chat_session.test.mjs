// The end of a session, which is a minute away at least: all cases wait for the same minute.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SendMessageRequest } from 'amazon-ivs-chat-messaging';
import { startChat } from './support/chat.mjs';
import { within } from './support/process.mjs';

const minute = 75_000;

test('after a minute', async (t) => {
  const chat = await startChat(t);
  const room = await chat.room();
  const short = { sessionDurationInMinutes: 1 };
  const [member, speaker, extended] = [
    await chat.join(room, 'raw', short), await chat.join(room, 'speaker', short), await chat.extended(room, 'extended', short),
  ];
  const stays = await chat.join(room, 'stays');
  const first = await chat.token(room, 'library', short);
  // The first token does not say when it ends: the library learns it from the server.
  let given = 0;
  const person = await chat.person(room, 'library', {
    provider: async () => (given++ === 0 ? { token: first.token } : chat.token(room, 'library')),
  }).connect();
  const ends = first.sessionExpirationTime.getTime();
  const unused = await chat.token(room, 'unused', short);

  const talk = (async () => {
    for (let i = 0; ; ++i) {
      const answer = await Promise.race([speaker.say(`${i}`).catch(() => undefined), speaker.closed.then(() => undefined)]);
      if (answer?.Type !== 'MESSAGE') return i;
      await Promise.race([speaker.closed, new Promise((resolve) => { setTimeout(resolve, 1000); })]);
    }
  })();

  for (const one of [member, extended]) {
    const { code } = await within(minute, one.closed, `the end of ${one.userId}`);
    assert.ok(Date.now() >= ends - 2500 && Date.now() < ends + 5000, `${Date.now() - ends} ms behind its end`);
    assert.equal(code, 1000);
    const last = one.frames.all.at(-1);
    assert.deepEqual([last.Type, last.ErrorCode, last.ErrorMessage, last.RequestId ?? ''], ['ERROR', 401, 'Session expired', '']);
  }
  assert.ok(await within(minute, talk, 'the end of the speaker') >= 30);
  assert.equal((await speaker.ended()).code, 1000);

  // The library fetches another token and is back.
  await within(minute, person.takes('connect'), 'the library');
  assert.equal(person.tokens.length, 2);
  assert.deepEqual(person.told.disconnect.all, []);
  assert.equal((await person.room.sendMessage(new SendMessageRequest('still here'))).content, 'still here');
  await stays.hears('still here');
  assert.equal((await chat.open(unused.token)).status, 401, 'a token of a session that is over');
});
