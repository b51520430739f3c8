import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChannelPoll } from '@rostrum/client/overlays';
import { setLanguage } from '../language';
import { confettiAt, scatter } from './confetti';
import {
  Celebration,
  CountdownRing,
  NoticeBar,
  PollCard,
  ProductCard,
  ProductDialog,
  QuizCard,
  quizLingerMs,
  useQuiz,
} from './index';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

let root: Root;
const page = () => document.body.textContent ?? '';
const options = () => [...document.querySelectorAll<HTMLButtonElement>('.overlay-option')];
const show = (node: ReactNode) => act(() => root.render(node));
const start = Date.parse('2026-11-22T10:00:00Z');

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  document.body.innerHTML = '<div id="root"></div>';
  root = createRoot(document.getElementById('root')!);
});
afterEach(() => {
  act(() => root.unmount());
  act(() => setLanguage('en'));
  vi.useRealTimers();
});

const quiz = {
  question: 'Which planet is the largest?',
  answers: ['Mars', 'Jupiter', 'Venus'],
  correctAnswerIndex: 1,
  duration: 15,
};

function Round({ onOver }: { readonly onOver: () => void }) {
  const endsAt = start + 15_000;
  const { answer, pick } = useQuiz(endsAt, onOver);
  return <QuizCard data={quiz} endsAt={endsAt} answer={answer} onAnswer={pick} />;
}

describe('a quiz', () => {
  it('takes one answer, says whether it is right, and goes two seconds later', () => {
    const over = vi.fn();
    show(<Round onOver={over} />);
    expect(page()).toContain(quiz.question);
    expect(document.querySelector('[role=timer]')?.getAttribute('aria-label')).toBe(
      '15 seconds left',
    );
    act(() => options()[2]!.click());
    expect(page()).toContain('Not quite. It is “Jupiter”.');
    expect(options()[1]!.className).toContain('right');
    expect(options()[2]!.className).toContain('wrong');
    act(() => options()[1]!.click());
    expect(options()[1]!.textContent).not.toContain('your answer');
    act(() => void vi.advanceTimersByTime(quizLingerMs - 1));
    expect(over).not.toHaveBeenCalled();
    act(() => void vi.advanceTimersByTime(1));
    expect(over).toHaveBeenCalledOnce();
  });
  it('is over two seconds after its time', () => {
    const over = vi.fn();
    show(<Round onOver={over} />);
    act(() => void vi.advanceTimersByTime(15_200));
    expect(page()).toContain('It is “Jupiter”.');
    expect(options().every((o) => o.getAttribute('aria-disabled') === 'true')).toBe(true);
    expect(over).not.toHaveBeenCalled();
    act(() => void vi.advanceTimersByTime(1_800));
    expect(over).toHaveBeenCalledOnce();
  });
  it('speaks German', () => {
    act(() => setLanguage('de'));
    show(<Round onOver={() => undefined} />);
    act(() => options()[1]!.click());
    expect(page()).toContain('Richtig!');
  });
});

const poll: ChannelPoll = {
  id: 'p',
  question: 'Tea or coffee?',
  options: [
    { text: 'Tea', votes: 2 },
    { text: 'Coffee', votes: 1 },
  ],
  total: 3,
  duration: 30,
  startedAt: start,
  closesAt: start + 30_000,
  expiresAt: start + 40_000,
  state: 'open',
  results: 'live',
  visitors: false,
  winner: null,
  isTie: false,
  myChoice: null,
};

