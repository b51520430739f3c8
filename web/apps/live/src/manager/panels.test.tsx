import { act } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { account } from '../channel/fake-platform';
import {
  at,
  begin,
  chooseFile,
  dialog,
  finish,
  iso,
  poll,
  prepare,
  quiz,
  sent,
  write,
} from './fake-manager';

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

describe('polls', () => {
  it('are counted as the feed tells, to their result', async () => {
    at.answers['GET /me/overlays'] = [200, { drafts: {}, active: null, poll: poll() }];
    await at.open('/manager');
    expect(at.text).toContain('Tea: 2 votes, 67%');
    await at.tell(
      'poll',
      poll({
        total: 5,
        options: [
          { text: 'Tea', votes: 2 },
          { text: 'Coffee', votes: 3 },
        ],
      }),
    );
    expect(at.text).toContain('Coffee: 3 votes, 60%');
    await at.tell('poll', poll({ state: 'result', winner: 1 }));
    expect(at.text).toContain('“Coffee” wins');
    await at.tell('poll', { poll: null });
    expect(document.querySelector('.poll-panel')).toBeNull();
  });

  it('are not ended by another overlay unasked', async () => {
    at.answers['GET /me/overlays'] = [200, { drafts: { quiz }, active: null, poll: poll() }];
    at.answers['POST /me/overlays/quiz/start'] = [200, { active: null, poll: null }];
    await at.open('/manager');
    await at.click('Start: Quiz');
    expect(dialog()).toContain('End the open poll?');
    expect(at.acts).not.toContain('POST /me/overlays/quiz/start');
    await at.click('End poll and start');
    expect(at.acts).toContain('POST /me/overlays/quiz/start');
    expect(document.querySelector('.poll-panel')).toBeNull();
  });

  it('stay in a history, to be used again and taken along', async () => {
    at.answers['GET /me/polls'] = ({ query }) =>
      query === ''
        ? [200, { polls: [poll({ id: 'old', state: 'closed' })], next: 'n' }]
        : [200, { polls: [poll({ id: 'older', question: 'Older?', state: 'closed' })] }];
    await at.open('/manager');
    await at.click('Past polls');
    expect(dialog()).toContain('Tea or coffee?');
    expect(document.querySelector('[role=dialog] a[download]')?.getAttribute('href')).toBe(
      '/api/platform/v1/me/polls/old/votes.csv',
    );
    await at.click('Show more');
    expect(dialog()).toContain('Older?');
    await at.click('Use again');
    expect(sent('/me/overlays/poll/draft')).toMatchObject({ data: { answers: ['Tea', 'Coffee'] } });
    expect(document.querySelector<HTMLTextAreaElement>('.overlay-form textarea')?.value).toBe(
      'Tea or coffee?',
    );
  });
});

