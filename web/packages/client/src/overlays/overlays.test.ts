import LZString from 'lz-string';
import { describe, expect, it } from 'vitest';
import {
  isAddress,
  maxOverlayOctets,
  overlayFrom,
  overlayKinds,
  overlayOctets,
  problemsOf,
  readOverlay,
  sharesOf,
  stopText,
  writeOverlay,
  type OverlayFields,
} from './index';

const quiz = {
  question: 'Which planet is the largest?',
  answers: ['Mars', 'Jupiter', 'Venus'],
  correctAnswerIndex: 1,
  duration: 15,
};
const notice = { title: 'Hello', message: 'We start in a minute', duration: 10 };
const product = {
  title: 'Mug',
  price: '9.50 €',
  imageUrl: 'https://shop.example/mug.png',
  description: 'Holds 0.3 l',
};
const packed = (value: unknown) => LZString.compressToBase64(JSON.stringify(value));

describe('overlays in the stream', () => {
  it('reads what the demo sent in a live run', () => {
    expect(readOverlay('N4IgJghgLhIFyjAVwE7QJYHsB28CMADAL4A0I2EAtgKbwgDG1ANtQEZpRa5FA===')).toEqual(
      {
        kind: 'celebration',
        data: { duration: 10 },
      },
    );
  });
  it('stops as the demo does', () => {
    expect(readOverlay(stopText)).toBeNull();
    expect(packed(null)).toBe(stopText);
  });
  it.each([
    ['quiz', quiz, quiz],
    ['notice', notice, notice],
    ['product', product, { ...product, url: '' }],
    ['celebration', { duration: 10 }, { duration: 10 }],
    [
      'amazon_product',
      {
        title: 'Lamp',
        price: { displayAmount: '$20.00' },
        images: {
          small: { url: 'https://i.example/s.jpg' },
          large: { url: 'https://i.example/l.jpg' },
        },
        productURL: 'https://shop.example/lamp',
        merchantInfo: { name: 'Lamps Ltd' },
      },
      {
        title: 'Lamp',
        price: '$20.00',
        imageUrl: 'https://i.example/l.jpg',
        productUrl: 'https://shop.example/lamp',
        merchant: 'Lamps Ltd',
      },
    ],
  ] as const)('%s there and back', (kind, data, expected) => {
    expect(readOverlay(writeOverlay(kind, data))).toEqual({ kind, data: expected });
  });
  it('counts what the transport counts', () => {
    expect(overlayOctets('celebration', { duration: 10 })).toBe(
      packed({ data: { duration: 10 }, name: 'celebration' }).length,
    );
    // Letters without a pattern, which is what packing can do least with.
    let seed = 1;
    const letter = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return String.fromCharCode(48 + (seed % 74));
    };
    const letters = (n: number) => Array.from({ length: n }, letter).join('');
    const answers = [2, 3, 4, 5, 6].map(() => letters(128));
    expect(overlayOctets('quiz', quiz)).toBeLessThan(maxOverlayOctets);
    expect(overlayOctets('quiz', { ...quiz, question: letters(256), answers })).toBeGreaterThan(
      maxOverlayOctets,
    );
  });

  it.each([
    ['nothing', ''],
    ['words', 'hello there'],
    ['other base64', 'aGVsbG8gd29ybGQ='],
    ['too much', 'A'.repeat(2049)],
    ['JSON that is not packed', JSON.stringify({ data: quiz, name: 'quiz' })],
    ['a list', packed([1, 2])],
    ['an unknown kind', packed({ data: quiz, name: 'poll' })],
    ['no data', packed({ name: 'quiz' })],
    ['data of another kind', packed({ name: 'quiz', data: notice })],
    ['two answers', packed({ name: 'quiz', data: { ...quiz, answers: ['a', 'b'] } })],
    [
      'an answer that is no text',
      packed({ name: 'quiz', data: { ...quiz, answers: ['a', 'b', 3] } }),
    ],
    [
      'a right answer that is not there',
      packed({ name: 'quiz', data: { ...quiz, correctAnswerIndex: 3 } }),
    ],
    ['half an answer', packed({ name: 'quiz', data: { ...quiz, correctAnswerIndex: 0.5 } })],
    ['a quiz of an hour', packed({ name: 'quiz', data: { ...quiz, duration: 3600 } })],
    ['a long title', packed({ name: 'notice', data: { ...notice, title: 'x'.repeat(25) } })],
    ['a bomb', packed({ name: 'notice', data: { ...notice, message: 'a'.repeat(60_000) } })],
  ])('%s is not for us', (_, text) => expect(readOverlay(text)).toBeUndefined());

  it('lets no script become an address', () => {
    const bad = overlayFrom('product', {
      ...product,
      imageUrl: 'javascript:alert(1)',
      url: 'data:text/html,x',
    });
    expect(bad).toMatchObject({ data: { imageUrl: '', url: '' } });
    expect(
      overlayFrom('amazon_product', { title: 'x', productURL: 'javascript:alert(1)' }),
    ).toMatchObject({
      data: { productUrl: '' },
    });
  });
  it.each([
    ['https://a.example/x.png', true],
    ['/api/platform/v1/assets/abc', true],
    ['//evil.example/x', false],
    ['/\\evil.example/x', false],
    ['javascript:alert(1)', false],
    ['https://', false],
    ['https://a b', false],
    ['ftp://a.example', false],
  ])('%s as an address: %s', (text, is) => expect(isAddress(text)).toBe(is));
});

