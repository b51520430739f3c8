import { act } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { account, details } from '../channel/fake-platform';
import { go } from '../routes';
import {
  at,
  begin,
  dialog,
  finish,
  goes,
  iso,
  own,
  prepare,
  quiz,
  sent,
  write,
} from './fake-manager';
import { byThisClock } from './useDeck';

vi.mock('@rostrum/media', () => ({
  definePlayer: () => undefined,
  preloadEngine: () => undefined,
}));
vi.mock('@rostrum/ui/charts', () => ({ TimeChart: () => null }));

vi.setConfig({ testTimeout: 30_000 });

beforeAll(prepare, 60_000);
beforeEach(begin);
afterEach(async () => {
  vi.unstubAllGlobals();
  await finish();
});

describe('the stream manager', () => {
  it('makes the channel at the first visit', async () => {
    at.answers['GET /me/channel'] = [404, { type: 'NotFound', message: 'not yet' }];
    at.answers['POST /me/channel'] = [201, own({ live: false })];
    at.channel = details({ name: account.name, isOwner: true, live: false });
    await at.open('/manager');
    expect(at.acts).toContain('POST /me/channel');
    expect(at.text).toContain('Three fields');
  });

  it('says what went wrong, and tries again', async () => {
    at.answers['GET /me/channel'] = [500, { type: 'Unavailable', message: 'x' }];
    await at.open('/manager');
    expect(document.body.textContent).toContain('The server does not answer.');
    goes(true);
    await at.click('Try again');
    expect(at.text).toContain('Good. 2.5 Mbit/s, 30 fps.');
  });

  it('tells how it goes in words, and stops the stream after asking', async () => {
    await at.open('/manager');
    expect(at.text).toContain('Good. 2.5 Mbit/s, 30 fps.');
    expect(document.querySelector('rostrum-player')?.hasAttribute('muted')).toBe(true);
    await at.click('Stop stream');
    expect(at.acts).not.toContain('POST /me/channel/stop');
    await at.click(at.all('[role=dialog] button').at(-1));
    expect(at.acts).toContain('POST /me/channel/stop');
    expect(at.toast).toContain('Your stream was stopped.');
  });

  it('says why a broadcast was refused and what to do, until the server says so no more', async () => {
    goes(false);
    const because = (type: string, message: string) => ({
      refused: { type, message, at: iso(-120_000) },
    });
    await at.open('/manager');
    expect(document.querySelector('.refused')).toBeNull();
    const asked = () => at.asked.filter(({ path }) => path === '/me/channel').length;
    const before = asked();
    at.answers['GET /me/channel'] = [200, own({ live: false, ...because('TooManyLive', 'x') })];
    const notice = {
      id: 'n7',
      kind: 'refused',
      at: iso(0),
      seen: false,
      count: 1,
      url: '/manager',
      channel: { name: account.name, avatar: 'bear', color: 'blue', watchUrl: '/bob.b' },
    };
    await at.tell('notice', { notice });
    expect(asked()).toBeGreaterThan(before);
    const banner = () => document.querySelector('.refused')?.textContent ?? '';
    expect(banner()).toContain('Your broadcast was not let on air');
    expect(banner()).toMatch(/as many channels.*Stop your encoder/i);
    expect(banner()).toContain('2 min ago');
    expect(document.querySelector('.refused [role=alert] time')).toBeNull();

    at.answers['GET /me/channel'] = [200, own({ live: false, ...because('New', 'Wait a day.') })];
    await at.tell('notice', { notice: { ...notice, at: iso(5000), count: 2 } });
    expect(banner()).toContain('Wait a day.');

    // Admitted: nothing to tell any more, and nothing is left of it when the stream ends.
    at.answers['GET /me/channel'] = [200, own({ live: true })];
    at.channel = details({ name: account.name, isOwner: true, role: 'OWNER', live: true });
    await at.tell('live', { streamId: 'st-9' });
    expect(banner()).toBe('');
    goes(false);
    await at.tell('offline', { streamId: 'st-9' });
    expect(banner()).toBe('');
  });

  it('shows at once what was refused before the page was opened', async () => {
    goes(false);
    const refused = { type: 'TooManyLive', message: 'x', at: iso(-1000) };
    at.answers['GET /me/channel'] = [200, own({ live: false, refused })];
    await at.open('/manager');
    expect(at.text).toContain('Your broadcast was not let on air');
  });

  it('shows how to go live, with a key that is not shown until it is asked for', async () => {
    goes(false);
    await at.open('/manager');
    expect(at.text).toContain('rtmps://live.example/app/');
    expect(at.text).not.toContain('sk_local_secret');
    await at.click('Show Stream key');
    expect(at.text).toContain('sk_local_secret');
    await at.click('Browser');
    expect(at.text).toContain('is not here yet');
    await at.click('Other encoders');
    expect(at.text).toContain('ffmpeg -re');
    expect(at.text).toContain('srt://live.example:9000');
    at.answers['POST /me/channel/key/reset'] = [200, { streamKey: 'sk_local_newer' }];
    await at.click('New key');
    expect(dialog()).toContain('Your current live stream will be terminated');
    await at.click('Make a new key');
    await at.click('Show Stream key');
    expect(at.text).toContain('sk_local_newer');
  });

  it('changes title and category where they stand, with the server’s word at the field', async () => {
    await at.open('/manager');
    at.answers['PATCH /me/channel'] = [
      400,
      { type: 'Invalid', field: 'title', message: 'Too long.' },
    ];
    await write('Title', 'Rye bread');
    await at.click('Save');
    expect(at.text).toContain('Too long.');
    at.answers['PATCH /me/channel'] = [200, own({ title: 'Rye bread' })];
    await at.click('Save');
    expect(sent('/me/channel')).toEqual({ title: 'Rye bread', category: 'Food' });
    expect(at.button('Save')).toBeUndefined();
  });
});

