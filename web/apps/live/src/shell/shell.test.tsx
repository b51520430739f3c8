import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLanguage } from '@rostrum/ui';
import { App } from '../App';
import { Markdown } from '../account/markdown';
import { go, guardLeaving, nextOf } from '../routes';
import { brandColours, contrast, luminance, rgbOf } from './brand';
import { serve, type FakeServer } from './fake-server';

vi.mock('@rostrum/media', () => ({
  definePlayer: () => undefined,
  preloadEngine: () => undefined,
}));

let root: Root;
let place: HTMLElement;
let server: FakeServer;

async function settled(): Promise<void> {
  for (let i = 0; i < 12; ++i) await new Promise((resolve) => setImmediate(resolve));
}
async function open(path: string): Promise<void> {
  await import('../account/Notices');
  history.replaceState(null, '', path);
  await act(async () => {
    root.render(<App />);
    await settled();
  });
}
const press = (key: string) =>
  act(async () => {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    await settled();
  });

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  localStorage.clear();
  setLanguage('en');
  server = serve();
  vi.stubGlobal('fetch', server.fetch);
  place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
});
afterEach(async () => {
  await act(async () => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
});

describe('the frame', () => {
  it('counts what is new until somebody looks', async () => {
    server.signIn();
    await open('/no/such/page');
    expect(place.querySelector('.top .bar-tool')?.getAttribute('aria-label')).toBe(
      'Notifications, 1 new',
    );
    await act(async () => {
      place.querySelector<HTMLElement>('.top .bar-tool')?.click();
      await settled();
    });
    expect(location.pathname).toBe('/notices');
    expect(server.count('POST /notices/seen')).toBe(1);
    expect(place.querySelector('.top .bar-tool')?.getAttribute('aria-label')).toBe('Notifications');
  });

  it('tells of reports and of what was refused, not of kinds that it does not know', async () => {
    server.signIn();
    const notice = (id: string, kind: string, more = {}) => ({
      id,
      kind,
      at: '2026-11-22T12:00:00Z',
      seen: true,
      channel: { name: 'anna', avatar: 'bear', color: 'blue', watchUrl: '/anna' },
      ...more,
    });
    server.answer('GET /notices', 200, {
      notices: [
        notice('n1', 'report', { count: 3, url: '/admin/reports' }),
        notice('n2', 'refused', { count: 1, url: '/manager' }),
        notice('n3', 'of-tomorrow'),
        notice('4', 'live'),
      ],
      unseen: 0,
    });
    await open('/notices');
    const rows = [...place.querySelectorAll<HTMLAnchorElement>('.notice-row')];
    expect(rows.map((row) => row.getAttribute('href'))).toEqual([
      '/admin/reports',
      '/manager',
      '/anna',
    ]);
    expect(rows.map((row) => row.querySelector('strong')?.textContent)).toEqual([
      '3 reports on anna',
      expect.stringContaining('as many channels were live'),
      'anna went live',
    ]);
  });

  it('moves focus to the page that a link opened', async () => {
    server.signIn();
    await open('/no/such/page');
    await act(async () => {
      place.querySelector<HTMLElement>('.top .bar-tool')?.click();
      await settled();
    });
    expect(document.activeElement?.id).toBe('content');
  });

  it('opens and closes the menu by keyboard, and gives the focus back', async () => {
    server.signIn();
    await open('/notices');
    const face = place.querySelector<HTMLElement>('.bar-face');
    await act(async () => face?.click());
    const items = [...place.querySelectorAll<HTMLElement>('[role=menuitem]')];
    expect(document.activeElement).toBe(items[0]);
    const key = (name: string) =>
      act(async () =>
        document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }),
        ),
      );
    await key('ArrowUp');
    expect(document.activeElement).toBe(items.at(-1));
    await key('Escape');
    expect(place.querySelector('[role=menu]')).toBeNull();
    expect(document.activeElement).toBe(face);
  });

  it('shows the keys that it knows, and goes by them', async () => {
    server.signIn();
    await open('/notices');
    await import('./Shortcuts');
    await press('?');
    expect(document.querySelector('[role=dialog]')?.textContent).toContain('Keyboard shortcuts');
    await act(async () => root.render(null));
    await open('/notices');
    await press('g');
    await press('h');
    expect(location.pathname).toBe('/');
  });

  it('says when the browser is offline', async () => {
    await open('/no/such/page');
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    await act(async () => dispatchEvent(new Event('offline')));
    expect(place.querySelector('.offline-line')?.textContent).toContain('You are offline.');
    vi.restoreAllMocks();
    await act(async () => dispatchEvent(new Event('online')));
    expect(place.querySelector('.offline-line')).toBeNull();
  });

  it('wears the operator’s name and colour', async () => {
    server.answer('GET /about', 200, { name: 'Town TV', accent: '#204080', registration: false });
    await open('/no/such/page');
    expect(place.querySelector('.brand')?.textContent).toContain('Town TV');
    expect(document.title).toBe('This page is unavailable · Town TV');
    const style = document.documentElement.style;
    expect(style.getPropertyValue('--color-brand')).toBe('#204080');
    expect(style.getPropertyValue('--color-on-brand')).toBe('#fafaf5');
    expect(place.querySelector('a[href="/register"]')).toBeNull();
  });
});

