/** What the word before the caret may become: somebody's name behind an @, an emoji behind a colon. */
import type { ChatMessage } from '@rostrum/client/chat';
import { findEmoji } from './emoji';

export interface Choice {
  readonly text: string;
  readonly label: string;
  readonly sign: string;
  readonly userId?: string;
}

export interface Completion {
  readonly kind: 'person' | 'emoji';
  /** Where the word begins in the text; it ends at the caret. */
  readonly from: number;
  readonly choices: readonly Choice[];
}

const most = 6;

/** Who spoke, the latest first, each once. */
export function speakersOf(messages: readonly ChatMessage[], me: string): ChatMessage['sender'][] {
  const found = new Map<string, ChatMessage['sender']>();
  for (let i = messages.length - 1; i >= 0 && found.size < 200; --i) {
    const sender = messages[i]?.sender;
    if (sender && sender.userId !== me && !found.has(sender.userId))
      found.set(sender.userId, sender);
  }
  return [...found.values()];
}

export function completionFor(
  text: string,
  caret: number,
  speakers: readonly ChatMessage['sender'][],
): Completion | null {
  const before = text.slice(0, caret);
  const person = /(?:^|\s)@([\p{L}\p{N}_.-]{0,40})$/u.exec(before);
  if (person) {
    const word = (person[1] ?? '').toLocaleLowerCase();
    const choices = speakers
      .filter((s) => s.displayName.toLocaleLowerCase().startsWith(word))
      .slice(0, most)
      .map((s) => ({
        text: `@${s.displayName} `,
        label: s.displayName,
        sign: '@',
        userId: s.userId,
      }));
    const from = caret - word.length - 1;
    return choices.length > 0 ? { kind: 'person', from, choices } : null;
  }
  const short = /(?:^|\s):([a-z0-9_+-]{2,20})$/i.exec(before);
  if (short) {
    const word = short[1] ?? '';
    const choices = findEmoji(word, most).map((e) => ({
      text: `${e.text} `,
      label: `:${e.names.find((n) => n.startsWith(word.toLowerCase())) ?? e.names[0] ?? ''}:`,
      sign: e.text,
    }));
    return choices.length > 0 ? { kind: 'emoji', from: caret - word.length - 1, choices } : null;
  }
  return null;
}