describe('the deck', () => {
  it('starts a draft as it is, says so, and stops it', async () => {
    at.answers['POST /me/overlays/quiz/start'] = [
      200,
      { active: { kind: 'quiz', data: quiz, startedAt: iso(0), expiresAt: iso(20_000) } },
    ];
    await at.open('/manager');
    expect(at.text).toContain('Largest?');
    await at.click('Start: Quiz');
    expect(sent('/me/overlays/quiz/start')).toEqual({ data: quiz });
    expect(at.toast).toContain('Quiz started');
    expect(document.querySelector('.deck-card.on [role=timer]')).not.toBeNull();
    await at.click('Stop: Quiz');
    expect(at.acts.at(-1)).toBe('POST /me/overlays/stop');
    expect(document.querySelector('.deck-card.on')).toBeNull();
  });

  it('starts nothing that is not ready, or has no picture to stand on', async () => {
    await at.open('/manager');
    expect(at.button('Start: Poll')?.title).toBe('Something is missing. Edit it first.');
    await at.click('Start: Poll');
    expect(at.acts.filter((one) => one.includes('overlays'))).toEqual([]);
    goes(false);
    await at.tell('offline', { streamId: 'x' });
    expect(at.button('Start: Quiz')?.title).toBe('Go live first');
  });

  it('says why it did not start', async () => {
    at.answers['POST /me/overlays/quiz/start'] = [409, { type: 'NotLive', message: 'x' }];
    await at.open('/manager');
    await at.click('Start: Quiz');
    expect(at.toast).toContain('You are not live');
    expect(document.querySelector('.deck-card.on')).toBeNull();
  });

  it('follows what another tab does', async () => {
    await at.open('/manager');
    const notice = { title: 'Hi', message: 'Hello there', duration: 10 };
    await at.tell('overlay', {
      kind: 'notice',
      data: notice,
      startedAt: iso(0),
      expiresAt: iso(10_000),
    });
    expect(document.querySelector('.deck-card.on')?.textContent).toContain('Hi: Hello there');
    await at.tell('overlay', { active: null });
    expect(document.querySelector('.deck-card.on')).toBeNull();
  });

  it('clears what was on when the stream ends', async () => {
    at.answers['GET /me/overlays'] = [
      200,
      {
        drafts: { quiz },
        active: { kind: 'product', data: { title: 'Mug' }, startedAt: iso(-5000) },
        poll: null,
      },
    ];
    await at.open('/manager');
    expect(document.querySelector('.deck-card.on')?.textContent).toContain('Mug');
    goes(false);
    await at.tell('offline', { streamId: 'x' });
    expect(document.querySelector('.deck-card.on')).toBeNull();
  });

  it.each([
    ['just begun, by a clock that is behind', 60_000, true, 15_000],
    ['known before', -5000, false, 10_000],
    ['of a clock that is ahead', 3_600_000, false, 15_000],
  ])('shows for how long: %s', (_, begun, isNew, left) => {
    const now = 1_000_000_000;
    const told = {
      kind: 'quiz' as const,
      data: {},
      startedAt: now + begun,
      expiresAt: now + begun + 15_000,
    };
    expect((byThisClock(told, now, isNew).endsAt ?? 0) - now).toBe(left);
  });
});

