import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { stopText, writeOverlay } from '@rostrum/client/overlays';
import { details, FakePlatform, loaded } from './fake-platform';

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

const poll = (more: Record<string, unknown> = {}) => ({
  id: 'p-1',
  question: 'Tea or coffee?',
  options: [
    { text: 'Tea', votes: 1 },
    { text: 'Coffee', votes: 2 },
  ],
  total: 3,
  duration: 60,
  startedAt: new Date(Date.now() - 5000).toISOString(),
  closesAt: new Date(Date.now() + 55_000).toISOString(),
  expiresAt: new Date(Date.now() + 65_000).toISOString(),
  state: 'open',
  results: 'live',
  visitors: false,
  isTie: false,
  ...more,
});

describe('polls', () => {
  const options = () => at.all('.overlay-option');
  const card = () => at.page.querySelector('.poll-card');

  it('are voted in at once; a failure is seen, and one may try again', async () => {
    at.channel = details({ poll: poll() });
    at.answers['POST /channels/anna/poll/votes'] = [500, {}];
    await at.open('/anna');
    expect(card()?.textContent).toContain('Tea or coffee?');
    await at.click(options()[1]);
    expect(card()?.textContent).toContain('Your vote did not get through.');
    at.answers['POST /channels/anna/poll/votes'] = [200, { poll: poll({ total: 4, myChoice: 1 }) }];
    await at.click(options()[1]);
    expect(at.asked.findLast(({ path }) => path.endsWith('/votes'))?.body).toEqual({
      poll: 'p-1',
      option: 1,
    });
    expect(card()?.textContent).toContain('4 votes');
    expect(options()[1]?.classList).toContain('mine');
    expect(options()[0]?.getAttribute('aria-disabled')).toBe('true');
  });

  it('come by the feed, keep one’s own choice, and go', async () => {
    await at.open('/anna');
    expect(card()).toBeNull();
    await at.tell('poll', poll());
    expect(card()).toBeTruthy();
    at.answers['POST /channels/anna/poll/votes'] = [200, { poll: poll({ myChoice: 0 }) }];
    await at.click(options()[0]);
    await at.tell('poll', poll({ total: 9 }));
    expect(card()?.textContent).toContain('9 votes');
    expect(options()[0]?.classList).toContain('mine');
    await at.tell('poll', poll({ state: 'result', winner: 1, total: 9 }));
    expect(options()[1]?.classList).toContain('winner');
    await at.tell('poll', { poll: null });
    expect(card()).toBeNull();
  });

  it('show late-comers what they chose before', async () => {
    at.channel = details({ poll: poll({ myChoice: 1 }) });
    await at.open('/anna');
    expect(options()[1]?.classList).toContain('mine');
  });

  it('ask visitors to sign in, unless they are welcome', async () => {
    at.signedIn = false;
    at.channel = details({ poll: poll() });
    await at.open('/anna');
    expect(card()?.querySelector('a')?.getAttribute('href')).toBe('/login?next=%2Fanna');
    at.answers['POST /channels/anna/poll/visitor'] = [200, { visitor: 'v-9' }];
    at.answers['POST /channels/anna/poll/votes'] = [
      200,
      { poll: poll({ visitors: true, myChoice: 0 }) },
    ];
    await at.tell('poll', poll({ id: 'p-2', visitors: true }));
    at.answers['POST /channels/anna/poll/votes'] = [
      200,
      { poll: poll({ id: 'p-2', visitors: true, myChoice: 0 }) },
    ];
    await at.click(options()[0]);
    expect(at.asked.findLast(({ path }) => path.endsWith('/votes'))?.body).toEqual({
      poll: 'p-2',
      option: 0,
      visitor: 'v-9',
    });
    await at.end();
    const known = { ...localStorage };
    at = new FakePlatform();
    for (const [key, value] of Object.entries(known)) localStorage.setItem(key, String(value));
    at.signedIn = false;
    at.channel = details({ poll: poll({ id: 'p-2', visitors: true }) });
    await at.open('/anna');
    expect(options()[0]?.classList).toContain('mine');
  });

  it('say that it was too late, or that one has voted', async () => {
    at.channel = details({ poll: poll() });
    at.answers['POST /channels/anna/poll/votes'] = [409, { type: 'Closed', message: '' }];
    await at.open('/anna');
    await at.click(options()[0]);
    expect(card()?.textContent).toContain('too late');
    at.channel = details({ poll: poll({ myChoice: 1 }) });
    at.answers['POST /channels/anna/poll/votes'] = [409, { type: 'AlreadyVoted', message: '' }];
    await at.click(options()[0]);
    expect(card()?.textContent).toContain('You have voted already.');
    expect(options()[1]?.classList).toContain('mine');
  });
});

describe('overlays', () => {
  const quiz = { question: 'Largest planet?', answers: ['Mars', 'Jupiter', 'Venus'] };
  const quizText = writeOverlay('quiz', { ...quiz, correctAnswerIndex: 1, duration: 15 });

  it('come with the stream and go with it', async () => {
    await at.open('/anna');
    await at.cue(quizText);
    expect(at.page.querySelector('.quiz-card')?.textContent).toContain('Largest planet?');
    await at.click(at.all('.quiz-card .overlay-option')[0]);
    expect(at.page.querySelector('.quiz-card')?.textContent).toContain('Not quite');
    await at.cue(writeOverlay('notice', { title: 'Hey', message: 'Break!', duration: 10 }));
    expect(at.page.querySelector('.quiz-card')).toBeNull();
    expect(at.page.querySelector('.notice-bar')?.textContent).toContain('Break!');
    await at.cue(stopText);
    expect(at.page.querySelector('.notice-bar')).toBeNull();
    await at.cue('what somebody else sends');
    expect(at.page.querySelector('.stage-cards')).toBeNull();
  });

  it('hide while there is a poll, and are gone when the broadcast is', async () => {
    await at.open('/anna');
    await at.cue(
      writeOverlay('product', { title: 'Mug', price: '9', imageUrl: '', description: 'Blue' }),
    );
    expect(at.page.querySelector('.product-card')).toBeTruthy();
    await at.tell('poll', poll());
    expect(at.page.querySelector('.product-card')).toBeNull();
    await at.tell('poll', { poll: null });
    expect(at.page.querySelector('.product-card')).toBeTruthy();
    await at.click('Learn more');
    expect(document.querySelector('[role=dialog]')?.textContent).toContain('Blue');
    at.channel = details({ live: false });
    await at.tell('offline', {});
    expect(at.page.querySelector('.product-card')).toBeNull();
    at.channel = details();
    await at.tell('live', {});
    expect(at.page.querySelector('.product-card')).toBeNull();
  });

  it('celebrate over the chat', async () => {
    await at.open('/anna');
    await at.cue(writeOverlay('celebration', { duration: 10 }));
    expect(at.page.querySelector('.channel-side .celebration')).toBeTruthy();
    expect(at.page.querySelector('.stage-cards')).toBeNull();
  });
});
