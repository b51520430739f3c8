// Review handlers: a webhook in the place of the Lambda function, with the same request and answer.
// It allows, refuses, changes what is said, is late, talks nonsense or is not there.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { SendMessageRequest } from 'amazon-ivs-chat-messaging';
import { startChat } from './support/chat.mjs';
import { assertSigned } from './support/events.mjs';
import { freePort, within } from './support/process.mjs';

const arn = (name) => `arn:aws:lambda:us-west-2:123456789012:function:${name}`;
const secret = 'the-secret-of-reviews-123';

/** A webhook that answers as `answers[Content]` says; what it was asked is in `asked`. */
async function startReviewer(t) {
  const asked = [];
  const answers = {};
  const sockets = new Set();
  const server = createServer((request, response) => {
    const pieces = [];
    request.on('data', (data) => pieces.push(data));
    request.on('end', async () => {
      const text = Buffer.concat(pieces).toString('utf8');
      const body = JSON.parse(text);
      asked.push({ method: request.method, headers: request.headers, text, body, at: Date.now() });
      const answer = await (answers[body.Content] ?? (() => ({ ReviewResult: 'ALLOW' })))(body);
      if (answer === 'hang up') return request.socket.destroy();
      const { status = 200, raw, ...rest } = answer;
      response.statusCode = status;
      response.setHeader('content-type', 'application/json');
      return response.end(raw ?? JSON.stringify(rest));
    });
  }).listen(0, '127.0.0.1');
  server.on('connection', (socket) => { sockets.add(socket); });
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { asked, answers, url: `http://127.0.0.1:${server.address().port}/review?for=chat` };
}

const later = (milliseconds, value) => new Promise((resolve) => { setTimeout(resolve, milliseconds, value); });

