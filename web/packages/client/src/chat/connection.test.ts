import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChatConnection, type ChatOptions } from './connection';
import { FakeNetwork, FakeRoom, randomOf } from './fakes';
import { backOff } from './surroundings';
import { ChatRefusal } from './types';

let room: FakeRoom;
let network: FakeNetwork;
let open: ChatConnection[];

beforeEach(() => {
  vi.useFakeTimers();
  room = new FakeRoom();
  network = new FakeNetwork();
  open = [];
});
afterEach(() => {
  for (const chat of open) chat.close();
  vi.useRealTimers();
});

function make(options: Partial<ChatOptions> = {}): ChatConnection {
  const chat = new ChatConnection({
    ticket: async () => room.ticket(),
    open: room.open,
    network,
    schedule: (run) => run(),
    random: () => 0.5,
    ...options,
  });
  open.push(chat);
  return chat;
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
async function enter(options: Partial<ChatOptions> = {}): Promise<ChatConnection> {
  const chat = make(options);
  chat.connect();
  await pass(1);
  expect(chat.getSnapshot().link.phase).toBe('open');
  return chat;
}
const words = (chat: ChatConnection) =>
  chat.getSnapshot().messages.map((m) => (m.removed ? 'removed' : m.content));
const states = (chat: ChatConnection) => chat.getSnapshot().messages.map((m) => m.state);
const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { kind?: string }) => error.kind,
  );

describe('connecting', () => {
  it('asks for what is beyond the service, with the token as protocol', async () => {
    room.say('before');
    const chat = await enter({ history: 50 });
    expect(room.newest.protocol).toBe('token-0');
    expect(Object.fromEntries(room.newest.url.searchParams)).toEqual({
      rostrum: '1',
      history: '50',
    });
    expect(words(chat)).toEqual(['before']);
    expect(chat.getSnapshot().me).toMatchObject({
      userId: 'me',
      displayName: 'Me',
      canSend: true,
      canModerate: false,
    });
  });

  it('comes back by itself and goes on where it was', async () => {
    const chat = await enter();
    const last = room.say('one');
    room.newest.break();
    expect(chat.getSnapshot().link.phase).toBe('reconnecting');
    room.say('two');
    await pass(2000);
    expect(room.newest.url.searchParams.get('since')).toBe(last);
    expect(words(chat)).toEqual(['one', 'two']);
    expect(chat.getSnapshot().link.phase).toBe('open');
  });

  it('waits longer after each failure, and asks for a new ticket every time', async () => {
    const ticket = vi.fn(async () => room.ticket());
    room.isDown = true;
    make({ ticket }).connect();
    const attempts: number[] = [];
    for (let second = 0; second < 120; ++second) {
      await pass(1000);
      attempts.push(room.opened.length);
    }
    expect(ticket).toHaveBeenCalledTimes(room.opened.length);
    expect(attempts[10]).toBeGreaterThanOrEqual(4);
    expect(attempts[119]).toBeLessThanOrEqual(10);
    expect([1, 2, 3, 20].map((n) => backOff(n, 0.5))).toEqual([500, 1000, 2000, 30_000]);
  });

  it('tries again when asking for a ticket fails, and ends when it is refused', async () => {
    let answer: Error = new Error('no answer');
    const chat = make({ ticket: () => Promise.reject(answer) });
    chat.connect();
    await pass(5000);
    expect(chat.getSnapshot().link.phase).toBe('connecting');
    expect(chat.getSnapshot().link.attempts).toBeGreaterThan(1);
    answer = new ChatRefusal('banned', 'No.');
    await pass(30_000);
    expect(chat.getSnapshot().link).toMatchObject({
      phase: 'ended',
      reason: 'banned',
    });
  });

  it('does nothing without a network, and starts as soon as there is one', async () => {
    const chat = await enter();
    network.turn(false);
    expect(chat.getSnapshot().link.phase).toBe('offline');
    room.say('while away');
    await pass(60_000);
    expect(room.opened).toHaveLength(1);
    network.turn(true);
    await pass(1);
    expect(chat.getSnapshot().link.phase).toBe('open');
    expect(words(chat)).toEqual(['while away']);
  });

  it('is dropped when it is not ready in time', async () => {
    const chat = make({
      open: (url, protocol) => {
        const socket = room.open(url, protocol);
        socket.isDeaf = room.opened.length === 1;
        return socket;
      },
    });
    chat.connect();
    await pass(17_000);
    expect(chat.getSnapshot().link.phase).toBe('open');
    expect(room.opened).toHaveLength(2);
  });

  it('never opens anything but a WebSocket', async () => {
    const chat = make({ ticket: async () => room.ticket({ url: 'https://elsewhere.example/' }) });
    chat.connect();
    await pass(1000);
    expect(room.opened).toHaveLength(0);
    expect(chat.getSnapshot().link.attempts).toBeGreaterThan(0);
  });

  it('ignores frames that it cannot read', async () => {
    const chat = await enter();
    for (const nonsense of ['', '{"Type":"MESSAGE"}', '[]', '{"Type":"EVENT","Id":"x"}']) {
      room.newest.give(nonsense);
    }
    room.say('fine');
    expect(words(chat)).toEqual(['fine']);
  });
});

