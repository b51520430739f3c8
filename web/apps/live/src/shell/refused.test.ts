import { afterEach, describe, expect, it } from 'vitest';
import { PlatformError } from '@rostrum/client/platform';
import { setLanguage } from '@rostrum/ui';
import { placed } from '../account/problems';
import { refusals as de } from '../strings/de/refusals';
import { refusals as en } from '../strings/en/refusals';
import { inputWords, refusedWords, startRefusedWords } from './refused';

afterEach(() => setLanguage('en'));
const refused = (type: string, message: string, field = '', status = 400) =>
  new PlatformError(status, type, message, { field });

describe('what the server refuses', () => {
  it('has the same kinds in every language', () => {
    expect(Object.keys(de.kinds)).toEqual(Object.keys(en.kinds));
  });

  it.each([
    ['"title" may have 140 characters at most.', 'Höchstens 140 Zeichen.'],
    ['"title" must not be empty.', 'Das wird gebraucht.'],
    ['A product needs a price.', 'Das wird gebraucht.'],
    ['"url" must be an address with http:// or https://.', de.address],
    ['"title" must not hold a zero octet.', de.notTaken],
  ])('is German on a German page: %s', (message, german) => {
    expect(refusedWords(refused('Invalid', message, 'title'))).toBe(message);
    setLanguage('de');
    expect(refusedWords(refused('Invalid', message, 'title'))).toBe(german);
    expect(placed(refused('Invalid', message, 'title'))).toEqual({ field: 'title', text: german });
    expect(inputWords(message)).toBe(german);
  });

  it('has a sentence for every kind that settings and the manager meet', () => {
    setLanguage('de');
    expect(placed(refused('Live', 'End your broadcast first.', 'membersOnly', 409)).text).toBe(
      'Beende zuerst deine Übertragung.',
    );
    expect(placed(refused('WeakPassword', 'A password has…', 'newPassword')).text).toMatch(/^Wähl/);
    expect(refusedWords(refused('Invalid', 'no such group', 'blockedPatterns'))).toBe(de.pattern);
    expect(refusedWords(refused('Anything', 'Something new.', '', 409))).not.toMatch(/Something/);
    expect(refusedWords(refused('TooManyRequests', 'x', '', 429))).toMatch(/Versuch es gleich/);
  });

  it('says why a broadcast was not let on air, whatever the kind', () => {
    const start = (type: string, message = '') => ({ type, message, at: '2026-11-22T12:00:00Z' });
    expect(startRefusedWords(start('TooManyLive', 'x'))).toBe(en.kinds['TooManyLive']);
    expect(startRefusedWords(start('OfTomorrow', 'Wait a day.'))).toBe('Wait a day.');
    expect(startRefusedWords(start('OfTomorrow'))).toBe(en.startRefused);
    setLanguage('de');
    expect(startRefusedWords(start('TooManyLive', 'x'))).toMatch(/Stopp deinen Encoder und beginn/);
    expect(startRefusedWords(start('OfTomorrow', 'Wait a day.'))).toBe(de.startRefused);
  });
});
