import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { definePlayer, RostrumPlayer } from './element';
import { engineShop } from './player/fakes';
import { statRows } from './ui/stats-panel';
import { delay, noticeFor, qualityName } from './ui/strings';

definePlayer();

async function show(attributes: Record<string, string> = {}) {
  const shop = engineShop();
  RostrumPlayer.parts = {
    createEngine: shop.createEngine,
    probe: async () => 'missing',
    random: () => 0.5,
  };
  const element = document.createElement('rostrum-player') as RostrumPlayer;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  const states: string[] = [];
  element.addEventListener('rostrum-state', (e) =>
    states.push((e as CustomEvent<{ state: string }>).detail.state),
  );
  document.body.append(element);
  await vi.advanceTimersByTimeAsync(0);
  const inside = <T extends HTMLElement = HTMLElement>(selector: string): T => {
    const found = element.shadowRoot?.querySelector<T>(selector);
    if (!found) throw new Error(`no ${selector}`);
    return found;
  };
  const press = (key: string, target: EventTarget = element) =>
    target.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }),
    );
  return { element, shop, states, inside, press };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue(undefined);
  vi.spyOn(HTMLMediaElement.prototype, 'pause').mockReturnValue(undefined);
  localStorage.clear();
});
afterEach(async () => {
  document.body.replaceChildren();
  await vi.advanceTimersByTimeAsync(0);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('<rostrum-player>', () => {
  it('says that a channel is not live yet, with the controls away', async () => {
    const { shop, states, inside } = await show({ src: '/a.m3u8', autoplay: '' });
    shop.made[0]?.events.fault('network', true, 404);
    expect(states).toEqual(['loading', 'waiting']);
    expect(inside('.message').hidden).toBe(false);
    expect(inside('.message h2').textContent).toBe('Not live yet');
    expect(inside('.message button').hidden).toBe(true);
    expect(inside('.controls').hidden).toBe(true);
    expect(inside('.aloud').textContent).toContain('Not live yet');
  });

  it('offers to try again when refused', async () => {
    const { shop, inside, element } = await show({ src: '/a.m3u8' });
    shop.made[0]?.events.fault('network', true, 403);
    expect(element.state).toBe('error');
    inside('.message button').click();
    await vi.advanceTimersByTimeAsync(0);
    expect(shop.made.length).toBe(2);
    expect(inside('.message').hidden).toBe(true);
  });

  it('lists qualities, automatic first, and marks what was chosen', async () => {
    const { shop, inside } = await show({ src: '/a.m3u8', autoplay: '' });
    const engine = shop.made[0];
    if (!engine) throw new Error('no engine');
    const quality = (id: number, height: number) => ({
      id,
      height,
      frameRate: 30,
      bitrate: height * 3000,
      name: '',
    });
    engine.qualities = [quality(0, 360), quality(1, 720)];
    engine.playing = engine.qualities[1] ?? null;
    engine.events.opened();
    inside('.quality').click();
    const labels = () =>
      [...inside('.menu').querySelectorAll('button')].map(
        (b) => `${b.getAttribute('aria-checked')} ${b.childNodes[1]?.textContent}`,
      );
    expect(labels()).toEqual(['true Auto (720p)', 'false 720p', 'false 360p', 'null Statistics']);
    inside<HTMLButtonElement>('.menu button:nth-child(3)').click();
    expect(engine.chosen).toBe(0);
    expect(inside('.menu').hidden).toBe(true);
    inside('.quality').click();
    expect(labels()[2]).toBe('true 360p');
  });

  it('obeys its keys and leaves others alone', async () => {
    const { element, inside, press } = await show({ src: '/a.m3u8', autoplay: '' });
    press('m');
    expect(element.video?.muted).toBe(true);
    expect(inside('.mute').getAttribute('aria-label')).toBe('Unmute');
    press('m');
    press('ArrowDown');
    expect(element.video?.volume).toBeCloseTo(0.95);
    press('i');
    expect(inside('.stats').hidden).toBe(false);
    press('Escape');
    expect(inside('.stats').hidden).toBe(true);
    expect(press('x')).toBe(true);
    expect(press('i')).toBe(false);
  });

  it('remembers the volume and that sound was turned off', async () => {
    const first = await show({ src: '/a.m3u8' });
    first.press('ArrowDown');
    first.press('m');
    first.element.remove();
    await vi.advanceTimersByTimeAsync(0);
    const second = await show({ src: '/a.m3u8' });
    expect([second.element.video?.volume, second.element.video?.muted]).toEqual([0.95, true]);
  });

  it('stops when it leaves the page, not when it is moved', async () => {
    const { element, shop } = await show({ src: '/a.m3u8' });
    const elsewhere = document.createElement('div');
    document.body.append(elsewhere);
    elsewhere.append(element);
    await vi.advanceTimersByTimeAsync(0);
    expect(shop.made[0]?.did).toEqual(['load /a.m3u8']);
    element.remove();
    await vi.advanceTimersByTimeAsync(0);
    expect(shop.made[0]?.did).toContain('destroy');
    expect(element.state).toBe('idle');
  });

  it('takes a wished latency', async () => {
    const { element } = await show({ src: '/a.m3u8', 'target-latency': '3' });
    expect(element.stats?.aim).toBeCloseTo(0.35);
    expect(element.bufferAhead).toBe(0);
    expect(element.latency).toBeNull();
  });
});

describe('what the player says', () => {
  it('tells delays, qualities and troubles in words', () => {
    expect([delay(4.24), delay(42.4), delay(75)]).toEqual(['4.2 s', '42 s', '1:15']);
    expect(qualityName({ height: 720, frameRate: 60, bitrate: 1, name: '' })).toBe('720p60');
    expect(qualityName({ height: 0, frameRate: 0, bitrate: 128_000, name: '' })).toBe('0.1 Mbit/s');
    expect(noticeFor('broadcastPaused')).toContain('continues by itself');
    expect(noticeFor(null)).toBe('');
  });

  it('shows a dash for what is not known', () => {
    const rows = statRows({
      latency: null,
      buffer: 0.4,
      aim: 0.35,
      rate: 1,
      stalls: 0,
      jitter: 0,
      part: 0.2,
      droppedFrames: 1,
      totalFrames: 90,
      bitrate: null,
      bandwidth: 2_500_000,
      width: 0,
      height: 0,
      codecs: '',
      engine: 'hls',
    });
    expect(Object.fromEntries(rows.map(([name, value]) => [name, value]))).toMatchObject({
      Latency: '–',
      Buffer: '0.40 s',
      Line: '2.5 Mbit/s',
      Picture: '–',
      'Dropped frames': '1 of 90',
    });
  });
});