describe('what is wrong with a draft', () => {
  const codes = (kind: (typeof overlayKinds)[number], data: OverlayFields) =>
    problemsOf(kind, data).map(({ field, code }) => `${field} ${code}`);
  it.each([
    ['quiz', quiz, []],
    [
      'quiz',
      {},
      ['question empty', 'answers too_few', 'correctAnswerIndex empty', 'duration out_of_range'],
    ],
    ['quiz', { ...quiz, answers: ['a', ' a ', ''] }, ['answers.1 twice', 'answers.2 empty']],
    ['quiz', { ...quiz, duration: 31 }, ['duration out_of_range']],
    ['quiz', { ...quiz, question: 'x'.repeat(257) }, ['question too_long']],
    ['poll', { question: 'Tea?', answers: ['Yes', 'No'], duration: 120 }, []],
    [
      'poll',
      { question: 'Tea?', answers: ['Yes'], duration: 9 },
      ['answers too_few', 'duration out_of_range'],
    ],
    [
      'poll',
      { question: 'T', answers: ['1', '2', '3', '4', '5', '6'], duration: 10 },
      ['answers too_many'],
    ],
    ['notice', { ...notice, title: ' ' }, ['title empty']],
    ['product', product, []],
    ['product', { ...product, imageUrl: 'mug.png' }, ['imageUrl no_address']],
    ['product', { ...product, price: 'more than ten' }, ['price too_long']],
    ['celebration', {}, []],
  ] as const)('%s %o', (kind, data, expected) => expect(codes(kind, data)).toEqual(expected));
  it('counts what people see as one sign as one', () => {
    expect(codes('notice', { ...notice, title: '🎉'.repeat(24) })).toEqual([]);
  });
});

describe('shares of votes', () => {
  const poll = (...votes: (number | null)[]) => ({
    total: votes.reduce<number>((sum, n) => sum + (n ?? 0), 0),
    options: votes.map((n) => ({ text: 'x', votes: n })),
  });
  it.each([
    ['rounded up', poll(2, 1), [67, 34]],
    ['none yet', poll(0, 0), [0, 0]],
    ['all for one', poll(7, 0), [100, 0]],
    ['hidden', poll(null, null), [0, 0]],
  ])('%s', (_, of, shares) => expect(sharesOf(of)).toEqual(shares));
});
