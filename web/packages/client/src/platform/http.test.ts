import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPlatform, pathOf, PlatformError } from './http';
import { createPeople } from './session';
import { openFeed, type FeedEvent } from './feed';

type Answer = Response | Error | (() => Promise<Response>);

function rig(...answers: Answer[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const api = createPlatform({
    base: 'http://h',
    pause: () => Promise.resolve(),
    fetcher: (url, init) => {
      asked.push({ url: String(url), init: init ?? {} });
      const answer = answers.shift() ?? new Error('nothing more');
      if (answer instanceof Error) return Promise.reject(answer);
      return answer instanceof Response ? Promise.resolve(answer) : answer();
    },
  });
  const headers = (i: number) => asked[i]?.init.headers as Record<string, string>;
  return { api, asked, headers };
}
const json = (value: unknown, status = 200, headers = {}) =>
  new Response(JSON.stringify(value), { status, headers });

describe('asking the platform', () => {
  it('leaves out empty parameters and escapes the others', async () => {
    const { api, asked } = rig(json({}));
    await api.get('/search', { query: { q: 'a&b', after: null, limit: 3, category: '' } });
    expect(asked[0]?.url).toBe('http://h/api/platform/v1/search?q=a%26b&limit=3');
    expect(pathOf`/channels/${'a/b'}/bans/${'..'}`).toBe('/channels/a%2Fb/bans/..');
  });

  it('carries the token with what changes something, never with questions', async () => {
    const { api, headers } = rig(json({ csrfToken: 't1', signedIn: false }), json({}), json({}));
    await createPeople(api).read();
    await api.get('/about');
    await api.post('/x', { a: 1 });
    expect(headers(0)['x-csrf-token']).toBeUndefined();
    expect(headers(1)['x-csrf-token']).toBeUndefined();
    expect(headers(2)['x-csrf-token']).toBe('t1');
  });

  it('gets a new token once when another tab has changed it', async () => {
    const { api, asked, headers } = rig(
      json({ type: 'Csrf', message: 'x' }, 403),
      json({ csrfToken: 't2' }),
      json({ done: true }),
    );
    api.setToken('t1');
    await expect(api.post('/x', {})).resolves.toEqual({ done: true });
    expect(asked.map((one) => one.init.method)).toEqual(['POST', 'GET', 'POST']);
    expect(headers(2)['x-csrf-token']).toBe('t2');
  });

  it('does not repeat a change that was refused for good', async () => {
    const { api, asked } = rig(
      json({ type: 'Csrf', message: 'x' }, 403),
      json({ csrfToken: 't1' }),
    );
    api.setToken('t1');
    await expect(api.post('/x', {})).rejects.toMatchObject({ type: 'Csrf' });
    expect(asked).toHaveLength(2);
  });

  it('asks a lost question again, but never repeats a lost change', async () => {
    const question = rig(new Error('lost'), json({ ok: 1 }));
    await expect(question.api.get('/about')).resolves.toEqual({ ok: 1 });
    const change = rig(new Error('lost'), json({}));
    await expect(change.api.post('/x', {})).rejects.toMatchObject({ status: 0, type: 'NoAnswer' });
    expect(change.asked).toHaveLength(1);
  });

  it('says what was refused, about which field, and until when', async () => {
    const { api } = rig(
      json({ type: 'NameTaken', message: 'Taken.', field: 'name' }, 409),
      json({ type: 'TooMany', message: 'Slow.' }, 429, { 'retry-after': '90' }),
      new Response('<html>bad gateway', { status: 502 }),
    );
    await expect(api.post('/x')).rejects.toMatchObject({
      status: 409,
      type: 'NameTaken',
      field: 'name',
      message: 'Taken.',
    });
    await expect(api.post('/x')).rejects.toMatchObject({ retryAfter: 90 });
    await expect(api.post('/x')).rejects.toMatchObject({ type: 'Unavailable', field: '' });
  });

  it('tells who listens that the session has ended', async () => {
    const { api } = rig(json({ type: 'SignIn', message: 'x' }, 401));
    const heard = vi.fn();
    api.onUnauthorized(heard);
    await expect(api.get('/me/channel')).rejects.toBeInstanceOf(PlatformError);
    expect(heard).toHaveBeenCalledOnce();
  });

  it('sends files as they are', async () => {
    const { api, asked, headers } = rig(json({ url: '/p' }));
    const file = new Blob(['x'], { type: 'image/png' });
    await api.put('/me/avatar', file);
    expect(headers(0)['content-type']).toBe('image/png');
    expect(asked[0]?.init.body).toBe(file);
  });

  it('leaves a cancelled question as what it is', async () => {
    const stop = new AbortController();
    const { api } = rig(() => {
      stop.abort();
      return Promise.reject(new DOMException('stopped', 'AbortError'));
    });
    await expect(api.get('/x', { signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

class FakeSource extends EventTarget {
  static made: FakeSource[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;
  constructor(readonly url: string) {
    super();
    FakeSource.made.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
  say(event: string, data: string): void {
    this.dispatchEvent(new MessageEvent(event, { data }));
  }
}

describe('the feed', () => {
  afterEach(() => {
    vi.useRealTimers();
    FakeSource.made = [];
  });

  it('gives events with their data and passes over what it cannot read', () => {
    const heard: FeedEvent[] = [];
    const feed = openFeed({
      channel: 'a b',
      heard: (event) => heard.push(event),
      Source: FakeSource as unknown as new (url: string) => EventSource,
    });
    const [source] = FakeSource.made;
    expect(source?.url).toBe('/api/platform/v1/feed?channel=a%20b');
    source?.say('live', '{"streamId":"st-1"}');
    source?.say('live', 'not json');
    source?.say('somethingNew', '{}');
    expect(heard).toEqual([{ event: 'live', data: { streamId: 'st-1' } }]);
    feed.close();
    expect(source?.isClosed).toBe(true);
  });

  it('comes back with growing pauses, and not after it was closed', () => {
    vi.useFakeTimers();
    const changes: boolean[] = [];
    const feed = openFeed({
      heard: () => undefined,
      changed: (isOpen) => changes.push(isOpen),
      random: () => 0.5,
      Source: FakeSource as unknown as new (url: string) => EventSource,
    });
    FakeSource.made[0]?.onopen?.();
    FakeSource.made[0]?.onerror?.();
    vi.advanceTimersByTime(1999);
    expect(FakeSource.made).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(FakeSource.made).toHaveLength(2);
    FakeSource.made[1]?.onerror?.();
    vi.advanceTimersByTime(3999);
    expect(FakeSource.made).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(FakeSource.made).toHaveLength(3);
    FakeSource.made[2]?.onopen?.();
    expect(changes).toEqual([true, false, false, true]);
    feed.close();
    FakeSource.made[2]?.onerror?.();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.made).toHaveLength(3);
  });
});
