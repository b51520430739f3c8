/** Pictures are looked at before they travel; the server looks again, and draws them anew. */
import type { PlatformError } from '@rostrum/client/platform';
import { placed } from '../problems';
import type { AccountText } from '../../strings/account';

export const pictureTypes = ['image/jpeg', 'image/png', 'image/webp'];

export async function pictureProblem(
  file: File,
  most: number,
  words: AccountText,
): Promise<string | null> {
  if (!pictureTypes.includes(file.type)) return words.pictureType;
  if (file.size > most) return words.pictureSize(most);
  if (typeof createImageBitmap !== 'function') return null;
  try {
    (await createImageBitmap(file)).close();
    return null;
  } catch {
    return words.pictureBroken;
  }
}

export function uploadProblem(error: PlatformError, most: number, words: AccountText): string {
  if (error.status === 413) return words.pictureSize(most);
  if (error.status === 415) return words.pictureType;
  if (error.status === 400) return words.pictureBroken;
  return placed(error).text;
}
