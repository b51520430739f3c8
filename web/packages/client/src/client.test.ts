import { describe, expect, it, vi } from 'vitest';
import { ApiError, createApi, pauseAfter, startPoll } from './index';

const answers = (status: number, body: unknown): typeof fetch =>
  vi.fn(async () => new Response(JSON.stringify(body), { status }));

describe('api', () => {
  it('fills in what a channel leaves out', async () => {
    const api = createApi('', answers(200, { id: 'a b', live: true }));
    expect(await api.channel('a b')).toEqual({
      id: 'a b',
      name: 'a b',
      title: '',
      live: true,
      startedAt: null,
      viewers: 0,
      authorized: false,
      playbackUrl: '',
      watchUrl: '/watch/a%20b',
    });
  });

  it('does not say the name twice', async () => {
    const api = createApi('', answers(200, { id: 'a', name: 'Demo', title: 'Demo' }));
    expect((await api.channel('a')).title).toBe('');
  });

  it('asks for the channel with its id escaped', async () => {
    const fetcher = answers(200, { id: 'x/y' });
    await createApi('http://h', fetcher).channel('x/y');
    expect(vi.mocked(fetcher).mock.calls[0]?.[0]).toBe('http://h/api/rostrum/v1/channels/x%2Fy');
  });

  it.each(['javascript:alert(1)', '//elsewhere.example/x', 'ftp://x'])(
    'never links to %s',
    async (url) => {
      const api = createApi(
        '',
        answers(200, { channels: [{ id: 'a', watchUrl: url, playbackUrl: url }] }),
      );
      const [channel] = await api.channels();
      expect(channel?.watchUrl).toBe('/watch/a');
      expect(channel?.playbackUrl).toBe('');
    },
  );

  it('tells a missing channel from a broken server', async () => {
    const missing = await createApi('', answers(404, {}))
      .channel('a')
      .catch((e: unknown) => e);
    expect(missing).toBeInstanceOf(ApiError);
    expect((missing as ApiError).notFound).toBe(true);
    const broken = await createApi('', answers(200, { channels: 3 }))
      .channels()
      .catch((e: unknown) => e);
    expect((broken as ApiError).notFound).toBe(false);
  });

  it('reads what can be watched again', async () => {
    const one = { id: 'r1', playbackUrl: '/r1.m3u8', durationMs: -1, thumbnailUrl: 'ftp://x' };
    const fetcher = answers(200, { recordings: [one], timeShiftUrl: '/live.m3u8' });
    const found = await createApi('', fetcher).recordings('a/b', 'r 2');
    expect(vi.mocked(fetcher).mock.calls[0]?.[0]).toBe(
      '/api/rostrum/v1/channels/a%2Fb/recordings?before=r%202',
    );
    expect(found.recordings).toEqual([
      {
        id: 'r1',
        name: '',
        clip: false,
        startedAt: '',
        durationMs: 0,
        playbackUrl: '/r1.m3u8',
        downloadUrl: '',
        storyboardUrl: '',
        thumbnailUrl: '',
      },
    ]);
    expect(found.timeShift).toBeNull();
    const since = '2026-11-22T10:00:00.000Z';
    const more = answers(200, {
      recordings: [],
      timeShiftUrl: '/live.m3u8',
      timeShiftSince: since,
    });
    expect((await createApi('', more).recordings('a')).timeShift).toEqual({
      url: '/live.m3u8',
      since,
    });
    const broken = createApi('', answers(200, { recordings: [{ id: 'r1' }] })).recordings('a');
    await expect(broken).rejects.toBeInstanceOf(ApiError);
  });

  it('reports no answer as status 0', async () => {
    const api = createApi('', () => Promise.reject(new TypeError('refused')));
    await expect(api.server()).rejects.toMatchObject({ status: 0 });
  });

  it('reads the ingest addresses', async () => {
    const api = createApi(
      '',
      answers(200, { version: '1', ingest: { rtmp: 'rtmp://h/app', srt: '' } }),
    );
    expect(await api.server()).toEqual({
      version: '1',
      ingest: { rtmp: 'rtmp://h/app', rtmps: null, srt: null },
    });
  });
});

describe('poll', () => {
  it('pauses longer after each failure, up to a bound', () => {
    const pauses = [0, 1, 2, 3, 9].map((n) => pauseAfter(n, 3000, 0.5));
    expect(pauses).toEqual([3000, 6000, 12000, 24000, 30000]);
  });

  it('asks again after failures and stops when told', async () => {
    vi.useFakeTimers();
    let asked = 0;
    const seen: string[] = [];
    const poll = startPoll({
      every: 1000,
      ask: async () => {
        asked += 1;
        if (asked === 2) throw new ApiError('no', 503);
        return asked;
      },
      answer: (n) => seen.push(`ok ${n}`),
      fail: (e) => seen.push(`fail ${e.status}`),
      random: () => 0.5,
    });
    await vi.advanceTimersByTimeAsync(1001);
    await vi.advanceTimersByTimeAsync(1990);
    expect(seen).toEqual(['ok 1', 'fail 503']);
    await vi.advanceTimersByTimeAsync(20);
    expect(seen).toEqual(['ok 1', 'fail 503', 'ok 3']);
    poll.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(3);
    vi.useRealTimers();
  });
});
