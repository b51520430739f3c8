import { act } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { account, details, FakePlatform, loaded } from './fake-platform';

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
afterEach(async () => {
  await at.end();
  vi.unstubAllGlobals();
});

const hasChat = () => at.page.querySelector('[role=log]') !== null;

describe('a channel', () => {
  it('that is live: the picture, the chat, and what it is about', async () => {
    at.room.say('hello', 'carl');
    await at.open('/anna');
    expect(at.player?.getAttribute('src')).toBe('/api/video/v1/abc/master.m3u8');
    expect(at.page.querySelector('h1')?.textContent).toBe('Title of anna');
    expect(at.text).toContain('12 viewers');
    expect(at.text).toContain('hello');
    expect(document.title).toBe('anna · Rostrum');
    expect(at.feeds.at(-1)).toContain('channel=anna');
    const link = at.page.querySelector<HTMLAnchorElement>('.about-text a');
    expect(link?.getAttribute('href')).toBe('https://example.org/me');
    expect(link?.rel).toContain('nofollow');
  });

  it('shows what people wrote as text', async () => {
    at.channel = details({ title: '<img src=x onerror=alert(1)>', about: '<b>javascript:x</b>' });
    await at.open('/anna');
    expect(at.page.querySelector('h1 img')).toBeNull();
    expect(at.page.querySelector('.about b')).toBeNull();
    expect(at.text).toContain('<b>javascript:x</b>');
  });

  it('begins and ends by itself', async () => {
    const before = new Date(Date.now() - 3 * 3_600_000).toISOString();
    at.channel = details({ live: false, lastLiveAt: before });
    await at.open('/anna');
    expect(at.player).toBeNull();
    expect(at.text).toMatch(/Offline, last live 3 h/);
    expect(at.button('Follow anna')).toBeTruthy();
    at.channel = details();
    await at.tell('live', { streamId: 's' });
    expect(at.player).toBeTruthy();
    expect(at.page.querySelector('[aria-live=assertive]')?.textContent).toBe('anna is live');
    at.channel = details({ live: false, lastLiveAt: new Date().toISOString() });
    await at.tell('offline', { streamId: 's' });
    expect(at.player).toBeNull();
    expect(at.text).toContain('That was it for now');
    expect(at.page.querySelector('[aria-live=assertive]')?.textContent).toBe(
      'The broadcast has ended.',
    );
  });

  it('lets the picture run to its end, some seconds behind the news', async () => {
    await at.open('/anna');
    await act(async () => {
      at.player?.dispatchEvent(new CustomEvent('rostrum-state', { detail: { state: 'playing' } }));
    });
    at.channel = details({ live: false });
    await at.tell('offline', {});
    expect(at.player).toBeTruthy();
    await act(async () => {
      at.player?.dispatchEvent(new CustomEvent('rostrum-state', { detail: { state: 'ended' } }));
    });
    expect(at.player).toBeNull();
  });

  it('offers the latest broadcast while nothing is on', async () => {
    at.channel = details({ live: false });
    at.answers['GET /channels/anna/recordings'] = [
      200,
      {
        recordings: [
          {
            id: 'r',
            channel: details(),
            title: 'Yesterday',
            startedAt: '2026-01-01T00:00:00Z',
            duration: 65,
            watchUrl: '/watch/abc/replay/abcdefghijkl',
          },
        ],
      },
    ];
    await at.open('/anna');
    expect(at.button('Watch the latest broadcast')?.getAttribute('href')).toBe(
      '/watch/abc/replay/abcdefghijkl',
    );
    await at.click('Past broadcasts');
    expect(at.page.querySelector('.past-card')?.textContent).toContain('1:05');
  });

  it('hides picture and chat from whom it bans, at once, and shows them again', async () => {
    await at.open('/anna');
    expect(hasChat()).toBe(true);
    at.channel = details({ isBanned: true, playbackUrl: undefined });
    await at.tell('banned', { channel: 'ANNA', reason: 'spam' });
    expect(at.player).toBeNull();
    expect(hasChat()).toBe(false);
    expect(at.text).toContain('You are banned from this channel');
    expect(at.text).toContain('Reason: spam');
    at.channel = details();
    await at.tell('unbanned', { channel: 'anna' });
    expect(at.player).toBeTruthy();
    expect(hasChat()).toBe(true);
  });

  it('is not touched by a ban from another channel', async () => {
    await at.open('/anna');
    await at.tell('banned', { channel: 'zoe' });
    expect(at.player).toBeTruthy();
  });

  it('for members says so to others, and where to sign in', async () => {
    at.signedIn = false;
    at.channel = details({ membersOnly: true, playbackUrl: undefined });
    await at.open('/anna');
    expect(at.player).toBeNull();
    expect(hasChat()).toBe(false);
    expect(at.text).toContain('For members');
    const [signIn] = at.all<HTMLAnchorElement>('.curtain a');
    expect(signIn?.getAttribute('href')).toBe('/login?next=%2Fanna');
  });

  it('that does not exist, or cannot be had just now', async () => {
    at.channel = null;
    await at.open('/nobody');
    expect(at.text).toContain('There is no such channel');
    await at.end();
    at = new FakePlatform();
    at.answers['GET /channels/anna'] = [503, {}];
    await at.open('/anna');
    expect(at.text).toContain('Try again');
    delete at.answers['GET /channels/anna'];
    await at.click('Try again');
    expect(at.player).toBeTruthy();
  });

  it('of one’s own leads to the stream manager', async () => {
    at.channel = details({ isOwner: true, role: 'OWNER' });
    await at.open('/anna');
    expect(at.button('Stream manager')?.getAttribute('href')).toBe('/manager');
    expect(at.button('Follow anna')).toBeUndefined();
  });
});

