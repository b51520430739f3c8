/** What a failure is called where nothing more exact can be said. */
import type { ApiError } from '@rostrum/client';
import { PlatformError } from '@rostrum/client/platform';
import { shellText } from '../strings/shell';

export function failureWords(error: ApiError): string {
  const words = shellText();
  if (error.status === 0 && navigator.onLine === false) return words.offline;
  if (error instanceof PlatformError) {
    if (error.type === 'NoAnswer' || error.type === 'Unavailable') return words.serverGone;
    if (error.status === 429) return words.tooMany;
    if (error.status === 403) return words.notAllowed;
    return words.unexpected;
  }
  return words.serverGone;
}
