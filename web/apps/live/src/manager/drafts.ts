/** What the forms of overlays hold. */
import { overlayLimits, type OverlayFields, type OverlayKind } from '@rostrum/client/overlays';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise;

function answersOf(value: unknown, least: number, most: number): string[] {
  const answers = Array.isArray(value) ? value.map(textOf).slice(0, most) : [];
  while (answers.length < least) answers.push('');
  return answers;
}

/** A draft as its form shows it: everything is there, perhaps empty. */
export function filled(kind: OverlayKind, draft: OverlayFields = {}): OverlayFields {
  const { usualSeconds, quiz, poll } = overlayLimits;
  const duration = numberOf(draft['duration'], usualSeconds);
  const texts = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, textOf(draft[name])]));
  switch (kind) {
    case 'quiz':
      return {
        ...texts('question'),
        answers: answersOf(draft['answers'], quiz.answers.least, quiz.answers.most),
        correctAnswerIndex: numberOf(draft['correctAnswerIndex'], 0),
        duration,
      };
    case 'poll':
      return {
        ...texts('question'),
        answers: answersOf(draft['answers'], poll.answers.least, poll.answers.most),
        duration: numberOf(draft['duration'], 30),
        results: draft['results'] === 'hidden' ? 'hidden' : 'live',
        visitors: draft['visitors'] === true,
      };
    case 'notice':
      return { ...texts('title', 'message'), duration };
    case 'product':
      return texts('title', 'price', 'imageUrl', 'description');
    case 'amazon_product':
      return draft;
    case 'celebration':
      return { duration: overlayLimits.celebration.seconds };
  }
}

const trimmed = (value: unknown): unknown =>
  typeof value === 'string' ? value.trim() : Array.isArray(value) ? value.map(trimmed) : value;

/** As it is sent, without spaces at the ends, in the order in which the server packs it. */
export const cleaned = (fields: OverlayFields): OverlayFields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, trimmed(value)]));

export const sameFields = (a: OverlayFields, b: OverlayFields): boolean =>
  JSON.stringify(cleaned(a)) === JSON.stringify(cleaned(b));

/** What a draft says in a line; empty if it says nothing yet. */
export function summary(kind: OverlayKind, draft: OverlayFields | undefined): string {
  if (!draft) return '';
  const text = (name: string) => textOf(draft[name]).trim();
  switch (kind) {
    case 'quiz':
    case 'poll':
      return text('question');
    case 'notice':
      return [text('title'), text('message')].filter(Boolean).join(': ');
    case 'product':
      return [text('title'), text('price')].filter(Boolean).join(', ');
    case 'amazon_product':
      return text('title');
    case 'celebration':
      return '';
  }
}