describe('what clients of the UGC demo say', () => {
  const told = (content: string, attributes: Record<string, string>) => {
    const id = room.id();
    room.tell({
      Type: 'MESSAGE',
      Id: id,
      Attributes: attributes,
      Content: content,
      SendTime: room.time(),
      Sender: { UserId: 'host', Attributes: {} },
    });
    return id;
  };

  it('is shown as it was meant, and the signals of polls are not shown', async () => {
    const chat = await enter();
    told('a &lt;b&gt; &amp;amp; c &unknown;', { eventType: 'SEND_MESSAGE' });
    told('a &lt;', { eventType: 'SEND_MESSAGE', form: 'text' });
    told('start poll', { eventType: 'START_POLL' });
    const last = told('beat', { eventType: 'HEART_BEAT' });
    expect(words(chat)).toEqual(['a <b> &amp; c &unknown;', 'a &lt;']);
    room.newest.break();
    await pass(2000);
    expect(room.newest.url.searchParams.get('since')).toBe(last);
  });
});

describe('the end', () => {
  it.each([
    [
      'a goodbye',
      () => room.newest.end(),
      { phase: 'ended', reason: 'closed', words: '', until: null },
    ],
    [
      'being disconnected',
      () => {
        room.give(room.event('aws:DISCONNECT_USER', { UserId: 'me', Reason: 'enough' }));
        room.newest.end();
      },
      { phase: 'ended', reason: 'disconnected', words: 'enough' },
    ],
    [
      'a ban',
      () => {
        room.give(room.event('aws:DISCONNECT_USER', { UserId: 'me' }));
        room.give(room.event('rostrum:banned', { UserId: 'me', Reason: 'spam' }));
        room.newest.end();
      },
      { phase: 'ended', reason: 'banned', words: 'spam', until: null },
    ],
  ])('after %s it stays away', async (_, act, link) => {
    const chat = await enter();
    act();
    await pass(120_000);
    expect(chat.getSnapshot().link).toMatchObject(link);
    expect(room.opened).toHaveLength(1);
  });

  it('is looked into when it was not said why', async () => {
    const until = Date.now() + 60_000;
    let isBanned = false;
    const chat = await enter({
      ticket: async () => {
        if (isBanned) throw new ChatRefusal('banned', 'No.', until);
        return room.ticket();
      },
    });
    isBanned = true;
    room.give(room.event('aws:DISCONNECT_USER', { UserId: 'me', Reason: 'calm down' }));
    room.newest.end();
    await pass(1);
    expect(chat.getSnapshot().link).toMatchObject({
      phase: 'ended',
      reason: 'banned',
      until,
      words: 'calm down',
    });
    isBanned = false;
    await pass(65_000);
    expect(chat.getSnapshot().link.phase).toBe('open');
  });

  it('is not for somebody else being disconnected', async () => {
    const chat = await enter();
    room.give(room.event('aws:DISCONNECT_USER', { UserId: 'other' }));
    room.newest.break();
    await pass(2000);
    expect(chat.getSnapshot().link.phase).toBe('open');
  });

  it('comes back when a time-out is over', async () => {
    const chat = await enter();
    const until = new Date(Date.now() + 60_000).toISOString();
    room.give(room.event('rostrum:banned', { UserId: 'me', Until: until }));
    room.newest.end();
    expect(chat.getSnapshot().link).toMatchObject({
      phase: 'ended',
      reason: 'banned',
      until: Date.parse(until),
    });
    await pass(50_000);
    expect(room.opened).toHaveLength(1);
    await pass(15_000);
    expect(chat.getSnapshot().link.phase).toBe('open');
  });

  it('of a session is followed by a new one', async () => {
    const chat = await enter();
    room.newest.give({
      Type: 'ERROR',
      Id: 'x',
      RequestId: '',
      ErrorCode: 401,
      ErrorMessage: 'Session expired',
    });
    room.newest.end();
    await pass(2000);
    expect(chat.getSnapshot().link.phase).toBe('open');
  });

  it('leaves nothing running', async () => {
    const chat = await enter();
    void chat.send('x').catch(() => undefined);
    chat.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(room.newest.closedWith).toBe(1000);
    await expect(chat.send('y')).rejects.toMatchObject({ kind: 'closed' });
  });
});