describe('a poll', () => {
  const none = () => undefined;
  it('takes a vote before it shows what others think', () => {
    const vote = vi.fn();
    show(<PollCard poll={poll} canVote onVote={vote} />);
    expect(page()).not.toContain('67%');
    act(() => options()[1]!.click());
    expect(vote).toHaveBeenCalledExactlyOnceWith(1);
    show(<PollCard poll={poll} canVote pending={1} onVote={vote} />);
    act(() => options()[0]!.click());
    expect(vote).toHaveBeenCalledOnce();
    show(<PollCard poll={{ ...poll, myChoice: 1 }} canVote onVote={vote} />);
    expect(options()[1]!.textContent).toContain('your vote');
    expect(page()).toContain('67%');
    expect(page()).toContain('3 votes');
  });
  it('shows results at once to whoever cannot vote', () => {
    show(
      <PollCard poll={poll} canVote={false} onVote={none}>
        <a href="/login">Sign in to vote</a>
      </PollCard>,
    );
    expect(page()).toContain('67%');
    expect(page()).toContain('Sign in to vote');
  });
  it('closes by the clock, before the server says so', () => {
    show(<PollCard poll={poll} canVote onVote={none} />);
    act(() => void vi.advanceTimersByTime(30_200));
    expect(page()).toContain('The last votes are being counted.');
    expect(options()[0]!.getAttribute('aria-disabled')).toBe('true');
  });
  it.each<[string, Partial<ChannelPoll>, string]>([
    ['a winner', { winner: 0 }, 'Most votes'],
    ['a tie', { isTie: true, total: 2 }, 'A tie'],
    ['nobody', { total: 0, options: [{ text: 'Tea', votes: 0 }] }, 'Nobody voted'],
  ])('names %s', (_, change, words) => {
    show(<PollCard poll={{ ...poll, state: 'result', ...change }} canVote onVote={none} />);
    expect(page()).toContain(words);
    expect(document.querySelector('[role=timer]')).toBeNull();
  });
  it('keeps hidden results hidden', () => {
    const hidden: ChannelPoll = {
      ...poll,
      results: 'hidden',
      options: poll.options.map(({ text }) => ({ text, votes: null })),
      myChoice: 0,
    };
    show(<PollCard poll={hidden} canVote onVote={none} />);
    expect(page()).not.toContain('%');
    expect(page()).toContain('The result comes when the poll closes.');
  });
});

describe('a product', () => {
  const mug = {
    title: 'Mug',
    price: '9.50 €',
    imageUrl: '/mug.png',
    description: 'Holds <b>0.3 l</b>',
    url: '',
  };
  it('opens what there is to know, as text', () => {
    const open = vi.fn();
    show(<ProductCard data={mug} onOpen={open} />);
    act(() => document.querySelector('button')!.click());
    expect(open).toHaveBeenCalledOnce();
    show(<ProductDialog data={mug} open onClose={() => undefined} />);
    expect(page()).toContain('Holds <b>0.3 l</b>');
    expect(document.querySelector('[role=dialog] a')).toBeNull();
    show(
      <ProductDialog
        data={{ ...mug, url: 'https://shop.example/' }}
        open
        onClose={() => undefined}
      />,
    );
    expect(document.querySelector('[role=dialog] a')?.getAttribute('rel')).toContain('noopener');
  });
  it('leads to Amazon in a new tab, which it says', () => {
    const lamp = {
      title: 'Lamp',
      price: '$20',
      imageUrl: '',
      productUrl: 'https://a.example/',
      merchant: '',
    };
    show(<ProductCard data={lamp} onOpen={() => undefined} />);
    const link = document.querySelector('a')!;
    expect(link.target).toBe('_blank');
    expect(link.textContent).toContain('opens a new tab');
  });
  it('shows a drawing for a picture that is not there', () => {
    show(<ProductCard data={mug} onOpen={() => undefined} />);
    act(() => void document.querySelector('img')!.dispatchEvent(new Event('error')));
    expect(document.querySelector('.product-picture img')).toBeNull();
    expect(document.querySelector('.product-picture svg')).not.toBeNull();
  });
});

describe('the rest', () => {
  it('a notice is said in full', () => {
    show(<NoticeBar data={{ title: 'Break', message: 'Back in five' }} />);
    expect(document.querySelector('[role=status]')?.textContent).toBe('Break: Back in five');
  });
  it('a celebration tells when it is over', () => {
    const over = vi.fn();
    show(<Celebration endsAt={start + 10_000} onOver={over} />);
    expect(page()).toContain('Time to celebrate!');
    act(() => void vi.advanceTimersByTime(10_000));
    expect(over).toHaveBeenCalledOnce();
  });
  it('a ring counts down and stops at nothing', () => {
    show(<CountdownRing endsAt={start + 3000} total={10_000} />);
    act(() => void vi.advanceTimersByTime(2001));
    expect(page()).toBe('1');
    act(() => void vi.advanceTimersByTime(9000));
    expect(page()).toBe('0');
  });
  it('all confetti has fallen at the end, and none lies outside before', () => {
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const pieces = scatter(200, 10_000, random);
    let seen = 0;
    for (let time = 0; time <= 10_000; time += 500) {
      for (const piece of pieces) {
        const placed = confettiAt(piece, time, 400, 300);
        if (!placed) continue;
        seen += 1;
        expect(placed.y).toBeGreaterThanOrEqual(-piece.size);
        expect(placed.y).toBeLessThanOrEqual(300 + piece.size);
      }
    }
    expect(seen).toBeGreaterThan(500);
    expect(pieces.every((piece) => confettiAt(piece, 10_001, 400, 300) === null)).toBe(true);
  });
});
