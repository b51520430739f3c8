/** What overlays may hold, and what is wrong with one that is being written. */
import type { OverlayFields, OverlayKind } from './types';

export const overlayLimits = {
  quiz: { question: 256, answers: { least: 3, most: 5, length: 128 }, seconds: [5, 30] },
  poll: { question: 256, answers: { least: 2, most: 5, length: 40 }, seconds: [10, 120] },
  notice: { title: 24, message: 256, seconds: [5, 30] },
  product: { title: 32, price: 10, imageUrl: 256, description: 256 },
  celebration: { seconds: 10 },
  usualSeconds: 15,
} as const;

export type OverlayProblemCode =
  'empty' | 'too_long' | 'too_few' | 'too_many' | 'twice' | 'no_address' | 'out_of_range';

/** `field` is `answers.1` for the second answer. */
export interface OverlayProblem {
  readonly field: string;
  readonly code: OverlayProblemCode;
  /** Which limit, where the code has one. */
  readonly limit: number;
}

/** Characters as people count them, not as the language does. */
export const lengthOf = (text: string): number => [...text].length;

/** Only these become pictures or links. */
export const isAddress = (text: string): boolean =>
  /^https?:\/\/[^\s/]+\S*$/i.test(text) || /^\/(?![/\\])\S*$/.test(text);

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(textOf) : []);

class Check {
  readonly problems: OverlayProblem[] = [];
  readonly #data: OverlayFields;
  constructor(data: OverlayFields) {
    this.#data = data;
  }
  #add(field: string, code: OverlayProblemCode, limit = 0): void {
    this.problems.push({ field, code, limit });
  }
  text(field: string, most: number, value = textOf(this.#data[field])): boolean {
    if (value === '') this.#add(field, 'empty');
    else if (lengthOf(value) > most) this.#add(field, 'too_long', most);
    else return true;
    return false;
  }
  address(field: string, most: number): void {
    if (this.text(field, most) && !isAddress(textOf(this.#data[field])))
      this.#add(field, 'no_address');
  }
  answers(limits: {
    readonly least: number;
    readonly most: number;
    readonly length: number;
  }): void {
    const answers = listOf(this.#data['answers']);
    if (answers.length < limits.least) this.#add('answers', 'too_few', limits.least);
    if (answers.length > limits.most) this.#add('answers', 'too_many', limits.most);
    answers.forEach((answer, i) => {
      const field = `answers.${i}`;
      if (this.text(field, limits.length, answer) && answers.indexOf(answer) < i)
        this.#add(field, 'twice');
    });
  }
  seconds([least, most]: readonly [number, number]): void {
    const value = this.#data['duration'];
    const isFine = typeof value === 'number' && Number.isInteger(value);
    if (!isFine || value < least) this.#add('duration', 'out_of_range', least);
    else if (value > most) this.#add('duration', 'out_of_range', most);
  }
  index(field: string): void {
    const value = this.#data[field];
    const size = listOf(this.#data['answers']).length;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= size)
      this.#add(field, 'empty');
  }
}

/** Everything that has to be mended before this can start; nothing of it hinders keeping it as a draft. */
export function problemsOf(kind: OverlayKind, data: OverlayFields): readonly OverlayProblem[] {
  const check = new Check(data);
  switch (kind) {
    case 'quiz':
      check.text('question', overlayLimits.quiz.question);
      check.answers(overlayLimits.quiz.answers);
      check.index('correctAnswerIndex');
      check.seconds(overlayLimits.quiz.seconds);
      break;
    case 'poll':
      check.text('question', overlayLimits.poll.question);
      check.answers(overlayLimits.poll.answers);
      check.seconds(overlayLimits.poll.seconds);
      break;
    case 'notice':
      check.text('title', overlayLimits.notice.title);
      check.text('message', overlayLimits.notice.message);
      check.seconds(overlayLimits.notice.seconds);
      break;
    case 'product':
      check.text('title', overlayLimits.product.title);
      check.text('price', overlayLimits.product.price);
      check.address('imageUrl', overlayLimits.product.imageUrl);
      check.text('description', overlayLimits.product.description);
      break;
    case 'amazon_product':
      check.text('title', 1000);
      break;
    case 'celebration':
      break;
  }
  return check.problems;
}