describe('following', () => {
  it('is shown at once, and taken back if it did not work', async () => {
    let isDown = false;
    at.answers['PUT /channels/anna/follow'] = () => (isDown ? [500, {}] : [204]);
    at.answers['DELETE /channels/anna/follow'] = () => (isDown ? [500, {}] : [204]);
    await at.open('/anna');
    expect(at.text).toContain('3 followers');
    await at.click('Follow anna');
    expect(at.text).toContain('4 followers');
    expect(at.toast).toContain('You follow anna');
    isDown = true;
    await at.click('Stop following anna');
    expect(at.toast).toContain('That did not work');
    expect(at.button('Follow anna')).toBeTruthy();
  });

  it('goes through sign-in and back, and is then done by itself', async () => {
    at.signedIn = false;
    await at.open('/anna');
    await at.click('Follow anna');
    expect(location.pathname).toBe('/login');
    expect(new URLSearchParams(location.search).get('next')).toBe('/anna?follow=1');
    expect(at.acts).toEqual([]);
    await at.end();
    at = new FakePlatform();
    await at.open('/anna?follow=1');
    expect(at.acts).toEqual(['PUT /channels/anna/follow']);
    expect(location.search).toBe('');
    expect(at.button('Stop following anna')).toBeTruthy();
  });
});

describe('chat', () => {
  it('can be read without an account; writing leads to sign-in', async () => {
    at.signedIn = false;
    await at.open('/anna');
    expect(at.text).toContain('Everyone can read along. To write, sign in.');
    expect(localStorage.getItem('rostrum.chat-visitor')).toBe('visitor-1');
    await at.click(at.page.querySelector<HTMLElement>('.chat-gate button') ?? undefined);
    expect(location.pathname).toBe('/login');
  });

  it('for followers says what to do', async () => {
    at.channel = details({ chat: { slowMode: 0, followersOnly: 600 } });
    await at.open('/anna');
    expect(at.text).toContain('Only followers write here.');
    expect(at.text).toContain('10 minutes');
    await at.click(at.page.querySelector<HTMLElement>('.chat-gate button') ?? undefined);
    expect(at.acts).toEqual(['PUT /channels/anna/follow']);
    expect(at.page.querySelector('textarea')).toBeTruthy();
    expect(at.text).toContain('Only for those who have followed for 10 minutes');
  });

  it('is moderated through the platform, by role', async () => {
    at.room.role = 'OWNER';
    at.channel = details({ isOwner: true, role: 'OWNER' });
    const id = at.room.say('bad words', 'carl.c');
    await at.open('/anna');
    const act = async (name: RegExp) => {
      await at.click(at.page.querySelector<HTMLElement>('.chat-more') ?? undefined);
      await at.click(name);
    };
    await act(/^Remove message/);
    await act(/^Time out for 10/);
    await act(/^Make VIP/);
    await act(/^Pin/);
    expect(at.asked.filter(({ method }) => method !== 'GET').slice(-4)).toMatchObject([
      { method: 'POST', path: '/channels/anna/chat/delete', body: { messageId: id } },
      { method: 'PUT', path: '/channels/anna/bans/carl.c', body: { seconds: 600 } },
      { method: 'PUT', path: '/channels/anna/vips/carl.c' },
      { method: 'PUT', path: '/channels/anna/chat/pin', body: { messageId: id } },
    ]);
    expect(at.room.newest.sent).toEqual([]);
  });

  it('takes reports of messages', async () => {
    const id = at.room.say('bad words', 'carl.c');
    await at.open('/anna');
    await at.click(at.page.querySelector<HTMLElement>('.chat-more') ?? undefined);
    await at.click(/^Report/);
    const dialog = document.querySelector('[role=dialog]');
    expect(dialog?.textContent).toContain('bad words');
    await at.click(dialog?.querySelector<HTMLElement>('input[value=hate]') ?? undefined);
    await at.click('Send report');
    expect(at.asked.at(-1)?.body).toEqual({
      channel: 'anna',
      person: 'carl.c',
      messageId: id,
      reason: 'hate',
    });
    expect(document.querySelector('[role=dialog]')).toBeNull();
  });

  it('can be hidden, which is remembered, by button or key', async () => {
    await at.open('/anna');
    const press = (key: string) =>
      act(async () => {
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      });
    await at.click('Hide chat');
    expect(hasChat()).toBe(false);
    expect(localStorage.getItem('rostrum.chat-hidden')).toBe('yes');
    await press('h');
    await at.settle();
    expect(hasChat()).toBe(true);
  });

  it('is in a tab where there is no room beside the picture', async () => {
    vi.stubGlobal('matchMedia', (query: string) => ({
      matches: query.includes('max-width'),
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }));
    await at.open('/anna');
    expect(at.all('[role=tab]').map((tab) => tab.textContent)).toEqual([
      'Chat',
      'About',
      'Past broadcasts',
    ]);
    const log = at.page.querySelector('[role=log]');
    await at.click('About');
    expect(at.page.querySelector('.about')).toBeTruthy();
    expect(at.page.querySelector('[role=log]')).toBe(log);
  });
});

describe('a profile', () => {
  it('tells who somebody is, and keeps people out of one’s own channel', async () => {
    at.channel = details({ live: false });
    at.answers[`GET /channels/${account.name}/bans`] = [200, { bans: [] }];
    await at.open('/anna/profile');
    expect(at.page.querySelector('h1')?.textContent).toBe('anna');
    expect(at.text).toContain('Has not been live yet');
    await at.click('More about anna');
    await at.click('Ban from my channel');
    expect(at.acts.at(-1)).toBe(`PUT /channels/${account.name}/bans/anna`);
    expect(at.toast).toContain('anna is banned from your channel');
  });
});