describe('renewal', () => {
  it('opens the next connection before the session ends and loses nothing', async () => {
    const session = 600_000;
    const chat = await enter({
      ticket: async () => room.ticket({ sessionExpirationTime: Date.now() + session }),
    });
    const [first] = room.opened;
    room.say('before');
    await pass(session - 60_000 - 10);
    expect(room.opened).toHaveLength(1);
    const phases = new Set<string>();
    chat.subscribe(() => phases.add(chat.getSnapshot().link.phase));
    await pass(20);
    expect(room.opened).toHaveLength(2);
    room.say('after');
    expect(first?.closedWith).toBe(1000);
    expect(words(chat)).toEqual(['before', 'after']);
    expect([...phases]).toEqual(['open']);
  });

  it('keeps the old connection until it has answered', async () => {
    room.answers = false;
    const chat = await enter({
      ticket: async () => room.ticket({ sessionExpirationTime: Date.now() + 10_000 }),
    });
    const [first] = room.opened;
    await pass(4990);
    const sent = kindOf(chat.send('late'));
    await pass(20);
    expect(room.opened).toHaveLength(2);
    expect(first?.isOpen).toBe(true);
    const requestId = String(first?.sent[0]?.['RequestId']);
    first?.give({
      Type: 'ERROR',
      Id: 'x',
      RequestId: requestId,
      ErrorCode: 406,
      ErrorMessage: 'no',
    });
    expect(await sent).toBe('rejected');
    await pass(200);
    expect(first?.isOpen).toBe(false);
    expect(words(chat)).toEqual(['late']);
  });

  it('does not mind if it fails while the old one runs', async () => {
    const chat = await enter({
      ticket: async () => room.ticket({ sessionExpirationTime: Date.now() + 200_000 }),
    });
    room.isDown = true;
    await pass(150_000);
    expect(room.opened.length).toBeGreaterThan(2);
    room.say('still here');
    expect(chat.getSnapshot().link.phase).toBe('open');
    expect(words(chat)).toEqual(['still here']);
    room.isDown = false;
    await pass(31_000);
    expect(room.opened[0]?.isOpen).toBe(false);
    expect(chat.getSnapshot().link.phase).toBe('open');
  });
});

