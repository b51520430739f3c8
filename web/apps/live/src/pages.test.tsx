import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from './App';
import { byAudience } from './pages/Directory';
import { onAir } from './pages/on-air';
import { routeOf } from './routes';

vi.mock('@rostrum/media', () => ({
  definePlayer: () => undefined,
  preloadEngine: () => undefined,
}));

const channel = (id: string, viewers: number, live = true) => ({
  id,
  name: `Channel ${id}`,
  title: '',
  live,
  startedAt: null,
  viewers,
  authorized: false,
  playbackUrl: `/api/video/v1/${id}.m3u8`,
  watchUrl: `/watch/${id}`,
});
let root: Root;
let answers: Record<string, unknown>;
let place: HTMLElement;

/** Answers, lazily loaded code and what they set in motion have come through. */
async function settled(): Promise<void> {
  await import('./channel/Directory');
  await import('./pages/Directory');
  await import('./pages/Watch');
  for (let i = 0; i < 10; ++i) await new Promise((resolve) => setImmediate(resolve));
}

async function open(path: string): Promise<HTMLElement> {
  history.replaceState(null, '', path);
  await act(async () => {
    root.render(<App />);
    await settled();
  });
  return place;
}

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  answers = {
    '/server': { version: '1.2.3', ingest: { rtmp: 'rtmp://h:1935/app', srt: 'srt://h:9000' } },
  };
  vi.stubGlobal('fetch', async (url: string) => {
    const answer = answers[url.replace('/api/rostrum/v1', '')];
    return answer === undefined
      ? new Response('{}', { status: 404 })
      : new Response(JSON.stringify(answer));
  });
  place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
});
afterEach(async () => {
  await act(async () => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
});

describe('directory', () => {
  it('tells how to publish when nobody is live', async () => {
    answers['/channels'] = { channels: [channel('a', 0, false)] };
    const page = await open('/');
    expect(page.textContent).toContain('The stage is free');
    expect(page.textContent).toContain('rtmp://h:1935/app');
    const tab = [...page.querySelectorAll<HTMLElement>('[role=tab]')].find(
      (t) => t.textContent === 'ffmpeg',
    );
    await act(async () => tab?.click());
    expect(page.querySelector('[role=tabpanel]')?.textContent).toContain(
      '-f flv "rtmp://h:1935/app/YOUR_STREAM_KEY"',
    );
  });

  it('shows the most watched large and the others as cards', async () => {
    answers['/channels'] = { channels: [channel('a', 2), channel('b', 9), channel('c', 0, false)] };
    const page = await open('/');
    expect(page.querySelector('.hero rostrum-player')?.getAttribute('src')).toBe(
      '/api/video/v1/b.m3u8',
    );
    expect([...page.querySelectorAll('.channel-card')].map((c) => c.getAttribute('href'))).toEqual([
      '/watch/a',
    ]);
  });

  it('says so when the server does not answer', async () => {
    const page = await open('/');
    expect(page.textContent).toContain('The server does not answer');
    answers['/channels'] = { channels: [] };
    await act(async () => {
      page.querySelector<HTMLElement>('main button')?.click();
      await settled();
    });
    expect(page.textContent).not.toContain('does not answer');
    expect(page.textContent).toContain('The stage is free');
  });
});

describe('watch page', () => {
  it('shows the player with the channel, and its state', async () => {
    answers['/channels/a'] = { ...channel('a', 1), title: '<b>Bold</b>' };
    const page = await open('/watch/a');
    expect(page.querySelector('rostrum-player')?.getAttribute('src')).toBe('/api/video/v1/a.m3u8');
    expect(page.querySelector('h1')?.textContent).toBe('<b>Bold</b>');
    expect(page.textContent).toContain('1 viewer');
    expect(document.title).toBe('Channel a · Rostrum');
    await act(async () => {
      page
        .querySelector('rostrum-player')
        ?.dispatchEvent(new CustomEvent('rostrum-state', { detail: { state: 'ended' } }));
    });
    expect(page.querySelector('.facts')?.textContent).toContain('Ended');
  });

  it('plays a private channel with the token of its own address, and says when there is none', async () => {
    answers['/channels/a'] = { ...channel('a', 1), authorized: true };
    const without = await open('/watch/a');
    expect(without.querySelector('rostrum-player')).toBeNull();
    expect(without.textContent).toContain('This channel is private');
    await act(async () => root.render(null));
    const page = await open('/watch/a?token=a.b%2Bc');
    expect(page.querySelector('rostrum-player')?.getAttribute('src')).toBe(
      '/api/video/v1/a.m3u8?token=a.b%2Bc',
    );
  });

  it('says when there is no such channel', async () => {
    const page = await open('/watch/none');
    expect(page.textContent).toContain('There is no such channel');
  });
});

describe('small decisions', () => {
  it.each([
    ['/', { page: 'directory' }],
    ['/watch/a%20b', { page: 'watch', channel: 'a b' }],
    ['/watch/a/', { page: 'watch', channel: 'a' }],
    ['/watch/%E0%A4', { page: 'nowhere' }],
    ['/elsewhere', { page: 'channel', name: 'elsewhere' }],
    ['/some.body/profile', { page: 'profile', name: 'some.body' }],
    ['/console', { page: 'nowhere' }],
    ['/abc', { page: 'nowhere' }],
    ['/settings/stream', { page: 'settings', tab: 'stream' }],
    ['/settings/none', { page: 'nowhere' }],
    ['/health/st-1', { page: 'health', stream: 'st-1' }],
    ['/login/more', { page: 'nowhere' }],
  ])('routes %s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('believes the player before the server', () => {
    const live = channel('a', 1);
    expect(onAir(live, 'ended')).toBe('ended');
    expect(onAir({ ...live, live: false }, 'playing')).toBe('live');
    expect(onAir(live, 'loading')).toBe('live');
    expect(onAir(null, 'idle')).toBe('off');
  });

  it('orders by audience, then by name, live only', () => {
    expect(
      byAudience([channel('c', 1), channel('a', 1), channel('b', 5), channel('d', 9, false)]).map(
        (c) => c.id,
      ),
    ).toEqual(['b', 'a', 'c']);
  });
});
