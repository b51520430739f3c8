import { useState } from 'react';
import type { ChannelPoll, Product, Quiz } from '@rostrum/client/overlays';
import {
  Celebration,
  CountdownRing,
  NoticeBar,
  PollCard,
  ProductCard,
  ProductDialog,
  QuizCard,
  type OverlayPlace,
} from '@rostrum/ui/overlays';
import type { Story, StoryGroup } from '../story';

const quiz: Quiz = {
  question: 'Which planet is the largest of our solar system?',
  answers: ['Mars', 'Jupiter', 'Venus', 'The one with the rings'],
  correctAnswerIndex: 1,
  duration: 30,
};
const poll = (change: Partial<ChannelPoll> = {}): ChannelPoll => ({
  id: 'p',
  question: 'What do we cook next week?',
  options: [
    { text: 'Sourdough pizza', votes: 124 },
    { text: 'Dumplings', votes: 87 },
    { text: 'A soup that takes two days', votes: 12 },
  ],
  total: 223,
  duration: 60,
  startedAt: Date.now() - 20_000,
  closesAt: Date.now() + 40_000,
  expiresAt: Date.now() + 50_000,
  state: 'open',
  results: 'live',
  visitors: false,
  winner: null,
  isTie: false,
  myChoice: null,
  ...change,
});
const drawing =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120"><rect width="120" height="120" fill="#e8e4d8"/><path d="M34 38h44v46a8 8 0 0 1-8 8H42a8 8 0 0 1-8-8z" fill="#36442c"/><path d="M78 48h8a12 12 0 0 1 0 24h-8" fill="none" stroke="#36442c" stroke-width="7"/></svg>',
  );
const mug: Product = {
  title: 'Enamel mug, moss green',
  price: '€18.50',
  imageUrl: drawing,
  description: 'Holds 0.35 l and survives being dropped.\nMade in a workshop of four people.',
  url: 'https://shop.example/mug',
};
const nothing = () => undefined;

function Round({ place, given }: { readonly place: OverlayPlace; readonly given: number | null }) {
  const [endsAt] = useState(() => Date.now() + 24_000);
  const [answer, setAnswer] = useState(given);
  return (
    <QuizCard data={quiz} endsAt={endsAt} answer={answer} onAnswer={setAnswer} place={place} />
  );
}

function Shop({ place }: { readonly place: OverlayPlace }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <ProductCard data={mug} place={place} onOpen={() => setOpen(true)} onDismiss={nothing} />
      <ProductDialog data={mug} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

function Confetti() {
  const [endsAt] = useState(() => Date.now() + 10_000);
  return (
    <div style={{ height: 320 }}>
      <Celebration endsAt={endsAt} />
    </div>
  );
}

const result = poll({ state: 'result', winner: 0, myChoice: 1 });
const votes = [
  ['Poll to vote in', poll(), true],
  ['Poll after voting', poll({ myChoice: 1 }), true],
  ['Poll for whoever cannot vote', poll(), false],
  [
    'Poll with hidden results',
    poll({
      myChoice: 0,
      results: 'hidden',
      options: poll().options.map(({ text }) => ({ text, votes: null })),
    }),
    true,
  ],
  ['Poll result', result, true],
  [
    'Poll tie',
    poll({
      state: 'result',
      isTie: true,
      total: 20,
      options: [
        { text: 'Yes', votes: 10 },
        { text: 'No', votes: 10 },
      ],
    }),
    true,
  ],
  [
    'Poll without votes',
    poll({
      state: 'result',
      total: 0,
      options: [
        { text: 'Yes', votes: 0 },
        { text: 'No', votes: 0 },
      ],
    }),
    true,
  ],
] as const;

const placed = (
  name: string,
  show: (place: OverlayPlace) => ReturnType<Story['show']>,
): Story[] => [
  { name: `${name} on the picture`, onPicture: true, show: () => show('picture') },
  { name: `${name} in the page`, width: 390, show: () => show('page') },
];

export const overlays: StoryGroup = {
  id: 'overlays',
  title: 'Overlays',
  stories: [
    ...placed('Quiz', (place) => <Round place={place} given={null} />),
    ...placed('Quiz answered right', (place) => <Round place={place} given={1} />),
    ...placed('Quiz answered wrong', (place) => <Round place={place} given={0} />),
    ...placed('Quiz unanswered', (place) => (
      <QuizCard data={quiz} endsAt={0} answer={null} onAnswer={nothing} place={place} />
    )),
    ...placed('Quiz with long words', (place) => (
      <QuizCard
        data={{
          ...quiz,
          question: 'Donaudampfschifffahrtsgesellschaftskapitän '.repeat(5).trim(),
          answers: [
            'x'.repeat(128),
            'A sentence that needs more than one line on every screen there is, even wide ones',
            'c',
            'd',
            'e',
          ],
        }}
        endsAt={Date.now() + 24_000}
        answer={null}
        onAnswer={nothing}
        place={place}
      />
    )),
    ...votes.flatMap(([name, of, can]) =>
      placed(name, (place) => (
        <PollCard poll={of} canVote={can} onVote={nothing} place={place}>
          {can ? null : (
            <a className="button primary" href="#login">
              Sign in to vote
            </a>
          )}
        </PollCard>
      )),
    ),
    ...placed('Product', (place) => <Shop place={place} />),
    ...placed('Product of Amazon', (place) => (
      <ProductCard
        data={{
          title:
            'Desk lamp with a long arm, a warm light and a name that nobody remembers after reading it once',
          price: '$129.00',
          imageUrl: '',
          productUrl: 'https://shop.example/lamp',
          merchant: 'Lamps Ltd',
        }}
        place={place}
        onOpen={nothing}
      />
    )),
    { name: 'Product in full', show: () => <ProductDialog data={mug} open onClose={nothing} /> },
    ...placed('Notice', (place) => (
      <NoticeBar data={{ title: 'Short break', message: 'Back in five minutes.' }} place={place} />
    )),
    ...placed('Notice that passes', (place) => (
      <NoticeBar
        data={{
          title: 'Concert on Friday',
          message:
            'Doors open at seven, the first band begins at eight, and whoever comes by bicycle gets a drink: bring a lock, there is room for two hundred.',
        }}
        place={place}
      />
    )),
    { name: 'Celebration', onPicture: true, show: () => <Confetti /> },
    {
      name: 'Countdown',
      show: () => (
        <div className="row-of">
          {[30_000, 12_000, 4000, 0].map((left) => (
            <CountdownRing key={left} endsAt={Date.now() + left} total={30_000} size={44} />
          ))}
        </div>
      ),
    },
  ],
};