describe('sending', () => {
  it('shows a message at once, then as said, in the same place of the list', async () => {
    const chat = await enter();
    room.answers = false;
    const sent = chat.send('hello', { a: 'b' });
    const [pending] = chat.getSnapshot().messages;
    expect(pending).toMatchObject({ content: 'hello', state: 'pending', id: '' });
    const frame = room.newest.sent[0];
    expect(frame).toMatchObject({
      Action: 'SEND_MESSAGE',
      Content: 'hello',
      Attributes: { a: 'b' },
    });
    expect(frame?.['RequestId']).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    room.say('hello', 'me', String(frame?.['RequestId']));
    expect(await sent).toMatchObject({ content: 'hello', state: 'sent' });
    expect(chat.getSnapshot().messages).toMatchObject([{ key: pending?.key, state: 'sent' }]);
  });

  it.each([
    [400, 'invalid'],
    [403, 'not_allowed'],
    [406, 'rejected'],
    [413, 'too_long'],
    [429, 'rate'],
    [500, 'internal'],
  ])('shows what error %s did to it', async (code, kind) => {
    const chat = await enter();
    room.answers = false;
    const sent = kindOf(chat.send('x'));
    room.newest.give({
      Type: 'ERROR',
      Id: 'x',
      RequestId: room.newest.sent[0]?.['RequestId'],
      ErrorCode: code,
      ErrorMessage: 'because',
    });
    expect(await sent).toBe(kind);
    expect(chat.getSnapshot().messages[0]).toMatchObject({
      state: 'failed',
      failure: { kind, message: 'because' },
    });
  });

  it('locks for two seconds after a rate error, or as long as the server says', async () => {
    const chat = await enter();
    room.answers = false;
    for (const [wait, ms] of [
      [undefined, 2000],
      [7, 7000],
    ]) {
      void chat.send('x').catch(() => undefined);
      room.newest.give({
        Type: 'ERROR',
        Id: 'x',
        RequestId: room.newest.sent.at(-1)?.['RequestId'],
        ErrorCode: 429,
        ErrorMessage: 'rate limit exceeded',
        RetryAfterSeconds: wait,
      });
      expect(chat.getSnapshot().waitUntil).toEqual({ at: Date.now() + Number(ms), why: 'rate' });
    }
  });

  it('counts down in slow mode, but not for those it is not for', async () => {
    room.slowMode = 30;
    const chat = await enter();
    await chat.send('x');
    expect(chat.getSnapshot().waitUntil).toEqual({ at: Date.now() + 30_000, why: 'slow_mode' });
    room.give(room.event('rostrum:room', { SlowModeSeconds: '0', MaximumMessageLength: '100' }));
    expect(chat.getSnapshot()).toMatchObject({
      waitUntil: null,
      limits: { maximumLength: 100, slowModeSeconds: 0 },
    });
    room.role = 'VIP';
    const vip = await enter();
    await vip.send('x');
    expect(vip.getSnapshot().waitUntil).toBeNull();
  });

  it('fails after ten seconds without an answer; a late answer still counts', async () => {
    const chat = await enter();
    room.answers = false;
    const sent = kindOf(chat.send('x'));
    await pass(9000);
    room.say('somebody else'); // so the connection is alive
    await pass(1100);
    expect(await sent).toBe('timeout');
    expect(states(chat)).toEqual(['sent', 'failed']);
    room.say('x', 'me', String(room.newest.sent[0]?.['RequestId']));
    expect(words(chat)).toEqual(['somebody else', 'x']);
    expect(states(chat)).toEqual(['sent', 'sent']);
  });

  it('gives up a connection that is silent, and sends the message over the next', async () => {
    const chat = await enter();
    room.newest.isDead = true;
    const sent = kindOf(chat.send('x'));
    await pass(12_000);
    expect(await sent).toBe('done');
    expect(room.opened).toHaveLength(2);
    expect(words(chat)).toEqual(['x']);
  });

  it('can be tried again, or let go', async () => {
    const chat = await enter();
    room.answers = false;
    const first = kindOf(chat.send('x'));
    const second = kindOf(chat.send('y'));
    await pass(9000);
    room.say('z');
    await pass(2000);
    expect([await first, await second]).toEqual(['timeout', 'timeout']);
    const [, x, y] = chat.getSnapshot().messages;
    room.answers = true;
    await chat.retry(String(x?.key));
    chat.discard(String(y?.key));
    expect(words(chat)).toEqual(['z', 'x']);
    expect(await kindOf(chat.retry('nothing'))).toBe('closed');
  });

  it('keeps what was written without a connection and sends it once there is one', async () => {
    const chat = await enter();
    network.turn(false);
    const sent = kindOf(chat.send('x'));
    expect(states(chat)).toEqual(['pending']);
    network.turn(true);
    await pass(10);
    expect(await sent).toBe('done');
    network.turn(false);
    const lost = kindOf(chat.send('y'));
    await pass(31_000);
    expect(await lost).toBe('timeout');
  });

  it('does not send again what arrived before the connection broke', async () => {
    const chat = await enter();
    room.newest.isDeaf = true; // it arrives, but nothing comes back
    const sent = kindOf(chat.send('x'));
    room.newest.break();
    await pass(2000);
    expect(await sent).toBe('done');
    expect(words(chat)).toEqual(['x']);
    expect(room.said.filter((f) => f['Content'] === 'x')).toHaveLength(1);
  });

  it('sends again once what did not arrive', async () => {
    const chat = await enter();
    room.newest.isDead = true;
    const sent = kindOf(chat.send('x'));
    room.newest.break();
    await pass(2000);
    expect(await sent).toBe('done');
    room.answers = false;
    const unlucky = kindOf(chat.send('y'));
    room.newest.break();
    await pass(2000);
    room.newest.break();
    expect(await unlucky).toBe('broken');
    await pass(5000);
    const sends = room.opened.flatMap((s) => s.sent.filter((f) => f['Content'] === 'y'));
    expect(sends).toHaveLength(2);
  });

  it('takes no more than fifty that wait', async () => {
    const chat = await enter();
    network.turn(false);
    for (let i = 0; i < 50; ++i) void chat.send(`${i}`).catch(() => undefined);
    expect(await kindOf(chat.send('one more'))).toBe('rate');
  });
});

