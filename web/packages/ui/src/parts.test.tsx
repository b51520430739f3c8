import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { niceTop } from './Charts/options';
import { qrPath } from './QrCode/QrCode';
import {
  ago,
  bitrate,
  bytes,
  Button,
  Dialog,
  SecretField,
  TextField,
  toast,
  Toasts,
} from './index';

describe('figures as people read them', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KB'],
    [1_440, '1.4 KB'],
    [52_400_000, '52 MB'],
    [999_600_000, '1.0 GB'],
    [3_240_000_000, '3.2 GB'],
    [-5, '0 B'],
  ])('%d octets are %s', (n, text) => expect(bytes(n)).toBe(text));

  it.each([
    [0, '0.0 Mbit/s'],
    [64_000, '64 kbit/s'],
    [100_000, '0.1 Mbit/s'],
    [2_512_000, '2.5 Mbit/s'],
    [3_420_000_000, '3.4 Gbit/s'],
  ])('%d bits a second are %s', (n, text) => expect(bitrate(n)).toBe(text));

  const now = Date.parse('2026-11-22T09:00:00Z');
  it.each([
    [0, 'just now'],
    [44_000, 'just now'],
    [-5000, 'just now'],
    [60_000, '1 min ago'],
    [59 * 60_000, '59 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [24 * 3_600_000, '1 day ago'],
    [5 * 24 * 3_600_000, '5 days ago'],
    [40 * 24 * 3_600_000, new Date(now - 40 * 24 * 3_600_000).toLocaleDateString()],
  ])('%d ms are %s', (ms, text) => expect(ago(now - ms, now)).toBe(text));
});

describe('charts', () => {
  it.each([
    [0, 1],
    [-1, 1],
    [Number.NaN, 1],
    [30, 40],
    [5.4, 8],
    [2.5, 3],
    [0.8, 1],
    [95, 150],
  ])('of up to %d end at %d', (highest, top) => expect(niceTop(highest)).toBeCloseTo(top));
});

describe('QR codes', () => {
  it('have their three corners', () => {
    const { size, path } = qrPath('https://live.example.org/watch/Abc');
    expect(size).toBeGreaterThanOrEqual(21);
    const dark = new Set(path.match(/M\d+ \d+/g));
    for (const [x, y] of [
      [0, 0],
      [size - 1, 0],
      [0, size - 1],
    ])
      expect(dark.has(`M${x} ${y}`)).toBe(true);
    expect(dark.has('M7 0')).toBe(false); // the line around a corner
  });
});

describe('parts', () => {
  let root: Root;
  let place: HTMLElement;
  beforeEach(() => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    place = document.createElement('div');
    document.body.append(place);
    root = createRoot(place);
  });
  afterEach(async () => {
    await act(async () => root.unmount());
    place.remove();
    vi.useRealTimers();
  });

  it('a button that cannot be used says why and does nothing', async () => {
    const pressed = vi.fn();
    const sent = vi.fn((event: Event) => event.preventDefault());
    await act(async () =>
      root.render(
        <form onSubmit={(event) => sent(event.nativeEvent)}>
          <Button onClick={pressed} reason="Not today">
            A
          </Button>
          <Button type="submit" disabled>
            B
          </Button>
          <Button type="submit">C</Button>
        </form>,
      ),
    );
    const [a, b, c] = place.querySelectorAll('button');
    await act(async () => a?.click());
    await act(async () => b?.click());
    expect(pressed).not.toHaveBeenCalled();
    expect(sent).not.toHaveBeenCalled();
    expect([a?.title, a?.getAttribute('aria-disabled')]).toEqual(['Not today', 'true']);
    await act(async () => c?.click());
    expect(sent).toHaveBeenCalledTimes(1);
  });

  it('a secret is hidden until it is asked for', async () => {
    await act(async () => root.render(<SecretField label="Stream key" value="sk_1" />));
    expect(place.textContent).not.toContain('sk_1');
    await act(async () =>
      place.querySelector<HTMLElement>('[aria-label="Show Stream key"]')?.click(),
    );
    expect(place.textContent).toContain('sk_1');
    await act(async () =>
      place.querySelector<HTMLElement>('[aria-label="Hide Stream key"]')?.click(),
    );
    expect(place.textContent).not.toContain('sk_1');
  });

  it('a dialog begins at its first field and closes with Escape', async () => {
    const closed = vi.fn();
    await act(async () =>
      root.render(
        <Dialog open onClose={closed} title="Name it">
          <TextField label="Name" value="" onChange={() => undefined} error="Too short" />
        </Dialog>,
      ),
    );
    const input = document.querySelector('input');
    expect(document.activeElement).toBe(input);
    const words = document.getElementById(input?.getAttribute('aria-describedby') ?? '');
    expect(words?.textContent).toContain('Too short');
    await act(async () =>
      input?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })),
    );
    expect(closed).toHaveBeenCalledTimes(1);
  });

  it('a toast goes by itself, a newer one takes its place', async () => {
    vi.useFakeTimers();
    await act(async () => root.render(<Toasts />));
    await act(async () => toast('one'));
    await act(async () => toast('two', 'problem'));
    expect(place.textContent?.trim()).toBe('two');
    await act(async () => vi.advanceTimersByTime(7900));
    expect(place.textContent?.trim()).toBe('two');
    await act(async () => vi.advanceTimersByTime(200));
    expect(place.textContent?.trim()).toBe('');
  });
});
