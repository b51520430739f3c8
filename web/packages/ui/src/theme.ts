/**
 * Light, dark, or as the device has it. The choice is kept in this browser; `theme-first.js` applies it before
 * anything is painted, this module while the page stands. Tokens follow `data-theme` of the document.
 */
import { useSyncExternalStore } from 'react';
import { useMedia } from './hooks/useMedia';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Also in theme-first.js. */
const key = 'rostrum.theme';
const listeners = new Set<() => void>();

const known = (name: string | null | undefined): Theme =>
  themes.find((one) => one === name) ?? 'system';

export const theme = (): Theme => known(document.documentElement.dataset['theme']);

function show(to: Theme): void {
  const root = document.documentElement;
  if (to === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = to;
  // The browser's own bars: of the two colours, the one that fits.
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.dataset['scheme'] ??= meta.getAttribute('media')?.includes('dark') ? 'dark' : 'light';
    const own = meta.dataset['scheme'];
    const device = `(prefers-color-scheme: ${own})`;
    meta.setAttribute('media', to === 'system' ? device : own === to ? 'all' : 'not all');
  }
  for (const listener of listeners) listener();
}

/** The person chose: kept for the next visit, and told to this browser's other tabs. */
export function chooseTheme(to: Theme): void {
  try {
    if (to === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, to);
  } catch {
    // for this visit, then
  }
  show(to);
}

/** Another tab chose (`newValue`), or forgot everything (`key` null). */
const elsewhere = (event: StorageEvent) => {
  if (event.key === key || event.key === null) show(known(event.newValue));
};

const subscribe = (listener: () => void) => {
  if (listeners.size === 0) addEventListener('storage', elsewhere);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener('storage', elsewhere);
  };
};

export const useTheme = (): Theme => useSyncExternalStore(subscribe, theme);

/** For what is drawn rather than styled. */
export function useIsDark(): boolean {
  const device = useMedia('(prefers-color-scheme: dark)');
  const chosen = useTheme();
  return chosen === 'system' ? device : chosen === 'dark';
}
