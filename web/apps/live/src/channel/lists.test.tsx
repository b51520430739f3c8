import { readFileSync } from 'node:fs';
import { act } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parsePoll, parseSummary } from '@rostrum/client/channels';
import { go } from '../routes';
import { heroOf } from './Directory';
import { card, details, FakePlatform, loaded } from './fake-platform';
import { byOwnClock, clockAhead } from './parts/poll-clock';

vi.mock('@rostrum/media', () => ({
  definePlayer: () => undefined,
  preloadEngine: () => undefined,
}));

vi.setConfig({ testTimeout: 30_000 });

let at: FakePlatform;
beforeAll(loaded, 60_000);
beforeEach(() => {
  at = new FakePlatform();
});
afterEach(() => at.end());

const past = (id: string) => ({
  id,
  channel: card('zoe', 0),
  title: `Past ${id}`,
  startedAt: '2026-01-01T00:00:00Z',
  duration: 3700,
  watchUrl: `/watch/z/replay/${id}`,
});
const directory = (live: unknown[], more: Record<string, unknown> = {}) =>
  [200, { live, following: [], recent: [], total: live.length, ...more }] as const;
const hrefs = (selector: string) =>
  at.all<HTMLAnchorElement>(selector).map((one) => one.getAttribute('href'));

describe('the directory', () => {
  it('shows the most watched large and the others as cards, and is renewed when it changes', async () => {
    at.answers['GET /directory'] = directory([
      card('anna', 5),
      card('berta', 50),
      card('Camera', 1, { avatar: '', watchUrl: '/watch/cam' }),
    ]);
    await at.open('/');
    expect(hrefs('.front')).toEqual(['/berta']);
    expect(hrefs('.cards a')).toEqual(['/anna', '/watch/cam']);
    // The one that is shown large stays, whoever has more viewers now.
    at.answers['GET /directory'] = directory([card('dora', 99), card('berta', 50)]);
    await at.tell('directory', {});
    expect(hrefs('.front')).toEqual(['/berta']);
    expect(hrefs('.cards a')).toEqual(['/dora']);
  });

  it('shows whom one follows, and goes on page by page', async () => {
    at.answers['GET /directory'] = ({ query }) =>
      query === 'after=x'
        ? directory([card('carl', 1)])
        : directory([card('anna', 5), card('berta', 3)], {
            following: [card('dora', 0, { live: false })],
            next: 'x',
          });
    await at.open('/');
    expect(hrefs('.carousel a')).toEqual(['/dora']);
    await at.click('Show more');
    expect(hrefs('.cards a')).toEqual(['/berta', '/carl']);
    expect(at.button('Show more')).toBeUndefined();
  });

  it('is narrowed by category, which stands in the address', async () => {
    at.answers['GET /directory'] = ({ query }) =>
      query === 'category=Games' ? directory([]) : directory([card('anna', 5), card('berta', 1)]);
    await at.open('/');
    await at.click(/^Games/);
    expect(location.search).toBe('?category=Games');
    expect(at.text).toContain('Nobody is live in Games right now.');
    await at.click('Show all live channels');
    expect(hrefs('.front')).toEqual(['/anna']);
  });

  it('that is empty shows what was on, and how to begin', async () => {
    at.answers['GET /directory'] = directory([], { recent: [past('r1')] });
    at.signedIn = false;
    await at.open('/');
    expect(at.text).toContain('The stage is free');
    expect(hrefs('.past-card')).toEqual(['/watch/z/replay/r1']);
    expect(hrefs('.nobody a')).toEqual(['/register']);
  });

  it('says when it cannot be had, and tries again', async () => {
    at.answers['GET /directory'] = [503, {}];
    await at.open('/');
    at.answers['GET /directory'] = directory([card('anna', 5)]);
    await at.click('Try again');
    expect(hrefs('.front')).toEqual(['/anna']);
  });

  it('leaves out what it cannot read', async () => {
    at.answers['GET /directory'] = directory([
      { name: 7 },
      card('anna', 1, { watchUrl: 'javascript:alert(1)', thumbnailUrl: 'javascript:alert(1)' }),
    ]);
    await at.open('/');
    expect(hrefs('.front')).toEqual(['/anna']);
    expect(at.page.innerHTML).not.toContain('javascript:');
  });
});