describe('small decisions', () => {
  it.each(['#d6ff3f', '#000000', '#ffffff', '#777777', '#ff0000', '#0000ff', '#808000'])(
    'finds ink that can be read on %s',
    (accent) => {
      const colours = brandColours(accent);
      const light = (hex: string) => luminance(rgbOf(hex) ?? [0, 0, 0]);
      expect(contrast(light(accent), light(colours?.on ?? ''))).toBeGreaterThanOrEqual(4.1);
      expect(contrast(light(colours?.onDark ?? ''), light('#12130f'))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(['', 'red', '#fff', '#12345g', 'url(x)'])('takes %j for no colour', (accent) => {
    expect(brandColours(accent)).toBeNull();
  });

  it.each([
    ['?next=%2Fsettings%2Fstream', '/settings/stream'],
    ['?next=%2Fsearch%3Fq%3Da', '/search?q=a'],
    ['?next=%2F%2Fevil.example%2Fx', '/'],
    ['?next=%2F%5Cevil.example', '/'],
    ['?next=%2F%09%2Fevil.example', '/'],
    ['?next=https%3A%2F%2Fevil.example', '/'],
    ['?next=%2Fapi%2Fplatform', '/'],
    ['', '/'],
  ])('goes on from %s to %s', (search, to) => {
    expect(nextOf(search)).toBe(to);
  });

  it('asks before leaving where something would be lost', () => {
    history.replaceState(null, '', '/manager');
    const free = guardLeaving(() => false);
    go('/manager', 'keep');
    go('/');
    expect(location.pathname).toBe('/manager');
    const heard = vi.fn();
    addEventListener('popstate', heard);
    history.replaceState(null, '', '/following'); // as the browser's own button does
    dispatchEvent(new PopStateEvent('popstate'));
    expect(location.pathname).toBe('/manager');
    expect(heard).not.toHaveBeenCalled();
    removeEventListener('popstate', heard);
    free();
    go('/');
    expect(location.pathname).toBe('/');
  });
});

describe('documents of the operator', () => {
  const shown = async (source: string) => {
    await act(async () => root.render(<Markdown source={source} />));
    return place;
  };

  it('have headings, lists, emphasis and links', async () => {
    const page = await shown(
      '# Terms\r\n\r\nBe **kind** and *brief*.\nSee [rules](/privacy).\n\n- one\n- two\n  more\n\n1. a\n2) b',
    );
    expect(page.querySelector('h2')?.textContent).toBe('Terms');
    expect(page.querySelector('p')?.textContent).toBe('Be kind and brief. See rules.');
    expect(page.querySelector('a')?.getAttribute('href')).toBe('/privacy');
    expect([...page.querySelectorAll('ul li')].map((li) => li.textContent)).toEqual([
      'one',
      'two more',
    ]);
    expect(page.querySelectorAll('ol li')).toHaveLength(2);
  });

  it.each([
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](//evil.example)',
    '**<script>alert(1)</script>**',
  ])('stay text: %s', async (source) => {
    const page = await shown(source);
    expect(page.querySelector('img, script, a')).toBeNull();
  });
});
