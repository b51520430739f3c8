import { act } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { account, details, FakePlatform, loaded } from '../channel/fake-platform';
import { go } from '../routes';
import { byThisClock } from './useDeck';

vi.mock('@rostrum/media', () => ({
  definePlayer: () => undefined,
  preloadEngine: () => undefined,
}));
vi.mock('@rostrum/ui/charts', () => ({ TimeChart: () => null }));

vi.setConfig({ testTimeout: 30_000 });

const arn = 'arn:aws:ivs:local:0:channel/abc';
const own = (more: Record<string, unknown> = {}) => ({
  name: account.name,
  channelArn: arn,
  channelId: 'abc',
  playbackUrl: '/api/video/v1/abc/master.m3u8',
  title: 'Bread',
  category: 'Food',
  about: '',
  membersOnly: false,
  ingest: {
    server: 'rtmps://live.example/app',
    rtmps: 'rtmps://live.example/app',
    srt: 'srt://live.example:9000',
  },
  live: true,
  canStream: true,
  ...more,
});
const quiz = {
  question: 'Largest?',
  answers: ['Mars', 'Jupiter', 'Venus'],
  correctAnswerIndex: 1,
  duration: 20,
};
const iso = (ms: number) => new Date(Date.now() + ms).toISOString();
const poll = (more: Record<string, unknown> = {}) => ({
  id: 'p1',
  question: 'Tea or coffee?',
  options: [
    { text: 'Tea', votes: 2 },
    { text: 'Coffee', votes: 1 },
  ],
  total: 3,
  duration: 60,
  startedAt: iso(-1000),
  closesAt: iso(59_000),
  expiresAt: iso(69_000),
  state: 'open',
  results: 'live',
  visitors: false,
  isTie: false,
  ...more,
});

let at: FakePlatform;
beforeAll(
  () =>
    Promise.all([
      loaded(),
      import('./Manager'),
      import('./Health'),
      import('./ChatSettings'),
      import('@rostrum/ui/health'),
    ]),
  60_000,
);
beforeEach(() => {
  at = new FakePlatform();
  goes(true);
  at.answers['GET /me/overlays'] = [200, { drafts: { quiz }, active: null, poll: null }];
  for (const kind of ['quiz', 'poll', 'product'])
    at.answers[`PUT /me/overlays/${kind}/draft`] = [
      200,
      { savedAt: iso(0), octets: 100, maxOctets: 1024, problems: [] },
    ];
  at.answers['GET /me/channel/key'] = [200, { streamKey: 'sk_local_secret' }];
  at.answers['POST /me/channel/operations/GetStreamHealth'] = [
    200,
    {
      health: {
        channelArn: arn,
        state: 'LIVE',
        health: 'HEALTHY',
        videoBitrate: 2_512_000,
        frameRate: 30,
      },
    },
  ];
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await at.end();
});

function goes(live: boolean): void {
  at.channel = details({ name: account.name, isOwner: true, role: 'OWNER', live, viewers: 12 });
  at.answers['GET /me/channel'] = [200, own({ live })];
}
const write = (label: string, value: string) =>
  act(async () => {
    const field = [
      ...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea'),
    ].find(
      (one) =>
        one.getAttribute('aria-label') === label ||
        document.querySelector(`label[for="${one.id}"]`)?.textContent === label,
    );
    if (!field) throw new Error(`there is no field ${label}`);
    const proto = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(proto.prototype, 'value')?.set?.call(field, value);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
const dialog = () => document.querySelector('[role=dialog]')?.textContent ?? '';
const sent = (path: string) => at.asked.filter((one) => one.path === path).at(-1)?.body;
const chooseFile = async (input: HTMLInputElement, file: File) => {
  Object.defineProperty(input, 'files', { value: [file], configurable: true });
  await act(async () => void input.dispatchEvent(new Event('change', { bubbles: true })));
  await at.settle();
};

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
