import { describe, expect, it } from 'vitest';
import { countOf, parseFrame, pinnedOf, reactionsOf, roleOf } from './frames';

const message = {
  Type: 'MESSAGE',
  Id: 'abcdefghijkl',
  RequestId: 'r',
  Attributes: { a: 'b' },
  Content: 'hello',
  SendTime: '2026-03-04T05:06:07.089Z',
  Sender: { UserId: 'ana', Attributes: { displayName: 'Ana' }, Role: 'MODERATOR' },
};
const event = {
  Type: 'EVENT',
  Id: 'e',
  EventName: 'app:x',
  SendTime: '2026-03-04T05:06:07Z',
  Attributes: null,
};
const error = { Type: 'ERROR', Id: 'x', RequestId: 'r', ErrorCode: 429, ErrorMessage: 'slow down' };
const read = (frame: unknown) => parseFrame(JSON.stringify(frame));

describe('frames', () => {
  it('reads a message', () => {
    expect(read(message)).toEqual({
      type: 'MESSAGE',
      id: 'abcdefghijkl',
      requestId: 'r',
      content: 'hello',
      attributes: { a: 'b' },
      at: Date.UTC(2026, 2, 4, 5, 6, 7, 89),
      userId: 'ana',
      userAttributes: { displayName: 'Ana' },
      role: 'MODERATOR',
      history: false,
    });
  });
  it('reads an event and an error', () => {
    expect(read(event)).toMatchObject({ name: 'app:x', attributes: {}, requestId: '' });
    expect(read({ ...error, RetryAfterSeconds: 1.5 })).toMatchObject({
      code: 429,
      retryAfterMs: 1500,
    });
  });

  it.each([
    ['not JSON', '{'],
    ['a list', '[]'],
    ['nothing', 'null'],
    ['a number', '7'],
    ['too long', JSON.stringify({ ...message, Content: 'x'.repeat(70_000) })],
  ])('refuses %s', (_, text) => {
    expect(parseFrame(text)).toBeNull();
  });
  it.each([
    ['an octet array', new Uint8Array(3)],
    ['undefined', undefined],
  ])('refuses %s', (_, data) => {
    expect(parseFrame(data)).toBeNull();
  });

  const without = (frame: object, name: string) =>
    Object.fromEntries(Object.entries(frame).filter(([key]) => key !== name));
  it.each(
    [
      ...['Type', 'Id', 'Content', 'SendTime', 'Sender'].map((n) => [message, n] as const),
      ...['Type', 'Id', 'EventName', 'SendTime'].map((n) => [event, n] as const),
      ...['Type', 'ErrorCode', 'ErrorMessage'].map((n) => [error, n] as const),
    ].map(([frame, name]) => [String((frame as { Type: string }).Type), name, frame] as const),
  )('%s needs %s, and of the right kind', (_, name, frame) => {
    expect(read(frame)).not.toBeNull();
    expect(read(without(frame, name))).toBeNull();
    expect(read({ ...frame, [name]: [] })).toBeNull();
  });
  it.each([
    { Attributes: { a: 1 } },
    { Attributes: ['a'] },
    { SendTime: 'yesterday' },
    { Id: '' },
    { Sender: { UserId: 3 } },
    { Sender: { UserId: 'a', Attributes: { b: null } } },
    { RequestId: 4 },
  ])('refuses a message with %j', (part) => {
    expect(read({ ...message, ...part })).toBeNull();
  });
  it('gives nobody a role by a word that it does not know', () => {
    expect(read({ ...message, Sender: { UserId: 'a', Role: 'ADMIN' } })).toMatchObject({
      role: 'NONE',
    });
    expect(roleOf('OWNER')).toBe('OWNER');
  });
  it('keeps a name like __proto__ as a name', () => {
    const frame = parseFrame(
      JSON.stringify(message).replace('{"a":"b"}', '{"__proto__":"x","a":"b"}'),
    );
    expect(frame).toMatchObject({ content: 'hello' });
    const { attributes } = frame as { attributes: object };
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
  });
});

describe('attributes of our events', () => {
  it.each([
    ['0', 0],
    ['12', 12],
    ['-1', null],
    ['1.5', null],
    ['', null],
    ['1e9', null],
    [undefined, null],
  ])('counts %s as %s', (text, count) => {
    expect(countOf(text)).toBe(count);
  });
  it('orders reactions by how many there are and leaves out none', () => {
    expect(reactionsOf('{"👍":2,"🔥":5,"😀":0}')).toEqual([
      { emoji: '🔥', count: 5 },
      { emoji: '👍', count: 2 },
    ]);
    expect(reactionsOf('{"👍":"2"}')).toBeNull();
    expect(reactionsOf('[]')).toBeNull();
    expect(reactionsOf('nonsense')).toBeNull();
  });
  it('reads a pinned message only if it is one', () => {
    expect(pinnedOf(JSON.stringify(message))?.content).toBe('hello');
    expect(pinnedOf(JSON.stringify(event))).toBeNull();
    expect(pinnedOf(undefined)).toBeNull();
  });
});