describe('products', () => {
  const mug = {
    id: '7',
    title: 'Mug',
    price: '€9',
    description: 'Holds tea',
    imageUrl: '/api/platform/v1/assets/m',
  };
  beforeEach(() => {
    at.answers['GET /products'] = ({ query }) =>
      query.includes('q=lamp')
        ? [200, { items: [], total: 0, page: 1, pages: 1 }]
        : [200, { items: [mug], total: 1, page: 1, pages: 1 }];
  });

  it('are searched half a second after typing, and fill the form', async () => {
    await at.open('/manager');
    await at.click('Write: Product');
    await at.click('Choose from your products');
    const searches = () => at.asked.filter(({ path }) => path === '/products').length;
    expect(searches()).toBe(1);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await write('Search products', 'la');
      await act(async () => void vi.advanceTimersByTime(400));
      await write('Search products', 'lamp');
      await act(async () => void vi.advanceTimersByTime(499));
      expect(searches()).toBe(1);
      await act(async () => void vi.advanceTimersByTime(1));
      expect(searches()).toBe(2);
      await act(async () => void vi.advanceTimersByTime(0));
    } finally {
      vi.useRealTimers();
    }
    await at.settle();
    expect(document.body.textContent).toContain('Nothing found for “lamp”');
    await write('Search products', '');
    await act(() => new Promise((resolve) => setTimeout(resolve, 600)));
    await at.settle();
    await at.click('Choose Mug');
    expect(document.querySelector<HTMLInputElement>('.overlay-form input')?.value).toBe('Mug');
    await at.click('Save draft');
    expect(sent('/me/overlays/product/draft')).toEqual({
      data: {
        title: 'Mug',
        price: '€9',
        imageUrl: `${location.origin}/api/platform/v1/assets/m`,
        description: 'Holds tea',
      },
    });
  });

  it('are added, deleted with a way back, and imported', async () => {
    await at.open('/manager');
    await at.click('Write: Product');
    await at.click('Choose from your products');
    await at.click('Add product');
    await at.click('Save');
    expect(document.body.textContent).toContain('This is missing.');
    at.answers['POST /me/products'] = [201, { id: '8' }];
    const forms = () => at.all('.overlay-form').at(-1)!;
    const fields = forms().querySelectorAll('input');
    await act(async () => {
      for (const [field, value] of [
        [fields[0], 'Bowl'],
        [fields[1], '€12'],
      ] as const) {
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(
          field,
          value,
        );
        field?.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    await at.click('Save');
    expect(sent('/me/products')).toEqual({
      title: 'Bowl',
      price: '€12',
      description: '',
      url: '',
      imageUrl: '',
    });
    await at.click('Delete Mug');
    expect(at.acts).toContain('DELETE /me/products/7');
    expect(at.toast).toContain('Mug was deleted.');
    at.answers['POST /me/products/import'] = [
      200,
      { imported: 2, updated: 1, failed: [{ line: 4, message: 'A product needs a price.' }] },
    ];
    await chooseFile(
      document.querySelector<HTMLInputElement>('input[accept*=csv]')!,
      new File(['title,price'], 'p.csv'),
    );
    expect(document.body.textContent).toContain('2 products added, 1 brought up to date.');
    expect(document.body.textContent).toContain('Line 4: A product needs a price.');
  });
});

describe('the chat’s settings', () => {
  const room = `/channels/${account.name}`;
  beforeEach(() => {
    at.answers[`GET ${room}/chat/settings`] = [
      200,
      {
        slowMode: 7,
        followersOnly: -1,
        blockedWords: ['spoiler'],
        blockedPatterns: [],
        links: 'ALLOW',
        repeated: false,
        newAccountSeconds: 0,
        membersOnlyChat: false,
      },
    ];
    at.answers[`GET ${room}/people`] = [
      200,
      { moderators: [{ name: 'jonas', avatar: 'ibex', color: 'green' }], vips: [] },
    ];
    at.answers[`GET ${room}/bans`] = [
      200,
      {
        bans: [
          {
            name: 'troll',
            avatar: 'dog',
            color: 'blue',
            reason: 'Spam',
            by: 'jonas',
            at: iso(-1000),
          },
        ],
      },
    ];
    at.answers[`GET ${room}/reports`] = [
      200,
      {
        reports: [
          {
            id: 'r',
            person: 'troll',
            reason: 'hate',
            text: '<b>bad</b>',
            at: iso(-9000),
            state: 'open',
          },
        ],
      },
    ];
  });

  it('are saved as a whole, and keep what they do not know', async () => {
    await at.open('/manager');
    await at.click('Chat settings');
    expect(dialog()).toContain('7 seconds');
    await write('Words that are not let through', 'spoiler\n  ending \n\n');
    await act(async () =>
      document.querySelector<HTMLElement>('[role=dialog] input[type=checkbox]')?.click(),
    );
    await at.click('Save');
    expect(sent(`${room}/chat/settings`)).toEqual({
      slowMode: 7,
      followersOnly: -1,
      blockedWords: ['spoiler', 'ending'],
      blockedPatterns: [],
      links: 'DENY',
      repeated: false,
      newAccountSeconds: 0,
      membersOnlyChat: false,
    });
    expect(at.toast).toContain('Chat settings saved');
  });

  it('name moderators, lift bans, show reports as text', async () => {
    await at.open('/manager');
    await at.click('Chat settings');
    await at.click('People');
    expect(dialog()).toContain('jonas');
    at.answers[`PUT ${room}/moderators/nobody`] = [404, { type: 'NotFound', message: 'x' }];
    await write('Name of an account', 'nobody');
    await at.click('Add');
    expect(dialog()).toContain('There is nobody by that name.');
    await at.click('Remove jonas');
    expect(at.acts.at(-1)).toBe(`DELETE ${room}/moderators/jonas`);
    await at.click('Bans');
    await at.click('Unban troll');
    expect(at.acts.at(-1)).toBe(`DELETE ${room}/bans/troll`);
    await at.click('Reports');
    expect(dialog()).toContain('<b>bad</b>');
    expect(document.querySelector('[role=dialog] b')).toBeNull();
  });
});

describe('stream health', () => {
  const operation = (name: string) => `POST /me/channel/operations/${name}`;
  beforeEach(() => {
    at.answers[operation('ListStreamSessions')] = [
      200,
      {
        streamSessions: [
          { streamId: 'st-2', startTime: iso(-60_000), hasErrorEvent: false },
          {
            streamId: 'st-1',
            startTime: iso(-7_200_000),
            endTime: iso(-3_600_000),
            hasErrorEvent: true,
          },
        ],
      },
    ];
    at.answers[operation('GetStreamSession')] = ({ body }) => [
      200,
      {
        streamSession: {
          streamId: body?.['streamId'],
          startTime: iso(-60_000),
          channel: { type: 'BASIC' },
          ingestConfiguration: {
            video: { videoWidth: 1280, videoHeight: 720, targetBitrate: 5_000_000 },
          },
          truncatedEvents: [{ name: 'Starvation Start', eventTime: iso(-20_000) }],
        },
      },
    ];
    at.answers[operation('GetStreamMetrics')] = [
      200,
      {
        period: 5,
        series: [
          {
            name: 'IngestVideoBitrate',
            timestamps: [Math.floor(Date.now() / 1000) - 20],
            values: [2.5e6],
          },
        ],
        events: [],
        notes: [],
      },
    ];
  });

  it('opens the newest session: sentence, event with its meaning, warning beside the value', async () => {
    await at.open('/health');
    expect(sent('/me/channel/operations/GetStreamSession')).toEqual({ streamId: 'st-2' });
    expect(at.text).toContain('Good. 2.5 Mbit/s, 30 fps.');
    expect(at.text).toContain('Poor stability');
    expect(at.text).toContain('Basic channels take up to 3.5 Mbit/s.');
    const links = at
      .all<HTMLAnchorElement>('.health-list a')
      .map((one) => one.getAttribute('href'));
    expect(links).toEqual(['/health/st-2', '/health/st-1']);
  });

  it('opens a given one', async () => {
    await at.open('/health/st-1');
    expect(sent('/me/channel/operations/GetStreamSession')).toEqual({ streamId: 'st-1' });
    expect(document.querySelector('.health-list [aria-current]')?.getAttribute('href')).toBe(
      '/health/st-1',
    );
  });

  it('says what will be here when there was no broadcast yet', async () => {
    at.answers[operation('ListStreamSessions')] = [200, { streamSessions: [] }];
    await at.open('/health');
    expect(at.text).toContain('No stream sessions');
    expect(document.querySelector('.blank a')?.getAttribute('href')).toBe('/manager');
  });
});