test('a webhook reviews what is said', async (t) => {
  const reviewer = await startReviewer(t);
  const nobody = `http://127.0.0.1:${await freePort()}/`;
  const chat = await startChat(t, {
    review_handlers: [
      { function: 'review', url: reviewer.url, secret }, { function: 'patient', url: reviewer.url, timeout: '3s' },
      { function: 'absent', url: nobody },
    ],
  });
  const roomWith = (name, fallbackResult = 'ALLOW') => chat.room({ messageReviewHandler: { uri: arn(name), fallbackResult } });
  const fresh = async (room, userId = 'anna', input = {}) => chat.join(room, userId, input);
  const room = await roomWith('review', 'DENY');
  const listener = await fresh(room, 'listener');

  await t.test('what it is asked', async () => {
    const anna = await fresh(room, 'anna 🎈', { attributes: { name: 'Ä' } });
    const said = await anna.say('please "review" \\ ü', { a: 'b' });
    assert.equal(said.Type, 'MESSAGE', JSON.stringify(said));
    const { method, headers, body } = reviewer.asked.at(-1);
    assert.equal(method, 'POST');
    assert.match(headers['content-type'], /^application\/json/);
    assert.deepEqual(body, {
      Content: 'please "review" \\ ü', MessageId: said.Id, RoomArn: room, Attributes: { a: 'b' },
      Sender: { UserId: 'anna 🎈', Attributes: { name: 'Ä' }, Ip: '127.0.0.1' },
    });
    assertSigned(reviewer.asked.at(-1), secret);
    await listener.hears('please "review" \\ ü');
    await anna.say('plain');
    const plain = reviewer.asked.at(-1).body;
    assert.deepEqual([plain.Content, plain.Attributes ?? {}], ['plain', {}]);
  });

  await t.test('allowed, as it was or otherwise', async () => {
    Object.assign(reviewer.answers, {
      rude: () => ({ ReviewResult: 'ALLOW', Content: 'r**e 🎈', Attributes: { censored: 'yes' } }),
      'only content': () => ({ ReviewResult: 'ALLOW', Content: 'changed' }),
      'only attributes': () => ({ ReviewResult: 'ALLOW', Attributes: { new: 'x' } }),
      more: () => ({ ReviewResult: 'ALLOW', Tomorrow: [{}] }),
    });
    const anna = await fresh(room);
    for (const [content, expected, attributes] of [
      ['rude', 'r**e 🎈', { censored: 'yes' }], ['only content', 'changed', { k: 'v' }], ['only attributes', 'only attributes', { new: 'x' }], ['more', 'more', { k: 'v' }],
    ]) {
      const said = await anna.say(content, { k: 'v' });
      assert.deepEqual([said.Content, said.Attributes], [expected, attributes], content);
      const heard = await listener.hears(expected);
      assert.deepEqual([heard.Id, heard.Attributes], [said.Id, attributes]);
    }
  });

  await t.test('refused, with a reason', async () => {
    Object.assign(reviewer.answers, {
      no: () => ({ ReviewResult: 'DENY', Attributes: { Reason: 'not here 🎈' } }), 'no reason': () => ({ ReviewResult: 'DENY' }),
    });
    const anna = await fresh(room);
    const refused = await anna.say('no');
    assert.deepEqual([refused.Type, refused.ErrorCode], ['ERROR', 406]);
    assert.match(refused.ErrorMessage, /^Message rejected/);
    assert.ok(refused.ErrorMessage.includes('not here 🎈'), refused.ErrorMessage);
    assert.equal((await anna.say('no reason')).ErrorCode, 406);
    const person = await chat.person(room, 'library').connect();
    await person.refused(person.room.sendMessage(new SendMessageRequest('no')), 406);
    assert.equal((await person.room.sendMessage(new SendMessageRequest('yes'))).content, 'yes');
  });

  await t.test('late, broken, senseless: the fallback decides', async () => {
    const nonsense = {
      late: () => later(600, { ReviewResult: 'DENY' }), 'no JSON': () => ({ raw: 'ALLOW' }), 'a list': () => ({ raw: '[]' }), empty: () => ({ raw: '' }),
      'no result': () => ({}), 'another result': () => ({ ReviewResult: 'MAYBE' }), 'result in lower case': () => ({ ReviewResult: 'allow' }),
      'empty content': () => ({ ReviewResult: 'ALLOW', Content: '' }), 'long content': () => ({ ReviewResult: 'ALLOW', Content: 'x'.repeat(501) }),
      'large attributes': () => ({ ReviewResult: 'ALLOW', Attributes: { k: 'v'.repeat(1024) } }),
      'attributes no texts': () => ({ ReviewResult: 'ALLOW', Attributes: { k: 7 } }), 'status 500': () => ({ status: 500, ReviewResult: 'ALLOW' }),
      'status 302': () => ({ status: 302, ReviewResult: 'ALLOW' }), 'hang up': () => 'hang up', endless: () => ({ raw: `{"ReviewResult":"ALLOW","x":"${'y'.repeat(4_000_000)}"}` }),
    };
    Object.assign(reviewer.answers, nonsense);
    const lenient = await roomWith('review', 'ALLOW');
    for (const content of Object.keys(nonsense)) {
      const [strictly, kindly] = await Promise.all([fresh(room).then((one) => one.say(content)), fresh(lenient).then((one) => one.say(content))]);
      assert.deepEqual([strictly.Type, strictly.ErrorCode], ['ERROR', 406], `${content}: ${JSON.stringify(strictly)}`);
      assert.deepEqual([kindly.Type, kindly.Content], ['MESSAGE', content], `${content}: ${JSON.stringify(kindly).slice(0, 300)}`);
    }
    for (const [fallback, type] of [['ALLOW', 'MESSAGE'], ['DENY', 'ERROR']]) {
      for (const name of ['absent', 'unknown']) {
        const answer = await (await fresh(await roomWith(name, fallback))).say('anybody there?');
        assert.equal(answer.Type, type, `${name} ${fallback}`);
      }
    }
  });

  await t.test('200 ms by default, longer where the configuration says so', async () => {
    reviewer.answers.slow = () => later(700, { ReviewResult: 'ALLOW', Content: 'slowly' });
    const anna = await fresh(room);
    const began = performance.now();
    assert.equal((await anna.say('slow')).ErrorCode, 406);
    const waited = performance.now() - began;
    assert.ok(waited >= 190 && waited < 600, `${waited} ms`);
    const bert = await fresh(await roomWith('patient', 'DENY'));
    assert.equal((await bert.say('slow')).Content, 'slowly');
  });

  await t.test('who waits for a review holds nobody up, and the order stays that of what is said', async () => {
    const busy = await roomWith('patient', 'DENY');
    reviewer.answers.long = () => later(1000, { ReviewResult: 'ALLOW' });
    const [anna, bert] = [await fresh(busy, 'anna'), await fresh(busy, 'bert')];
    const long = anna.say('long');
    const quick = await within(900, bert.say('quick'), 'the other one');
    assert.equal(quick.Type, 'MESSAGE');
    assert.equal((await long).Content, 'long');
    await bert.hears('long');
    assert.deepEqual(anna.heard, ['quick', 'long']);
    assert.deepEqual(bert.heard, ['quick', 'long']);
  });

  await t.test('only messages are reviewed, and only where the room asks for it', async () => {
    const before = reviewer.asked.length;
    await chat.caller.get('SendEvent', { roomIdentifier: room, eventName: 'app' });
    await listener.event('app');
    await (await fresh(await chat.room())).say('unseen');
    const changing = await roomWith('review');
    await chat.caller.get('UpdateRoom', { identifier: changing, messageReviewHandler: { uri: '' } });
    await (await fresh(changing)).say('unseen, too');
    await (await fresh(room, 'viewer', { capabilities: [] })).say('not allowed anyway');
    await (await fresh(room)).say('x'.repeat(501));
    assert.equal(reviewer.asked.length, before);
  });

  await t.test('built-in rules come first', async () => {
    await chat.own('PutRoomModeration', { roomIdentifier: room, moderation: { blockedWords: ['darn'] } });
    const before = reviewer.asked.length;
    assert.equal((await (await fresh(room)).say('darn')).ErrorCode, 406);
    assert.equal(reviewer.asked.length, before);
  });

  assert.ok(!chat.server.output().includes(secret), 'the secret is in the log');
});
