/** What a person wrote, cut into what is shown in different ways. Text stays text; only the parts differ. */
import { withEmoji } from './emoji';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly isMe: boolean };

const links = /\bhttps?:\/\/[^\s<>"'`]+/giu;
const mentions = /(^|[^\p{L}\p{N}_@])@([\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,38}[\p{L}\p{N}_])?)/gu;

/** Letters that turn the direction of everything behind them could make a name or a link lie. */
export const withoutTurns = (text: string): string =>
  text.replace(/[\u202A-\u202E\u2066-\u2069]/g, '');

/** Ends of sentences are not part of an address, nor is a bracket that was opened before it. */
function withoutEnd(word: string): string {
  const cut = word.replace(/[.,;:!?…]+$/u, '');
  const isOdd = cut.endsWith(')') && cut.split(')').length > cut.split('(').length;
  return isOdd ? withoutEnd(cut.slice(0, -1)) : cut;
}

function addressOf(text: string): string | null {
  try {
    const { href, protocol, username, password } = new URL(text);
    const isWeb = protocol === 'http:' || protocol === 'https:';
    return isWeb && username === '' && password === '' ? href : null;
  } catch {
    return null;
  }
}

const same = (a: string, b: string): boolean =>
  a.localeCompare(b, undefined, { sensitivity: 'accent' }) === 0;

/** Names with spaces are known whole only where they are mine. */
function mentionsIn(text: string, me: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of text.matchAll(mentions)) {
    const at = found.index + (found[1]?.length ?? 0);
    if (at < from) continue;
    const mine = me !== '' && same(text.slice(at + 1, at + 1 + me.length), me);
    const word = mine ? text.slice(at, at + 1 + me.length) : `@${found[2] ?? ''}`;
    const isWhole = !/^[\p{L}\p{N}_]/u.test(text.slice(at + word.length));
    if (at > from) parts.push({ kind: 'text', text: text.slice(from, at) });
    parts.push({ kind: 'mention', text: word, isMe: mine && isWhole });
    from = at + word.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

export function partsOf(content: string, me = ''): Part[] {
  const text = withEmoji(withoutTurns(content));
  const parts: Part[] = [];
  let from = 0;
  for (const found of text.matchAll(links)) {
    const word = withoutEnd(found[0]);
    const href = addressOf(word);
    if (href === null) continue;
    if (found.index > from) parts.push(...mentionsIn(text.slice(from, found.index), me));
    parts.push({ kind: 'link', text: word, href });
    from = found.index + word.length;
  }
  parts.push(...mentionsIn(text.slice(from), me));
  return parts;
}

export const mentionsMe = (content: string, me: string): boolean =>
  me !== '' && partsOf(content, me).some((part) => part.kind === 'mention' && part.isMe);

/** As the server measures it. */
export const codePoints = (text: string): number => [...text].length;
