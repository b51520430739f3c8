// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { completionFor, speakersOf } from './completion';
import { emoji, findEmoji, isOnlyEmoji, withEmoji } from './emoji';
import { colourOf, colours, letterOf } from './name-colour';
import { codePoints, mentionsMe, partsOf, withoutTurns } from './rich-text';
import { rowsFor } from './useVirtualRows';

const tokens = readFileSync(new URL('../tokens.css', import.meta.url), 'utf8');

const show = (text: string, me = '') =>
  partsOf(text, me).map((p) =>
    p.kind === 'link'
      ? `<${p.href}>`
      : p.kind === 'mention'
        ? `[${p.text}${p.isMe ? '!' : ''}]`
        : p.text,
  );

describe('what is written', () => {
  it.each([
    ['plain', ['plain']],
    ['see https://a.example/x?y=1.', ['see ', '<https://a.example/x?y=1>', '.']],
    ['(http://a.example/b)', ['(', '<http://a.example/b>', ')']],
    ['https://a.example/w_(x)', ['<https://a.example/w_(x)>']],
    ['HTTPS://A.example', ['<https://a.example/>']],
    ['javascript:alert(1)', ['javascript:alert(1)']],
    ['data:text/html,x', ['data:text/html,x']],
    ['https://bank.example@evil.example/', ['https://bank.example@evil.example/']],
    ['https://', ['https://']],
    ['<b>x</b>', ['<b>x</b>']],
    ['hi @ana, and @bob_2!', ['hi ', '[@ana]', ', and ', '[@bob_2]', '!']],
    ['mail me@home.example', ['mail me@home.example']],
    ['@', ['@']],
    ['https://a.example/@ana', ['<https://a.example/@ana>']],
    [':fire: :nothing:', ['🔥 :nothing:']],
  ])('%s', (text, parts) => {
    expect(show(text)).toEqual(parts);
  });
  it('knows my name, with spaces and in any case, but not within a longer one', () => {
    expect(show('@ana maria look', 'Ana Maria')).toEqual(['[@ana maria!]', ' look']);
    expect(mentionsMe('hello @ANA', 'Ana')).toBe(true);
    expect(mentionsMe('hello @anabel', 'Ana')).toBe(false);
    expect(mentionsMe('hello ana', 'Ana')).toBe(false);
    expect(mentionsMe('@', '')).toBe(false);
  });
  it('cannot be turned around', () => {
    expect(withoutTurns('a\u202Eb\u2066c')).toBe('abc');
  });
  it('is measured in code points', () => {
    expect(codePoints('a😀é')).toBe(3);
  });
});

describe('emoji', () => {
  it('have names that are theirs alone', () => {
    const names = emoji.flatMap((e) => e.names);
    expect(new Set(names).size).toBe(names.length);
    expect(emoji.every((e) => e.text !== '' && e.names.every((n) => n !== ''))).toBe(true);
  });
  it('are found by name, the beginning first', () => {
    expect(findEmoji('heart')[0]?.names[0]).toMatch(/^heart/);
    expect(findEmoji('heart').length).toBeGreaterThan(3);
    expect(findEmoji('zzz')).toEqual([]);
  });
  it('replace their names', () => {
    expect(withEmoji('so :smile: :+1:')).toBe('so 😀 👍');
  });
  it.each([
    ['🔥🔥🔥', true],
    ['👍', true],
    ['❤️ ❤️', true],
    ['🔥🔥🔥🔥', false],
    ['hi 🔥', false],
    ['1', false],
    ['', false],
  ])('%s alone: %s', (text, alone) => {
    expect(isOnlyEmoji(text)).toBe(alone);
  });
});

