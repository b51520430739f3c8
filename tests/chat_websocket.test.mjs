// The WebSocket of chat against clients that know the rules and break them: handshakes, frames,
// fragments, control frames, close codes, texts that are none. The cases are a table of our own after
// the sections of RFC 6455; behind each one the server still serves somebody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChat } from './support/chat.mjs';
import { eventually, within } from './support/process.mjs';
import { acceptOf, closeFrame, frame, handshake, opcodes, RawSocket } from './support/websocket.mjs';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const message = (content, requestId = 'r') => JSON.stringify({ Action: 'SEND_MESSAGE', RequestId: requestId, Content: content });
const { text, binary, continuation, close, ping, pong } = opcodes;

/** A server, a room, and a witness who is there all the time. */
async function setUp(t) {
  const chat = await startChat(t);
  const room = await chat.room();
  const witness = await chat.join(room, 'witness');
  const host = new URL(chat.server.http).host;
  const alive = async (what) => {
    const answer = new Promise((resolve) => { witness.socket.once('pong', resolve); });
    witness.socket.ping('alive?');
    await within(5000, answer, `${what}: life`, chat.server.output);
  };
  const token = async (userId = 'raw') => (await chat.token(room, userId)).token;
  /** A socket that is connected. */
  const enter = async (inner, { url = chat.server.http, behind = '' } = {}) => {
    const raw = RawSocket.open(inner, url);
    raw.write(Buffer.concat([Buffer.from(handshake({ host, token: await token(), key })), Buffer.from(behind)]));
    const { status } = await raw.answer();
    assert.equal(status, 101);
    return raw;
  };
  return { chat, room, witness, host, alive, token, enter };
}

