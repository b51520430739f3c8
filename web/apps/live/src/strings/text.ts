/** Numbers, dates and plurals in the language that is spoken. */
import { locale } from '@rostrum/ui';

/** "1 person", "3 people": forms by Intl's categories; "other" is always there. */
export function plural(
  n: number,
  forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>,
): string {
  const form = forms[new Intl.PluralRules(locale()).select(n)] ?? forms.other;
  return form.replace('#', number(n));
}

export const number = (n: number): string => new Intl.NumberFormat(locale()).format(n);

/** 22 Nov 2026 */
export const day = (time: string | number): string => date(time, { dateStyle: 'medium' });
/** 22 Nov 2026, 09:14 */
export const moment = (time: string | number): string =>
  date(time, { dateStyle: 'medium', timeStyle: 'short' });

function date(time: string | number, options: Intl.DateTimeFormatOptions): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? '' : new Intl.DateTimeFormat(locale(), options).format(at);
}

/** "a, b and c" */
export const list = (items: readonly string[]): string =>
  new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);
