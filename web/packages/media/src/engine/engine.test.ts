import { describe, expect, it } from 'vitest';
import { readId3 } from '../cues/id3';
import { hasCaptions } from './caption-bytes';
import { frameAsTag } from './native-engine';

const triple = (head: number, a: number, b: number) => [head, a, b];
const cc = (...triples: number[][]) =>
  Uint8Array.from([0xc0 | triples.length, 0xff, ...triples.flat()]);

describe('caption bytes', () => {
  it.each([
    ['text of field 1', cc(triple(0xfc, 0x94, 0x2c)), true],
    ['text of field 2', cc(triple(0xfd, 0x41, 0x42)), true],
    ['padding', cc(triple(0xfc, 0x80, 0x80), triple(0xfd, 0x80, 0x80)), false],
    ['what is marked invalid', cc(triple(0xf8, 0x94, 0x2c)), false],
    ['digital captions only', cc(triple(0xfe, 0x11, 0x22)), false],
    ['padding, then text', cc(triple(0xfc, 0x80, 0x80), triple(0xfc, 0x48, 0x49)), true],
    ['a cut message', Uint8Array.from([0xc5, 0xff, 0xfc]), false],
    ['nothing', new Uint8Array(), false],
  ])('%s', (_, bytes, expected) => {
    expect(hasCaptions(bytes)).toBe(expected);
  });
});

describe('frames that Safari hands out', () => {
  it.each([
    ['PRIV', 'metadata.live-video.net', 'hello'],
    ['TXXX', 'note', 'ü'.repeat(90)],
  ])('%s comes back as it was', (key, owner, text) => {
    expect(readId3(frameAsTag(key, owner, new TextEncoder().encode(text)))).toEqual([
      { owner, text },
    ]);
  });
});