test('handshakes', async (t) => {
  const { chat, host, alive, token, enter } = await setUp(t);

  const ask = async (inner, options, url = chat.server.http) => {
    const raw = RawSocket.open(inner, url);
    raw.write(typeof options === 'string' ? options : handshake({ host, key, ...options }));
    const answer = await raw.answer();
    assert.ok(answer, 'it was answered');
    return { raw, ...answer };
  };

  await t.test('the answer is that of RFC 6455', async (inner) => {
    const given = await token();
    const { status, headers, line } = await ask(inner, { token: given });
    assert.equal(status, 101);
    assert.match(line, /^HTTP\/1\.1 101 /);
    assert.equal(headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    assert.equal(acceptOf(key), headers['sec-websocket-accept']);
    assert.equal(headers.upgrade.toLowerCase(), 'websocket');
    assert.equal(headers.connection.toLowerCase(), 'upgrade');
    assert.equal(headers['sec-websocket-protocol'], given);
    assert.equal(headers['content-length'], undefined);
  });

  const good = {
    'names in lower case': { headers: { host, upgrade: 'websocket', connection: 'upgrade', 'sec-websocket-key': key, 'sec-websocket-version': '13' } },
    'names in upper case': { headers: { HOST: host, UPGRADE: 'WEBSOCKET', CONNECTION: 'UPGRADE', 'SEC-WEBSOCKET-KEY': key, 'SEC-WEBSOCKET-VERSION': '13' } },
    'keep-alive, Upgrade': { headers: { Connection: 'keep-alive, Upgrade' } },
    'an origin': { headers: { Origin: 'https://app.example.com' } },
    'an offer to compress': { headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' } },
    'cookies and more': { headers: { Cookie: 'a=b', 'User-Agent': 'test', 'Accept-Encoding': 'gzip', 'X-Large': 'x'.repeat(4000) } },
    'a query': { path: '/?rostrum=0&unknown=%20' },
  };
  for (const [what, options] of Object.entries(good)) {
    await t.test(`taken: ${what}`, async (inner) => {
      const { raw, status, headers } = await ask(inner, { token: await token(), ...options });
      assert.equal(status, 101, JSON.stringify(headers));
      assert.equal(headers['sec-websocket-extensions'], undefined);
      raw.write(frame(message(what)));
      assert.equal((await raw.message()).Content, what);
    });
  }

  const bad = {
    'no subprotocol': [{ token: undefined }, [400, 401]],
    'an empty subprotocol': [{ token: '' }, [400, 401]],
    'two subprotocols': [async () => ({ token: `${await token()}, chat` }), [400, 401]],
    'two subprotocol headers': [async () => ({ headers: { 'Sec-WebSocket-Protocol': [await token(), 'chat'] } }), [400, 401]],
    'no key': [async () => ({ token: await token(), headers: { 'Sec-WebSocket-Key': undefined } }), [400]],
    'a short key': [async () => ({ token: await token(), headers: { 'Sec-WebSocket-Key': 'c2hvcnQ=' } }), [400]],
    'a key that is no base64': [async () => ({ token: await token(), headers: { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!!!' } }), [400]],
    'no version': [async () => ({ token: await token(), headers: { 'Sec-WebSocket-Version': undefined } }), [400, 426]],
    'version 8': [async () => ({ token: await token(), headers: { 'Sec-WebSocket-Version': '8' } }), [426]],
    'version 14': [async () => ({ token: await token(), headers: { 'Sec-WebSocket-Version': '14' } }), [426]],
    'POST': [async () => ({ token: await token(), method: 'POST', headers: { 'Content-Length': '0' } }), [400, 403, 404, 405]],
    'HTTP/1.0': [async () => ({ token: await token(), version: 'HTTP/1.0' }), [200, 400, 426, 505]], // 200: a page
    'another path': [async () => ({ token: await token(), path: '/chat' }), [400, 404]],
    'a token that is none': [{ token: 'nonsense' }, [401]],
    'an endless token': [{ token: 'a'.repeat(9000) }, [400, 401, 431]],
  };
  for (const [what, [make, statuses]] of Object.entries(bad)) {
    await t.test(`refused: ${what}`, async (inner) => {
      const { raw, status, headers } = await ask(inner, typeof make === 'function' ? await make() : make);
      assert.ok(statuses.includes(status), `${status}`);
      if (status === 426) assert.match(headers['sec-websocket-version'], /\b13\b/);
      raw.socket.destroy();
      await alive(what);
    });
  }

  await t.test('without an upgrade it is a page like any other', async (inner) => {
    for (const headers of [{ Upgrade: undefined, Connection: undefined }, { Upgrade: 'h2c', 'Sec-WebSocket-Key': undefined }, { Connection: 'keep-alive' }]) {
      const { status } = await ask(inner, { token: await token(), headers });
      assert.notEqual(status, 101, JSON.stringify(headers));
      assert.ok(status < 500, `${status}`);
    }
  });

  await t.test('byte by byte', async (inner) => {
    const raw = RawSocket.open(inner, chat.server.http);
    for (const byte of Buffer.concat([Buffer.from(handshake({ host, token: await token(), key })), frame(message('slow'))])) {
      raw.write(Buffer.from([byte]));
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    assert.equal((await raw.message()).Content, 'slow');
  });

  await t.test('frames in the same packet as the request', async (inner) => {
    const raw = await enter(inner, { behind: Buffer.concat([frame(message('first')), frame('', { opcode: ping }), frame(message('second', 's'))]) });
    assert.equal((await raw.message()).Content, 'first');
    assert.equal((await raw.message()).Content, 'second');
    assert.ok(await raw.take(pong));
  });

  await t.test('over TLS', async (inner) => {
    const raw = await enter(inner, { url: chat.server.https });
    raw.write(frame(message('safe')));
    assert.equal((await raw.message()).Content, 'safe');
  });

  await t.test('a token is used once, also by two at the same time', async (inner) => {
    const given = await token();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(inner, { token: given })));
    assert.equal(answers.filter(({ status }) => status === 101).length, 1, answers.map(({ status }) => status).join());
    assert.equal((await ask(inner, { token: given })).status, 401);
  });

  await t.test('gone before the answer', async (inner) => {
    for (let i = 0; i < 20; ++i) {
      const raw = RawSocket.open(inner, chat.server.http);
      raw.socket.on('connect', () => {});
      await within(5000, new Promise((resolve) => { raw.socket.once('connect', resolve); }), 'connecting');
      raw.write(handshake({ host, token: await token(), key }));
      raw.socket.destroy();
    }
    await alive('all went');
  });
});

test('frames', async (t) => {
  const { chat, room, alive, enter, witness } = await setUp(t);

  /** Sends `data` on a connection of its own; then what `expected` says must come. */
  const cases = [];
  const row = (what, data, expected) => cases.push({ what, data, expected });
  const refused = (code) => async (raw) => {
    const end = await raw.close();
    assert.ok(end, 'it ended without a close frame');
    assert.equal(end.code, code, `${end.code} ${end.reason}`);
    assert.ok(end.reason.length <= 123);
    await within(5000, raw.end, 'the end of the connection');
  };
  const heard = (...contents) => async (raw) => {
    for (const content of contents) assert.equal((await raw.message((one) => one.Type === 'MESSAGE')).Content, content);
  };
  const failed = (code) => async (raw) => {
    const error = await raw.message((one) => one.Type === 'ERROR');
    assert.equal(error.ErrorCode, code, JSON.stringify(error));
    raw.write(frame(message('still here')));
    await heard('still here')(raw);
  };
  const pieces = (data, ...sizes) => {
    const bytes = Buffer.from(data);
    const parts = [];
    let at = 0;
    for (const size of sizes) parts.push(bytes.subarray(at, at += size));
    parts.push(bytes.subarray(at));
    return parts.map((part, i) => frame(part, { opcode: i ? continuation : text, fin: i === parts.length - 1 }));
  };

  // 5.2, 5.6: texts of all lengths, with every form of length
  row('a text', frame(message('a')), heard('a'));
  row('an empty text', frame(''), failed(400));
  row('a text of 125 octets', frame(message('x'.repeat(125 - message('').length))), heard('x'.repeat(125 - message('').length)));
  for (const size of [126, 127, 200]) row(`a text of ${size} octets`, frame(message('x'.repeat(size - message('').length))), heard('x'.repeat(size - message('').length)));
  row('a length in 9 octets', frame(message('long'), { lengthBytes: 9 }), (raw) => Promise.race([heard('long')(raw), refused(1002)(raw)]));
  row('a mask of zeros', frame(message('plain'), { mask: Buffer.alloc(4) }), heard('plain'));
  row('ten texts in one packet', Buffer.concat(Array.from({ length: 9 }, (_, i) => frame(message(`${i}`)))), heard(...'012345678'));

  // 5.1: a client's frames are masked
  row('a text without a mask', frame(message('a'), { masked: false }), refused(1002));
  row('a ping without a mask', frame('a', { opcode: ping, masked: false }), refused(1002));
  row('a close without a mask', closeFrame(1000, '', { masked: false }), refused(1002));

  // 5.2: reserved bits and opcodes
  for (const rsv of [1, 2, 3, 4, 7]) row(`reserved bits ${rsv}`, frame(message('a'), { rsv }), refused(1002));
  row('reserved bits of a ping', frame('a', { opcode: ping, rsv: 4 }), refused(1002));
  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) row(`opcode ${opcode}`, frame('a', { opcode }), refused(1002));
  // What was said before is heard, though not by who broke the rules.
  const saidBefore = (content) => async (raw) => {
    await refused(1002)(raw);
    await witness.hears(content);
  };
  row('a reserved opcode behind a text', Buffer.concat([frame(message('before')), frame('', { opcode: 3 })]), saidBefore('before'));

  // 5.4: fragments
  for (const size of [0, 1, 7]) row(`a first fragment of ${size}`, pieces(message('in two'), size), heard('in two'));
  row('a fragment for each octet', pieces(message('bit by bit'), ...Array(message('bit by bit').length - 1).fill(1)), heard('bit by bit'));
  row('empty fragments', [frame('', { fin: false }), ...Array(20).fill(frame('', { opcode: continuation, fin: false })),
    frame(message('late'), { opcode: continuation, fin: false }), frame('', { opcode: continuation })], heard('late'));
  row('nothing but empty fragments', [frame('', { fin: false }), frame('', { opcode: continuation })], failed(400));
  row('a ping between fragments', [frame(message('cut').slice(0, 9), { fin: false }), frame('between', { opcode: ping }),
    frame(message('cut').slice(9), { opcode: continuation })], async (raw) => {
    assert.equal(`${(await raw.take(pong)).payload}`, 'between');
    await heard('cut')(raw);
  });
  row('a pong between fragments', [frame(message('cut').slice(0, 9), { fin: false }), frame('x', { opcode: pong }),
    frame(message('cut').slice(9), { opcode: continuation })], heard('cut'));
  row('a close between fragments', [frame(message('cut').slice(0, 9), { fin: false }), closeFrame(1000)], refused(1000));
  row('a continuation of nothing', frame('a', { opcode: continuation }), refused(1002));
  row('an open continuation of nothing', frame('a', { opcode: continuation, fin: false }), refused(1002));
  row('a text within a text', [frame(message('a').slice(0, 5), { fin: false }), frame(message('b'))], refused(1002));
  row('a continuation behind the end', [...pieces(message('the end'), 4), frame('b', { opcode: continuation })], saidBefore('the end'));
  row('two fragmented texts', [...pieces(message('one'), 5), ...pieces(message('two', 's'), 12)], heard('one', 'two'));

  // 5.5: control frames
  for (const size of [0, 1, 124, 125]) {
    row(`a ping of ${size}`, frame('p'.repeat(size), { opcode: ping }), async (raw) => {
      const answer = await raw.take(pong);
      assert.equal(`${answer.payload}`, 'p'.repeat(size));
      assert.equal(answer.masked, false);
    });
  }
  row('a ping of octets that are no text', frame(Buffer.from([0, 0xff, 0xfe, 0x80, 0xc0]), { opcode: ping }), async (raw) =>
    assert.deepEqual((await raw.take(pong)).payload, Buffer.from([0, 0xff, 0xfe, 0x80, 0xc0])));
  row('a ping of 126', frame('p'.repeat(126), { opcode: ping }), refused(1002));
  row('a ping in fragments', [frame('p', { opcode: ping, fin: false }), frame('q', { opcode: continuation })], refused(1002));
  row('a close in fragments', [closeFrame(1000, '', { fin: false })], refused(1002));
  row('a close of 126', closeFrame(1000, 'r'.repeat(124)), refused(1002));
  row('ten pings', Array.from({ length: 10 }, (_, i) => frame(`${i}`, { opcode: ping })), async (raw) => {
    // The answer to the newest is enough (5.5.3).
    assert.ok(await raw.take(pong, ({ payload }) => `${payload}` === '9'));
  });
  row('a pong that nobody asked for', [frame('x', { opcode: pong }), frame(message('a'))], heard('a'));
  row('an empty pong', [frame('', { opcode: pong }), frame(message('a'))], heard('a'));

  // 7.4: close codes
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]) {
    row(`close ${code}`, closeFrame(code), refused(code));
  }
  row('close with a reason', closeFrame(1000, 'tschüß 👋'), refused(1000));
  row('close without a code', closeFrame(), async (raw) => {
    const end = await raw.close();
    assert.ok(end && [undefined, 1000].includes(end.code), JSON.stringify(end));
  });
  row('close with half a code', frame(Buffer.from([3]), { opcode: close }), refused(1002));
  for (const code of [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535]) row(`close ${code}`, closeFrame(code), refused(1002));
  row('close with a reason that is no UTF-8', closeFrame(1000, Buffer.from([0xc3, 0x28])), refused(1007));
  row('a text behind the close', [closeFrame(1000), frame(message('too late'))], async (raw) => {
    await refused(1000)(raw);
    assert.ok(!witness.heard.includes('too late'));
  });
  row('two closes', [closeFrame(1000), closeFrame(1001)], refused(1000));

  // 8.1: UTF-8
  row('all planes', frame(message('κόσμε ツ 𝕏 \u{10ffff} \ufffd')), heard('κόσμε ツ 𝕏 \u{10ffff} \ufffd'));
  const emoji = Buffer.from(message('🎈'));
  const at = emoji.indexOf(0xf0);
  for (const cut of [1, 2, 3]) {
    row(`a character cut after ${cut}`, [frame(emoji.subarray(0, at + cut), { fin: false }),
      frame(emoji.subarray(at + cut), { opcode: continuation })], heard('🎈'));
  }
  const spoilt = (bytes) => Buffer.concat([emoji.subarray(0, at), Buffer.from(bytes), emoji.subarray(at + 4)]);
  const broken = {
    'a lone continuation': [0x80], 'an overlong /': [0xc0, 0xaf], 'an overlong of three': [0xe0, 0x80, 0xaf], 'an overlong of four': [0xf0, 0x80, 0x80, 0xaf],
    'half a surrogate': [0xed, 0xa0, 0x80], 'beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80], 'five octets': [0xf8, 0x88, 0x80, 0x80, 0x80],
    'FE': [0xfe], 'FF': [0xff], 'a character cut short': [0xf0, 0x9f, 0x8e],
  };
  for (const [what, bytes] of Object.entries(broken)) {
    row(`no UTF-8: ${what}`, frame(spoilt(bytes)), refused(1007));
    // 8.1 lets a server wait for the end of the message; ours does not.
    row(`no UTF-8, at once: ${what}`, frame(spoilt(bytes), { fin: false }), refused(1007));
  }
  row('cut at the end of the text', frame(emoji.subarray(0, at + 2)), refused(1007));

  // Sizes and kinds
  row('a binary message', frame(message('a'), { opcode: binary }), refused(1003));
  row('an empty binary message', frame('', { opcode: binary }), refused(1003));
  row('a message of 15 KiB', frame(message('x'.repeat(15_000))), failed(413));
  row('a message of 17 KiB', frame(message('x'.repeat(17_000))), refused(1009));
  row('a message of 17 KiB in fragments', pieces(message('x'.repeat(17_000)), ...Array(16).fill(1000)), refused(1009));
  row('a length of 65,536', frame('', { length: 65_536 }).subarray(0, 14), refused(1009));
  row('a length of 2^31', frame('', { length: 2 ** 31 }).subarray(0, 14), refused(1009));
  row('a length of 2^53', frame('', { length: 2 ** 53 - 1 }).subarray(0, 14), refused(1009));
  row('a length of 2^63', Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), async (raw) => {
    const end = await raw.close();
    assert.ok([1002, 1009].includes(end?.code), JSON.stringify(end));
  });

  // What is said
  for (const [what, body, code] of [
    ['no JSON', 'hello', 400], ['half of it', '{"Action":"SEND_MESSAGE"', 400], ['a list', '[]', 400], ['null', 'null', 400], ['a number', '7', 400],
    ['two objects', `${message('a')}${message('b')}`, 400], ['no action', '{"Content":"a"}', 400], ['an unknown action', '{"Action":"DANCE"}', 400],
    ['an action in lower case', '{"Action":"send_message","Content":"a"}', 400], ['an action that is a number', '{"Action":7}', 400],
    ['no content', '{"Action":"SEND_MESSAGE"}', 400], ['empty content', message(''), 400], ['content null', '{"Action":"SEND_MESSAGE","Content":null}', 400],
    ['content a number', '{"Action":"SEND_MESSAGE","Content":7}', 400], ['attributes a list', '{"Action":"SEND_MESSAGE","Content":"a","Attributes":["a"]}', 400],
    ['an attribute that is a number', '{"Action":"SEND_MESSAGE","Content":"a","Attributes":{"a":1}}', 400],
    ['half a surrogate', '{"Action":"SEND_MESSAGE","Content":"\\ud800"}', 400],
    ['no id to delete', '{"Action":"DELETE_MESSAGE"}', 400], ['no user to disconnect', '{"Action":"DISCONNECT_USER"}', 400],
    ['a reason that is a list', '{"Action":"DELETE_MESSAGE","Id":"aaaaaaaaaaaa","Reason":[]}', 400],
    ['an action of ours', '{"Action":"SET_SLOW_MODE","Seconds":1}', 400], ['a request id that is a number', '{"Action":"SEND_MESSAGE","RequestId":7,"Content":"a"}', 400],
    ['far too deep', `{"Action":"SEND_MESSAGE","Content":"a","Attributes":${'['.repeat(3000)}${']'.repeat(3000)}}`, 400],
    ['attributes of 1 KB and 1', JSON.stringify({ Action: 'SEND_MESSAGE', Content: 'a', Attributes: { k: 'v'.repeat(1024) } }), 413],
  ]) row(`said: ${what}`, frame(body), failed(code));
  row('said: members of tomorrow', frame('{"Action":"SEND_MESSAGE","Content":"ok","New":[{}],"Attributes":null}'), heard('ok'));
  row('said: without a request id', frame('{"Action":"SEND_MESSAGE","Content":"bare"}'), heard('bare'));
  row('said: spaces around it', frame(` \n${message('wide')}\t `), heard('wide'));

  for (const { what, data, expected } of cases) {
    await t.test(what, async (inner) => {
      for (const inPieces of [false, true]) {
        const raw = await enter(inner);
        const bytes = Array.isArray(data) ? Buffer.concat(data) : data;
        if (inPieces && bytes.length > 600) continue;
        if (inPieces) for (const byte of bytes) raw.write(Buffer.from([byte]));
        else for (const part of [data].flat()) raw.write(part);
        await expected(raw);
        for (const one of raw.frames) assert.equal(one.masked, false, 'a server does not mask');
        raw.socket.destroy();
      }
      await alive(what);
    });
  }

  await t.test('a close frame is followed by the end, once', async (inner) => {
    const raw = await enter(inner);
    raw.write(closeFrame(1000));
    await refused(1000)(raw);
    assert.deepEqual(raw.frames.filter(({ opcode }) => opcode === close), []);
  });

  await t.test('half a connection: who stops sending is let go', async (inner) => {
    for (const data of [Buffer.alloc(0), frame(message('half')).subarray(0, 9), frame('', { fin: false })]) {
      const raw = await enter(inner);
      raw.write(data);
      raw.socket.end();
      await within(5000, raw.end, 'the end', () => JSON.stringify(raw.frames));
    }
    await alive('half');
  });

  await t.test('who vanishes is no longer counted', async (inner) => {
    const present = async () => (await chat.own('GetRoomPresence', { roomIdentifier: room })).connections;
    await eventually(5000, 'only the witness', async () => (await present()) === 1);
    const many = await Promise.all(Array.from({ length: 10 }, () => enter(inner)));
    assert.equal(await present(), 11);
    for (const [i, raw] of many.entries()) {
      if (i % 2) raw.socket.destroy();
      else raw.socket.resetAndDestroy();
    }
    await eventually(5000, 'only the witness', async () => (await present()) === 1);
    await alive('vanished');
  });

  await t.test('a storm of pings and fragments costs others nothing', async (inner) => {
    const raw = await enter(inner);
    const storm = Buffer.concat(Array.from({ length: 2000 }, (_, i) => frame(`${i}`, { opcode: ping })));
    for (let i = 0; i < 10; ++i) raw.write(storm);
    const began = performance.now();
    await alive('storm');
    assert.ok(performance.now() - began < 2000, `${performance.now() - began} ms`);
    raw.socket.destroy();
    await alive('behind the storm');
  });
});