describe('writing an overlay', () => {
  it('keeps what is unfinished, and says what is missing only when it is to start', async () => {
    await at.open('/manager');
    await at.click('Write: Poll');
    await write('Question', 'Tea or coffee?');
    await write('Option 1', 'Tea');
    expect(dialog()).not.toContain('This is missing.');
    await at.click('Save and start');
    expect(dialog()).toContain('This is missing.');
    expect(at.acts).not.toContain('PUT /me/overlays/poll/draft');
    await at.click('Save draft');
    expect(sent('/me/overlays/poll/draft')).toEqual({
      data: {
        question: 'Tea or coffee?',
        answers: ['Tea', ''],
        duration: 30,
        results: 'live',
        visitors: false,
      },
    });
    expect(at.toast).toContain('Draft saved');
    expect(dialog()).toBe('');
    expect(at.text).toContain('Tea or coffee?');
  });

  it('saves and starts in one go', async () => {
    at.answers['POST /me/overlays/quiz/start'] = [200, { active: null }];
    await at.open('/manager');
    await at.click('Edit: Quiz');
    await at.click('Add an answer');
    await write('Answer 4', 'Pluto');
    await at.click('Save and start');
    expect(at.acts.filter((one) => one.includes('overlays'))).toEqual([
      'PUT /me/overlays/quiz/draft',
      'POST /me/overlays/quiz/start',
    ]);
    expect(sent('/me/overlays/quiz/start')).toMatchObject({
      data: { answers: [...quiz.answers, 'Pluto'] },
    });
    expect(dialog()).toBe('');
  });

  it('shows the room that is left, and starts nothing that does not fit', async () => {
    await at.open('/manager');
    await at.click('Edit: Quiz');
    expect(dialog()).toMatch(/\d+ octets left/);
    let seed = 1;
    const random = (n: number) =>
      Array.from({ length: n }, () =>
        String.fromCharCode(48 + ((seed = (seed * 48_271) % 2_147_483_647) % 74)),
      ).join('');
    await write('Question', random(256));
    for (const n of [1, 2, 3]) await write(`Answer ${n}`, random(128));
    await at.click('Add an answer');
    await write('Answer 4', random(128));
    expect(dialog()).toMatch(/\d+ octets too much/);
    await at.click('Save and start');
    expect(at.acts).not.toContain('POST /me/overlays/quiz/start');
    await write('Question', 'x'.repeat(257));
    expect(dialog()).toContain('At most 256 characters.');
  });

  it('moves the right answer along when one goes', async () => {
    await at.open('/manager');
    await at.click('Edit: Quiz');
    await at.click('Add an answer');
    await at.click('Remove answer 1');
    const marked = at
      .all<HTMLInputElement>('.answer input[type=radio]')
      .findIndex((one) => one.checked);
    expect(at.all<HTMLInputElement>('.answer input[type=text]')[marked]?.value).toBe('Jupiter');
  });

  it('throws nothing away without asking, in the dialog or by a link', async () => {
    const confirm = vi.fn(() => false);
    vi.stubGlobal('confirm', confirm);
    await at.open('/manager');
    await at.click('Edit: Quiz');
    await at.click('Close');
    expect(dialog()).toBe('');
    await at.click('Edit: Quiz');
    await write('Question', 'Smallest?');
    await act(async () => go('/following'));
    expect(confirm).toHaveBeenCalledOnce();
    expect(location.pathname).toBe('/manager');
    await at.click('Close');
    expect(dialog()).toContain('Throw away what you changed?');
    await at.click('Keep writing');
    expect(document.querySelector<HTMLTextAreaElement>('.overlay-form textarea')?.value).toBe(
      'Smallest?',
    );
    await at.click('Close');
    await at.click('Throw away');
    expect(dialog()).toBe('');
  });

  it('says what the server did not take', async () => {
    at.answers['PUT /me/overlays/quiz/draft'] = [503, { type: 'Unavailable', message: 'x' }];
    await at.open('/manager');
    await at.click('Edit: Quiz');
    await at.click('Save draft');
    expect(document.querySelector('[role=dialog] [role=alert]')?.textContent).toContain(
      'The server does not answer.',
    );
  });
});