describe('completion', () => {
  const person = (userId: string, displayName: string) =>
    ({ userId, displayName, role: 'NONE', attributes: {} }) as const;
  const people = [person('1', 'Ana Maria'), person('2', 'anton'), person('3', 'Bob')];
  it.each([
    ['hi @an', ['@Ana Maria ', '@anton ']],
    ['@', ['@Ana Maria ', '@anton ', '@Bob ']],
    ['mail@an', null],
    ['@zz', null],
    ['so :fir', ['🔥 ', '🥇 ']],
    ['12:30', null],
  ])('%s', (text, choices) => {
    const found = completionFor(text, text.length, people);
    expect(found?.choices.map((c) => c.text) ?? null).toEqual(choices);
    if (found) expect('@:').toContain(text[found.from]);
  });
  it('offers who spoke last first, each once, and never me', () => {
    const messages = ['1', '2', '1', 'me'].map((id) => ({ sender: person(id, id) }) as never);
    expect(speakersOf(messages, 'me').map((s) => s.userId)).toEqual(['1', '2']);
  });
});

describe('colours of names', () => {
  const luminance = (hex: string): number => {
    const parts = [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255);
    const [r = 0, g = 0, b = 0] = parts.map((c) =>
      c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string): number => {
    const [x = 0, y = 0] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const [light = '', dark = ''] = tokens.split('prefers-color-scheme: dark');
  const valueIn = (theme: string, name: string) =>
    new RegExp(`--color-${name}: (#[0-9a-f]{6})`).exec(theme)?.[1] ?? '';
  it.each([
    ['light', light],
    ['dark', dark],
  ])('can be read on every surface of the %s theme', (_, theme) => {
    for (let i = 0; i < colours; ++i) {
      for (const surface of ['page', 'raised', 'hover', 'mention']) {
        const colour = valueIn(theme, `name-${i}`);
        const value = contrast(colour, valueIn(theme, surface));
        expect(value, `${colour} on ${surface}`).toBeGreaterThan(4.5);
      }
    }
  });
  it('are one for each person, and near to what the server wished', () => {
    const person = (userId: string, color?: string) => ({
      userId,
      attributes: color === undefined ? {} : { color },
    });
    expect(colourOf(person('ana'))).toBe(colourOf(person('ana')));
    const used = new Set(Array.from({ length: 200 }, (_, i) => colourOf(person(`user ${i}`))));
    expect(used.size).toBe(colours);
    expect(colourOf(person('a', '#ff0000'))).toBe(0);
    expect(colourOf(person('a', '#00a0ff'))).toBe(6);
    expect(colourOf(person('a', 'url(x)'))).toBe(colourOf(person('a')));
    expect(colourOf(person('a', '#808080'))).toBe(colourOf(person('a')));
  });
  it('have a letter beside them', () => {
    expect([letterOf(' ana'), letterOf('😀x'), letterOf('')]).toEqual(['A', '😀', '?']);
  });
});

describe('rows of a long list', () => {
  const heights = Array.from({ length: 1000 }, (_, i) => 30 + (i % 7) * 10);
  const sum = (from: number, to: number) => heights.slice(from, to).reduce((a, b) => a + b, 0);
  it('cover what is in sight and a little around, at the end', () => {
    const { first, end, above, below } = rowsFor(heights, null, 600);
    expect(end).toBe(1000);
    expect(sum(first, end)).toBeGreaterThanOrEqual(1000);
    expect(sum(first + 1, end)).toBeLessThan(1000 + 90);
    expect([above, below]).toEqual([sum(0, first), 0]);
  });
  it.each([0, 1, 17, 500, 990, 999])('cover it around row %s', (index) => {
    for (const offset of [0, 25]) {
      const { first, end, above, below } = rowsFor(heights, { index, offset }, 600);
      expect(first).toBeLessThanOrEqual(index);
      const behind = sum(index, end) - offset;
      expect(behind >= 600 || end === 1000).toBe(true);
      expect(end - first).toBeLessThan(60);
      expect(above + sum(first, end) + below).toBe(sum(0, 1000));
    }
  });
  it('are none where there are none', () => {
    expect(rowsFor([], null, 600)).toEqual({ first: 0, end: 0, above: 0, below: 0 });
  });
});
