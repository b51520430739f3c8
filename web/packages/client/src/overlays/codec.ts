/**
 * Overlays as they travel in timed metadata: base64 of an lz-string packed JSON text {"data": …, "name": kind},
 * as the Amazon IVS UGC demo's pages write and read it. What comes in may be anybody's.
 */
import LZString from 'lz-string';
import { isAddress, lengthOf, overlayLimits } from './limits';
import type { Overlay, OverlayFields, StreamedKind } from './types';

/** The most that timed metadata carries. */
export const maxOverlayOctets = 1024;
/** The packed form of null: nothing stands on the picture any more. */
export const stopText = 'HYVwNmQ=';

/** More than a cue can carry; unpacked, a text of this size stays below a megabyte. */
const longestPacked = 2048;
const longestText = 16_384;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What does not fit the form ends the reading. */
class Malformed extends Error {}

function text(from: Fields, name: string, most: number): string {
  const value = from[name];
  if (typeof value !== 'string' || lengthOf(value) > most) throw new Malformed(name);
  return value;
}

function whole(from: Fields, name: string, least: number, most: number): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new Malformed(name);
  return value;
}

const seconds = (from: Fields, [least, most]: readonly [number, number]): number =>
  whole(from, 'duration', least, most);

/** Empty if it is none that may be followed. */
const addressIn = (value: unknown): string =>
  typeof value === 'string' && value.length <= 2048 && isAddress(value) ? value : '';

function answersOf(
  from: Fields,
  {
    least,
    most,
    length,
  }: { readonly least: number; readonly most: number; readonly length: number },
): string[] {
  const answers: unknown = from['answers'];
  if (!Array.isArray(answers) || answers.length < least || answers.length > most)
    throw new Malformed('answers');
  return answers.map((answer: unknown) => text({ answer }, 'answer', length));
}

/** The demo's items nest their pictures and prices; ours need not. */
function amazonOf(from: Fields): Overlay {
  const images = isFields(from['images']) ? from['images'] : {};
  const sizes = [images['large'], images['medium'], images['small'], from];
  const found = sizes.flatMap((one) => {
    if (typeof one === 'string') return [addressIn(one)];
    return isFields(one) ? [addressIn(one['url'] ?? one['imageUrl'])] : [];
  });
  const price = isFields(from['price']) ? from['price']['displayAmount'] : from['price'];
  const merchant = from['merchantInfo'];
  const productUrl = addressIn(from['productURL'] ?? from['productUrl'] ?? from['url']);
  return {
    kind: 'amazon_product',
    data: {
      title: text(from, 'title', 1000),
      price: typeof price === 'string' ? price.slice(0, 40) : '',
      imageUrl: found.find((one) => one !== '' && one !== productUrl) ?? '',
      productUrl,
      merchant: merchantName(merchant),
    },
  };
}

function merchantName(value: unknown): string {
  const name = isFields(value) ? (value['name'] ?? value['Name']) : value;
  return typeof name === 'string' ? name.slice(0, 200) : '';
}

const limits = overlayLimits;

function read(kind: unknown, from: Fields): Overlay | undefined {
  switch (kind) {
    case 'quiz': {
      const answers = answersOf(from, limits.quiz.answers);
      return {
        kind,
        data: {
          question: text(from, 'question', limits.quiz.question),
          answers,
          correctAnswerIndex: whole(from, 'correctAnswerIndex', 0, answers.length - 1),
          duration: seconds(from, limits.quiz.seconds),
        },
      };
    }
    case 'notice':
      return {
        kind,
        data: {
          title: text(from, 'title', limits.notice.title),
          message: text(from, 'message', limits.notice.message),
          duration: seconds(from, limits.notice.seconds),
        },
      };
    case 'product':
      return {
        kind,
        data: {
          title: text(from, 'title', limits.product.title),
          price: text(from, 'price', limits.product.price),
          imageUrl: addressIn(from['imageUrl']),
          description: text(from, 'description', limits.product.description),
          url: addressIn(from['url']),
        },
      };
    case 'amazon_product':
      return amazonOf(from);
    case 'celebration':
      return { kind, data: { duration: whole(from, 'duration', 1, 60) } };
    default:
      return undefined;
  }
}

/** An overlay from its kind and its fields; undefined if they are not what they should be. */
export function overlayFrom(kind: unknown, data: unknown): Overlay | undefined {
  if (!isFields(data)) return undefined;
  try {
    return read(kind, data);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** What a cue says: an overlay, null (take away what is there), or undefined (not for us). */
export function readOverlay(packed: string): Overlay | null | undefined {
  if (packed.length > longestPacked || !/^[A-Za-z0-9+/]+={0,3}$/.test(packed)) return undefined;
  if (packed === stopText) return null;
  let value: unknown;
  try {
    const unpacked = LZString.decompressFromBase64(packed);
    if (!unpacked || unpacked.length > longestText) return undefined;
    value = JSON.parse(unpacked);
  } catch {
    return undefined;
  }
  if (value === null) return null;
  return isFields(value) ? overlayFrom(value['name'], value['data']) : undefined;
}

export const writeOverlay = (kind: StreamedKind, data: OverlayFields): string =>
  LZString.compressToBase64(JSON.stringify({ data, name: kind }));

/** How much of `maxOverlayOctets` it takes. */
export const overlayOctets = (kind: StreamedKind, data: OverlayFields): number =>
  writeOverlay(kind, data).length;