describe('moderation and the rest of the room', () => {
  it('asks for what a moderator does in the words of the protocol', async () => {
    room.role = 'MODERATOR';
    const chat = await enter();
    expect(chat.getSnapshot().me?.canModerate).toBe(true);
    const id = room.say('bad', 'villain');
    await chat.deleteMessage(id, 'spam');
    await chat.disconnectUser('villain');
    await chat.banUser('villain', 600, 'spam');
    await chat.banUser('villain');
    await chat.unbanUser('villain');
    await chat.pin('p');
    await chat.unpin();
    await chat.setSlowMode(10);
    expect(room.newest.sent.map(({ RequestId: _, ...frame }) => frame)).toEqual([
      { Action: 'DELETE_MESSAGE', Id: id, Reason: 'spam' },
      { Action: 'DISCONNECT_USER', UserId: 'villain' },
      { Action: 'BAN_USER', UserId: 'villain', DurationSeconds: 600, Reason: 'spam' },
      { Action: 'BAN_USER', UserId: 'villain' },
      { Action: 'UNBAN_USER', UserId: 'villain' },
      { Action: 'PIN_MESSAGE', Id: 'p' },
      { Action: 'UNPIN_MESSAGE' },
      { Action: 'SET_SLOW_MODE', Seconds: 10 },
    ]);
    expect(words(chat)).toEqual(['removed']);
  });

  it('knows that a removal whose answer was lost was done', async () => {
    room.role = 'MODERATOR';
    const chat = await enter();
    const id = room.say('bad');
    room.newest.isDeaf = true;
    const removal = kindOf(chat.deleteMessage(id));
    room.newest.break();
    await pass(2000);
    expect(await removal).toBe('done');
    expect(room.newest.sent).toEqual([]);
  });

  it('shows presence, what is pinned and reactions', async () => {
    const chat = await enter();
    const id = room.say('pin me');
    const frame = room.said.at(-1);
    room.give(room.event('rostrum:presence', { Connections: '12', Users: '10' }));
    room.give(room.event('rostrum:pinned', { Message: JSON.stringify(frame) }));
    room.give(room.event('rostrum:reactions', { MessageId: id, Counts: '{"👍":3}' }));
    expect(chat.getSnapshot()).toMatchObject({
      presence: { connections: 12, users: 10 },
      pinned: { id, content: 'pin me' },
      messages: [{ reactions: [{ emoji: '👍', count: 3, mine: false }] }],
    });
    room.give(room.event('rostrum:unpinned', { MessageId: id }));
    expect(chat.getSnapshot().pinned).toBeNull();
    room.give(room.event('rostrum:pinned', { Message: JSON.stringify(frame) }));
    room.remove(id);
    expect(chat.getSnapshot().pinned).toBeNull();
  });

  it('counts a reaction of ours at once and takes it back if it is refused', async () => {
    const chat = await enter();
    const id = room.say('nice');
    await chat.react(id, '👍');
    const reactions = () => chat.getSnapshot().messages[0]?.reactions;
    expect(reactions()).toEqual([{ emoji: '👍', count: 1, mine: true }]);
    room.give(room.event('rostrum:reactions', { MessageId: id, Counts: '{"👍":4}' }));
    expect(reactions()).toEqual([{ emoji: '👍', count: 4, mine: true }]);
    await chat.react(id, '👍', false);
    expect(reactions()).toEqual([{ emoji: '👍', count: 3, mine: false }]);
    room.answers = false;
    const refused = kindOf(chat.react(id, '🔥'));
    room.newest.give({
      Type: 'ERROR',
      Id: 'x',
      RequestId: room.newest.sent.at(-1)?.['RequestId'],
      ErrorCode: 429,
      ErrorMessage: 'no',
    });
    expect(await refused).toBe('rate');
    expect(reactions()).toEqual([{ emoji: '👍', count: 3, mine: false }]);
  });

  it('learns a new role', async () => {
    const chat = await enter();
    room.give(room.event('rostrum:role', { UserId: 'me', Role: 'MODERATOR' }));
    expect(chat.getSnapshot().me).toMatchObject({ role: 'MODERATOR', canModerate: true });
  });

  it('tells events of the room, but not those of the past', async () => {
    room.tell(room.event('app:old'));
    const chat = make();
    const heard: string[] = [];
    chat.onEvent((event) => heard.push(event.name));
    chat.connect();
    await pass(1);
    room.tell(room.event('app:new', { a: '1' }));
    expect(heard.filter((name) => name.startsWith('app:'))).toEqual(['app:new']);
  });
});

