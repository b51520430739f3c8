/** Why the server did not take something, in the language of the page. */
import type { PlatformError, RefusedStart } from '@rostrum/client/platform';
import { language } from '@rostrum/ui';
import { refusalText } from '../strings/refusals';
import { failureWords } from './failure';

/**
 * What is wrong with an input. There are too many ways for a kind each: the server's sentence tells, which is
 * English; elsewhere it is recognised by what it names.
 */
export function inputWords(message: string, field = ''): string {
  if (language() === 'en' && message !== '') return message;
  const words = refusalText();
  if (field === 'blockedPatterns') return words.pattern;
  const most = /\b(\d+) characters at most/.exec(message)?.[1];
  if (most !== undefined) return words.tooLong(Number(most));
  if (/must not be empty|is required|\bneeds a\b/.test(message)) return words.needed;
  if (message.includes('http://')) return words.address;
  return words.notTaken;
}

export function refusedWords(error: PlatformError): string {
  if (error.status === 429) return failureWords(error);
  if (error.type === 'Invalid' && error.status < 500) return inputWords(error.message, error.field);
  return refusalText().kinds[error.type] ?? failureWords(error);
}

/** Why a broadcast was not let on air, and what can be done about it. */
export function startRefusedWords({ type, message }: RefusedStart): string {
  const words = refusalText();
  const english = language() === 'en' ? message : '';
  return words.kinds[type] ?? (english || words.startRefused);
}
