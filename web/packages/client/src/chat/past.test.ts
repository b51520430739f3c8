import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api';
import { randomOf } from './fakes';
import { joinChat, pastOf } from './gateway';
import { OlderMessages, allPages, parsePastPage, type PastFrame, type PastSource } from './past';
import { ChatReplay } from './replay';
import { ChatRefusal } from './types';

const start = Date.parse('2026-01-01T10:00:00Z');

function said(at: number, content = `at ${at - start}`): PastFrame {
  return {
    type: 'MESSAGE',
    id: `m${at}${content}`,
    requestId: '',
    content,
    attributes: {},
    at,
    userId: 'u',
    userAttributes: {},
    role: 'NONE',
    history: false,
  };
}
const removal = (at: number, id: string): PastFrame => ({
  type: 'EVENT',
  id: `e${at}`,
  requestId: '',
  name: 'aws:DELETE_MESSAGE',
  attributes: { MessageID: id },
  at,
  history: false,
});

/** Pages of `size`, and what was asked for. */
function sourceOf(frames: readonly PastFrame[], size = 7) {
  const asked: number[] = [];
  const source: PastSource = async (from, to, after) => {
    asked.push(from);
    const found = frames.filter((f) => f.at >= from && f.at < to);
    const at = after === null ? 0 : found.findIndex((f) => f.id === after) + 1;
    const page = found.slice(at, at + size);
    const more = at + size < found.length;
    return { frames: page, next: more ? (page.at(-1)?.id ?? null) : null };
  };
  return { source, asked };
}
const settle = () => vi.advanceTimersByTimeAsync(1);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('replay', () => {
  const make = (source: PastSource, keep?: number) =>
    new ChatReplay({
      source,
      start,
      schedule: (run) => run(),
      ...(keep === undefined ? {} : { keep }),
    });
  const words = (replay: ChatReplay) =>
    replay.getSnapshot().messages.map((m) => (m.removed ? 'removed' : m.content));

  it('says each message when its moment comes, also backwards', async () => {
    const frames = Array.from({ length: 60 }, (_, i) => said(start + i * 10_000, `${i}`));
    const replay = make(sourceOf(frames).source);
    replay.at(start + 25_000);
    expect(replay.getSnapshot().state).toBe('loading');
    await settle();
    expect(replay.getSnapshot().state).toBe('ready');
    expect(words(replay)).toEqual(['0', '1', '2']);
    replay.at(start + 30_000);
    expect(words(replay)).toEqual(['0', '1', '2', '3']);
    replay.at(start + 5_000);
    expect(words(replay)).toEqual(['0']);
  });

  it('removes a message when it was removed', async () => {
    const bad = said(start + 1000, 'bad');
    const replay = make(sourceOf([bad, removal(start + 9000, bad.id)]).source);
    replay.at(start + 5000);
    await settle();
    expect(words(replay)).toEqual(['bad']);
    replay.at(start + 9000);
    expect(words(replay)).toEqual(['removed']);
    replay.at(start + 8999);
    expect(words(replay)).toEqual(['bad']);
  });

  it('fills a screen from before, and asks for nothing before the start', async () => {
    const frames = Array.from({ length: 20 }, (_, i) => said(start + i * 30_000, `${i}`));
    const { source, asked } = sourceOf(frames);
    const replay = make(source);
    replay.at(start + 9 * 60_000 + 1);
    for (let i = 0; i < 12; ++i) await settle();
    expect(words(replay)).toEqual(frames.slice(0, 19).map((_, i) => `${i}`));
    expect(Math.min(...asked)).toBe(start);
  });

  it('says that it failed, and tries again', async () => {
    let fails = true;
    const { source } = sourceOf([said(start, 'x')]);
    const replay = make((...args) => (fails ? Promise.reject(new Error('no')) : source(...args)));
    replay.at(start + 1);
    await settle();
    expect(replay.getSnapshot().state).toBe('failed');
    fails = false;
    await vi.advanceTimersByTimeAsync(3100);
    replay.at(start + 2);
    await settle();
    expect(words(replay)).toEqual(['x']);
  });

  it.each(Array.from({ length: 10 }, (_, seed) => seed))(
    'stands at each moment as it stood then (%s)',
    async (seed) => {
      const random = randomOf(seed);
      const frames: PastFrame[] = [];
      for (let at = start; at < start + 40 * 60_000; at += 200 + random() * 9000) {
        const whole = Math.floor(at);
        const old = frames[Math.floor(random() * frames.length)];
        if (random() < 0.1 && old?.type === 'MESSAGE') frames.push(removal(whole, old.id));
        else frames.push(said(whole));
      }
      const replay = make(sourceOf(frames, 50).source, 40);
      let moment = start;
      for (let step = 0; step < 120; ++step) {
        if (random() < 0.15) moment = start + Math.floor(random() * 40 * 60_000);
        else moment += Math.floor(random() * 5000);
        replay.at(moment);
        for (let i = 0; i < 12; ++i) await settle();
        const until = frames.filter((f) => f.at <= moment);
        const gone = new Set(
          until.filter((f) => f.type === 'EVENT').map((f) => f.attributes['MessageID']),
        );
        const expected = until
          .filter((f) => f.type === 'MESSAGE')
          .slice(-30)
          .map((f) => (gone.has(f.id) ? 'removed' : (f as { content: string }).content));
        expect(words(replay).slice(-30).slice(-expected.length)).toEqual(expected);
      }
    },
  );
});

