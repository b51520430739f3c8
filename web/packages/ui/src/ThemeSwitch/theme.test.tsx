import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseTheme, theme } from '../theme';
import first from '../theme-first.js?raw';
import { ThemeItems, ThemeSwitch } from './ThemeSwitch';

const words = {
  label: 'Appearance',
  names: { system: 'As on this device', light: 'Light', dark: 'Dark' },
};
const shown = () => document.documentElement.dataset['theme'];
const bars = () =>
  [...document.querySelectorAll('meta[name="theme-color"]')].map((m) => m.getAttribute('media'));

let root: Root;
let place: HTMLElement;

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  localStorage.clear();
  document.head.innerHTML = `
    <meta name="theme-color" media="(prefers-color-scheme: light)" content="#fafaf5">
    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#12130f">`;
  place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
});
afterEach(async () => {
  await act(async () => {
    chooseTheme('system');
    root.unmount();
  });
  place.remove();
});

describe('the theme', () => {
  it('is kept, and taken back', () => {
    chooseTheme('dark');
    expect([shown(), localStorage.getItem('rostrum.theme')]).toEqual(['dark', 'dark']);
    expect(bars()).toEqual(['not all', 'all']);
    chooseTheme('system');
    expect([shown(), localStorage.getItem('rostrum.theme')]).toEqual([undefined, null]);
    expect(bars()).toEqual(['(prefers-color-scheme: light)', '(prefers-color-scheme: dark)']);
  });

  it('stands before the page does, and the page can still change it', () => {
    localStorage.setItem('rostrum.theme', 'light');
    new Function(first)();
    expect([shown(), theme()]).toEqual(['light', 'light']);
    expect(bars()).toEqual(['all', 'not all']);
    chooseTheme('dark');
    expect(bars()).toEqual(['not all', 'all']);
  });

  it('takes nothing else from what is kept', () => {
    localStorage.setItem('rostrum.theme', '"><script>');
    new Function(first)();
    expect(shown()).toBeUndefined();
  });

  it('is chosen by a group of three, and follows other tabs', async () => {
    await act(async () => root.render(<ThemeSwitch {...words} />));
    expect(place.querySelector('fieldset legend')?.textContent).toBe('Appearance');
    const radio = (value: string) => place.querySelector<HTMLInputElement>(`[value=${value}]`);
    expect(radio('system')?.checked).toBe(true);
    await act(async () => radio('dark')?.click());
    expect([shown(), radio('dark')?.checked]).toEqual(['dark', true]);
    await act(async () => {
      dispatchEvent(new StorageEvent('storage', { key: 'rostrum.theme', newValue: 'light' }));
    });
    expect([shown(), radio('light')?.checked]).toEqual(['light', true]);
  });

  it('is chosen in a menu that stays open', async () => {
    let closed = 0;
    await act(async () =>
      root.render(
        <div role="menu" onClick={() => (closed += 1)}>
          <ThemeItems {...words} />
        </div>,
      ),
    );
    const items = [...place.querySelectorAll<HTMLElement>('[role="menuitemradio"]')];
    expect(items.map((item) => item.getAttribute('aria-label'))).toEqual([
      'As on this device',
      'Light',
      'Dark',
    ]);
    await act(async () => items[2]?.click());
    expect([shown(), items[2]?.getAttribute('aria-checked'), closed]).toEqual(['dark', 'true', 0]);
  });
});
