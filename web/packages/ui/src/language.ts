/** The language that the components speak. An app says which; without, it is English. */
import { useSyncExternalStore } from 'react';

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

let current: Language = 'en';
const listeners = new Set<() => void>();

export const language = (): Language => current;

export function setLanguage(to: Language): void {
  if (to === current) return;
  current = to;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useLanguage = (): Language => useSyncExternalStore(subscribe, language);

/** For text that is not read through a hook: told at once, and whenever the language changes. */
export function followLanguage(listener: (language: Language) => void): void {
  subscribe(() => listener(current));
  listener(current);
}

/** How numbers and dates are written: the person's own variety of the language, where they have one. */
export function locale(): string {
  const own = typeof navigator === 'undefined' ? [] : navigator.languages;
  return own.find((tag) => tag.toLowerCase().split('-')[0] === current) ?? current;
}