describe('older messages', () => {
  it('reads further back until a screen is full, and no further than a day', async () => {
    const now = start + 30 * 3_600_000;
    const frames = Array.from({ length: 100 }, (_, i) => said(now - (100 - i) * 60_000, `${i}`));
    const { source } = sourceOf(frames, 20);
    const older = new OlderMessages(source);
    const first = await older.load(now);
    expect(first.length).toBeGreaterThanOrEqual(30);
    expect(first.at(-1)?.content).toBe('99');
    const second = await older.load(now);
    expect(second.at(-1)?.content).toBe(String(99 - first.length));
    expect([...second, ...first].map((f) => f.content)).toEqual(
      frames.map((f) => (f as { content: string }).content),
    );
    expect(await older.load(now)).toEqual([]);
    expect(older.isExhausted).toBe(true);
  });
});

describe('pages', () => {
  it('asks until there is no next, and never for the same twice', async () => {
    const frames = Array.from({ length: 30 }, (_, i) => said(start + i));
    expect(await allPages(sourceOf(frames).source, start, start + 30)).toHaveLength(30);
    const stuck: PastSource = vi.fn(async () => ({ frames: [], next: 'x' }));
    await allPages(stuck, 0, 1);
    expect(stuck).toHaveBeenCalledTimes(2);
  });

  it('leaves out what it cannot read', () => {
    const frame = {
      Type: 'MESSAGE',
      Id: 'a',
      Content: 'x',
      SendTime: '2026-01-01T00:00:00Z',
      Sender: { UserId: 'u' },
    };
    const page = parsePastPage({ messages: [frame, { Type: 'MESSAGE' }, 7], next: '' });
    expect(page.frames.map((f) => f.id)).toEqual(['a']);
    expect(page.next).toBeNull();
    expect(() => parsePastPage({})).toThrow(TypeError);
  });

  it('asks the server for a stretch of time', async () => {
    const fetcher = vi.fn(async () => new Response('{"messages":[]}'));
    await pastOf('a b', { fetcher })(start, start + 1000, 'm1');
    const [url] = fetcher.mock.calls[0] as unknown as [string];
    expect(url).toBe(
      '/api/rostrum/v1/channels/a%20b/chat/messages?from=2026-01-01T10%3A00%3A00.000Z' +
        '&to=2026-01-01T10%3A00%3A01.000Z&limit=200&after=m1',
    );
  });
});

describe('joining', () => {
  const answer = {
    url: 'ws://h/',
    token: 't',
    userId: 'u',
    displayName: 'Ana',
    visitor: 'v',
    role: 'MODERATOR',
    capabilities: ['SEND_MESSAGE', 3],
    tokenExpirationTime: '2026-01-01T10:00:00Z',
    sessionExpirationTime: '2026-01-01T11:00:00Z',
    maximumMessageLength: 300,
    roomArn: 'arn',
    guestsMaySend: false,
  };
  const join = (status: number, body: unknown) =>
    joinChat('c', {}, { fetcher: async () => new Response(JSON.stringify(body), { status }) });

  it('gives a ticket', async () => {
    expect(await join(200, answer)).toEqual({
      ...answer,
      capabilities: ['SEND_MESSAGE'],
      tokenExpirationTime: start,
      sessionExpirationTime: start + 3_600_000,
    });
  });
  it.each([
    [403, 'banned', 'banned'],
    [403, 'chat_off', 'chat_off'],
    [403, 'invite_expired', 'invite_expired'],
    [404, 'x', 'no_channel'],
    [400, 'x', 'bad_name'],
  ])('status %s with %s is a refusal', async (status, error, reason) => {
    const refusal = await join(status, { error, message: 'because' }).catch((e: unknown) => e);
    expect(refusal).toBeInstanceOf(ChatRefusal);
    expect(refusal).toMatchObject({ reason, message: 'because' });
  });
  it.each([
    [500, {}],
    [429, {}],
    [200, { ...answer, url: 'javascript:x' }],
    [200, { ...answer, token: '' }],
    [200, null],
  ])('status %s with %j may be tried again', async (status, body) => {
    expect(await join(status, body).catch((e: unknown) => e)).toBeInstanceOf(ApiError);
  });
});