describe('search', () => {
  it('shows what is found, and says when nothing is', async () => {
    at.answers['GET /search'] = ({ query }) => [
      200,
      query.startsWith('q=an')
        ? { channels: [card('anna', 1)], categories: ['Animals'] }
        : { channels: [], categories: [] },
    ];
    await at.open('/search?q=an');
    expect(hrefs('main .cards a')).toEqual(['/anna']);
    expect(hrefs('.search-categories a')).toEqual(['/?category=Animals']);
    const field = at.page.querySelector<HTMLInputElement>('main input');
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    await act(async () => {
      set?.call(field, 'zzz');
      field?.dispatchEvent(new Event('input', { bubbles: true }));
      field?.form?.requestSubmit();
    });
    await at.settle();
    expect(location.search).toBe('?q=zzz');
    expect(at.text).toContain('Nothing found for “zzz”');
  });

  it('has one field at a time: the bar’s says what the address says, wherever that was changed', async () => {
    at.answers['GET /search'] = [200, { channels: [], categories: [] }];
    await at.open('/search?q=an');
    const bar = at.page.querySelector<HTMLInputElement>('.top input[type=search]');
    expect(bar?.value).toBe('an');
    await act(async () => go('/search?q=zzz'));
    await at.settle();
    expect(bar?.value).toBe('zzz');
    expect(at.page.querySelector<HTMLInputElement>('main input')?.value).toBe('zzz');
    expect(at.page.querySelector('h1')?.textContent).toContain('zzz');
    // Each is hidden by just the screens that show the other.
    const rules = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
    expect(rules('Search.css')).toMatch(
      /@media \(min-width: 721px\), \(max-height: 480px\) and \(orientation: landscape\) \{\s*\.search-field \{\s*display: none/,
    );
    expect(rules('../shell/Frame.css')).toMatch(
      /@media \(max-width: 720px\) \{[^@]*?\.top \.search-box,[^}]*display: none/,
    );
  });
});

describe('the page of followed channels', () => {
  it('has those who are live first', async () => {
    at.answers['GET /following'] = [
      200,
      { channels: [card('anna', 1), card('berta', 0, { live: false })] },
    ];
    await at.open('/following');
    expect(at.all('h2').map((title) => title.textContent)).toEqual(['Live now', 'Not live']);
  });

  it('that is empty says how to fill it, and one that failed lets try again', async () => {
    at.answers['GET /following'] = [500, {}];
    await at.open('/following');
    expect(at.text).toContain('The channels could not be loaded.');
    at.answers['GET /following'] = [200, { channels: [] }];
    await at.click('Try again');
    expect(at.text).toContain('No channels followed');
  });
});

describe('small decisions', () => {
  it('keeps the hero while it is live', () => {
    const all = [card('anna', 1), card('berta', 9)].map(parseSummary);
    expect(heroOf(all, '')?.name).toBe('berta');
    expect(heroOf(all, '/anna')?.name).toBe('anna');
    expect(heroOf(all, '/zoe')?.name).toBe('berta');
    expect(heroOf([], '')).toBeUndefined();
    expect(details().name).toBe('anna');
  });

  it.each([
    // [what this computer's clock says after the start, new, known before, ahead]
    [200, true, 0, 0],
    [90_000, true, 0, 90_000],
    [-90_000, true, 0, -90_000],
    [20_000, false, 0, 0],
    [-30_000, false, 0, -30_000],
    [95_000, false, 90_000, 90_000],
  ])('tells clocks apart: %s ms, new %s, known %s', (after, isNew, known, ahead) => {
    const start = Date.parse('2026-01-01T00:00:00Z');
    const poll = parsePoll({
      id: 'p',
      question: '?',
      options: [],
      duration: 60,
      startedAt: new Date(start).toISOString(),
      closesAt: new Date(start + 60_000).toISOString(),
      state: 'open',
    });
    if (!poll) throw new Error('no poll');
    expect(clockAhead(poll, start + after, isNew, known)).toBe(ahead);
    expect(byOwnClock(poll, ahead).closesAt).toBe(start + 60_000 + ahead);
  });
});
