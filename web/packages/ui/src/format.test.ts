import { expect, it } from 'vitest';
import { count, elapsed, viewers } from './format';

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1K'],
  [1240, '1.2K'],
  [9960, '10K'],
  [34_000, '34K'],
  [999_499, '999K'],
  [999_500, '1M'],
  [1_500_000, '1.5M'],
])('counts %s as %s', (n, text) => {
  expect(count(n)).toBe(text);
});
it.each([
  [-5, '0:00'],
  [7_000, '0:07'],
  [754_000, '12:34'],
  [3_723_000, '1:02:03'],
])('tells %s ms as %s', (ms, text) => {
  expect(elapsed(ms)).toBe(text);
});
it('says viewer for one', () => {
  expect([viewers(1), viewers(2)]).toEqual(['1 viewer', '2 viewers']);
});
