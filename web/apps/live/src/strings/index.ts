/**
 * Text of the pages. Every area has a catalogue in English (`en/<area>.ts`) and one of the same shape in every
 * other language: what is missing there does not compile. Both come with the area's code.
 */
import { language, languages, setLanguage, useLanguage, type Language } from '@rostrum/ui';

/** A hook that gives the area's text in the language that is spoken now. */
export function area<T>(catalogues: Readonly<Record<Language, T>>): () => T {
  return () => catalogues[useLanguage()];
}

/** The same for code that is not a component. */
export function spoken<T>(catalogues: Readonly<Record<Language, T>>): () => T {
  return () => catalogues[language()];
}

const key = 'rostrum.language';

const known = (tag: string | null | undefined): Language | undefined =>
  languages.find((one) => one === tag?.toLowerCase().split('-')[0]);

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Chosen in this browser before, else the first of the browser's own that we speak. */
export const preferredLanguage = (): Language =>
  known(stored()) ?? navigator.languages.map(known).find((one) => one !== undefined) ?? 'en';

export function speak(to: Language): void {
  document.documentElement.lang = to;
  setLanguage(to);
}

/** The person chose: kept for the next visit. Of an account: empty if it has no choice. */
export function chooseLanguage(tag: string): void {
  const to = known(tag);
  if (to === undefined) return;
  try {
    localStorage.setItem(key, to);
  } catch {
    // for this visit, then
  }
  speak(to);
}