describe('order', () => {
  it('keeps the newest 500', async () => {
    const chat = await enter();
    for (let i = 0; i < 700; ++i) room.say(`${i}`);
    const all = words(chat);
    expect([all.length, all[0], all.at(-1)]).toEqual([500, '200', '699']);
  });

  it('says once in a frame that something changed, however much did', async () => {
    const due: (() => void)[] = [];
    const chat = make({ schedule: (run) => due.push(run) });
    let told = 0;
    chat.subscribe(() => (told += 1));
    chat.connect();
    await pass(1);
    for (const run of due.splice(0)) run();
    told = 0;
    for (let i = 0; i < 200; ++i) room.say(`${i}`);
    const before = chat.getSnapshot();
    expect(due).toHaveLength(1);
    for (const run of due.splice(0)) run();
    expect([told, before.messages.length, chat.getSnapshot().messages.length]).toEqual([1, 0, 200]);
  });

  it('finds out what was removed while the server had forgotten where it was', async () => {
    const chat = await enter();
    room.say('one');
    room.say('two');
    const three = room.say('three');
    room.newest.break();
    room.said.splice(
      room.said.findIndex((f) => f['Id'] === three),
      1,
    );
    room.say('four');
    await pass(2000);
    expect(words(chat)).toEqual(['one', 'two', 'removed', 'four']);
  });

  it('marks where something is missing', async () => {
    room.capacity = 3;
    const chat = await enter();
    room.say('one');
    room.newest.break();
    for (let i = 0; i < 5; ++i) room.say(`${i}`);
    await pass(2000);
    expect(words(chat)).toEqual(['one', '2', '3', '4']);
    expect(chat.getSnapshot().messages.map((m) => m.afterGap)).toEqual([false, true, false, false]);
  });

  it('puts what is older before the rest, and lets it go again', async () => {
    const chat = await enter({ keep: 3 });
    for (const word of ['c', 'd', 'e']) room.say(word);
    const frame = (content: string, id: string) =>
      ({
        type: 'MESSAGE',
        id,
        requestId: '',
        content,
        attributes: {},
        at: 1,
        userId: 'u',
        userAttributes: {},
        role: 'NONE',
        history: true,
      }) as const;
    expect(chat.prepend([frame('a', '1'), frame('b', '2'), frame('b', '2')])).toBe(2);
    room.say('f');
    expect(words(chat)).toEqual(['b', 'c', 'd', 'e', 'f']);
    chat.hold(false);
    expect(words(chat)).toEqual(['d', 'e', 'f']);
  });

  it('keeps what is being read, up to a bound', async () => {
    const chat = await enter({ keep: 3 });
    for (const word of ['a', 'b', 'c']) room.say(word);
    chat.hold(true);
    for (const word of ['d', 'e', 'f']) room.say(word);
    expect(words(chat)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    for (let i = 0; i < 50; ++i) room.say('x');
    expect(words(chat)).toHaveLength(12);
    chat.hold(false);
    expect(words(chat)).toHaveLength(3);
  });

  it('takes a new ticket when told to, without leaving', async () => {
    const chat = await enter();
    room.capabilities = 'SEND_MESSAGE,DELETE_MESSAGE,DISCONNECT_USER';
    room.say('before');
    chat.renew();
    await pass(1);
    room.say('after');
    expect(room.opened[0]?.closedWith).toBe(1000);
    expect(words(chat)).toEqual(['before', 'after']);
    expect(chat.getSnapshot().me?.canModerate).toBe(true);
  });

  // Whatever breaks and whenever: in the end everything is there, once and in the order of the room.
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'is that of the room whatever happens (%s)',
    async (seed) => {
      const random = randomOf(seed);
      const chat = await enter({
        random,
        keep: 10_000,
        ticket: async () => room.ticket({ sessionExpirationTime: Date.now() + 20_000 }),
      });
      room.capacity = 10_000;
      const removed = new Set<string>();
      const ids: string[] = [];
      let sent = 0;
      for (let step = 0; step < 150; ++step) {
        const dice = random();
        if (dice < 0.5) ids.push(room.say(`w${step}`));
        else if (dice < 0.65) void chat.send(`mine ${(sent += 1)}`).catch(() => undefined);
        else if (dice < 0.72 && ids.length > 0) {
          const id = String(ids[Math.floor(random() * ids.length)]);
          if (!removed.has(id)) room.remove(id);
          removed.add(id);
        } else if (dice < 0.8) [...room.sockets][Math.floor(random() * room.sockets.size)]?.break();
        else if (dice < 0.83) for (const socket of room.sockets) socket.isDeaf = true;
        else if (dice < 0.86) for (const socket of room.sockets) socket.isDead = true;
        else if (dice < 0.88) network.turn(!network.online);
        else if (dice < 0.9) room.isDown = !room.isDown;
        else await pass(random() * 3000);
      }
      room.isDown = false;
      network.turn(true);
      for (const socket of [...room.sockets]) if (socket.isDeaf || socket.isDead) socket.break();
      await pass(70_000);
      expect(chat.getSnapshot().link.phase).toBe('open');
      const expected = room.said.filter((f) => f['Type'] === 'MESSAGE').map((f) => f['Id']);
      const shown = chat.getSnapshot().messages.filter((m) => m.state === 'sent');
      expect(shown.filter((m) => !m.removed).map((m) => m.id)).toEqual(expected);
      expect(new Set(shown.map((m) => m.id)).size).toBe(shown.length);
      expect(chat.getSnapshot().messages.filter((m) => m.state === 'pending')).toEqual([]);
      // Nothing of mine was said twice, though much of it was sent twice.
      const mine = room.said.filter((f) => String(f['Content']).startsWith('mine'));
      expect(new Set(mine.map((f) => f['Content'])).size).toBe(mine.length);
    },
  );
});
