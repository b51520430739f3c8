import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeVideo, engineShop, type FakeEngine } from './fakes';
import { Player } from './player';

const zero = Date.UTC(2026, 10, 22, 10);

function stage() {
  const video = new FakeVideo();
  const shop = engineShop();
  const player = new Player(
    video as unknown as HTMLVideoElement,
    { changed: () => undefined, metadata: () => undefined, mutedByBrowser: () => undefined },
    { createEngine: shop.createEngine, probe: async () => 'live', random: () => 0.5 },
  );
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const engine = (): FakeEngine => {
    const newest = shop.made.at(-1);
    if (!newest) throw new Error('no engine yet');
    return newest;
  };
  const run = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 80) {
      video.flow(video.currentTime + 2, video.paused ? 0 : 0.08);
      await vi.advanceTimersByTimeAsync(80);
    }
  };
  return { player, video, shop, engine, settle, run };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A live broadcast that is on for an hour, watched at its edge. */
async function live() {
  const all = stage();
  const { player, engine, settle, run } = all;
  player.load('/live.m3u8', true);
  await settle();
  engine().zero = zero;
  engine().events.opened();
  await run(2000);
  player.offerShift('/shift.m3u8', zero - 3_600_000);
  return all;
}

describe('going back in a broadcast that is on', () => {
  it('reaches as far as the second address does', async () => {
    const { player } = await live();
    expect(player.seekable?.start).toBeCloseTo(-3600, 0);
    expect(player.behind).toBeNull();
    player.offerShift('', null);
    expect(player.seekable?.start).toBe(0);
  });

  it('changes to the other address at the clock’s time, and back to live', async () => {
    const { player, engine, settle, run, shop } = await live();
    player.seekTo(-600);
    await settle();
    expect(engine().did).toEqual([`load /shift.m3u8 at ${zero - 600_000}`]);
    expect(engine().shifted).toBe(true);
    engine().zero = zero - 3_600_000;
    engine().edge = 3600;
    engine().events.opened();
    await run(1000);
    expect(player.shifted).toBe(true);
    expect(player.live).toBe(true);
    expect(player.behind).toBeGreaterThan(3000);
    expect(player.latency).toBeNull();
    player.chooseSpeed(2);
    await run(100);
    expect(player.video.playbackRate).toBe(2);
    player.goLive();
    await settle();
    expect(shop.made).toHaveLength(3);
    expect(engine().did).toEqual(['load /live.m3u8']);
    expect(engine().shifted).toBe(false);
    expect(player.shifted).toBe(false);
    expect(player.speed).toBe(1);
  });

  it('goes live when sought to its edge, and stays where it is otherwise', async () => {
    const { player, engine, settle, run, video } = await live();
    player.seekTo(-600);
    await settle();
    engine().zero = zero - 3_600_000;
    engine().edge = 3600;
    engine().events.opened();
    await run(500);
    player.seekTo(1000);
    expect(video.currentTime).toBeCloseTo(1000, 0);
    video.list = [[0, 3600]];
    player.seekTo(3598);
    await settle();
    expect(engine().did).toEqual(['load /live.m3u8']);
  });

  it('begins where it was when its engine has to be made anew', async () => {
    const { player, engine, settle, run } = await live();
    player.seekTo(-600);
    await settle();
    engine().zero = zero - 600_000;
    engine().events.opened();
    await run(4000);
    player.setCaptions(true);
    await settle();
    const [said] = engine().did;
    const wall = Number(/ at (\d+)/.exec(said ?? '')?.[1]);
    expect(wall).toBeGreaterThan(zero - 600_000 + 2500);
    expect(wall).toBeLessThan(zero - 600_000 + 8000);
  });

  it('becomes a recording when the broadcast ends', async () => {
    const { player, engine, settle, run } = await live();
    player.seekTo(-600);
    await settle();
    engine().zero = zero - 3_600_000;
    engine().events.opened();
    await run(500);
    engine().live = false;
    engine().recording = true;
    await run(500);
    expect(player.live).toBe(false);
    expect(player.recording).toBe(true);
    expect(player.state).toBe('playing');
  });
});

describe('a recording', () => {
  it('begins where it is asked to, plays at a chosen speed, and can be seen again', async () => {
    const { player, engine, settle, run, video } = stage();
    player.load('/vod.m3u8', true, 42);
    await settle();
    expect(engine().did).toEqual(['load /vod.m3u8 from 42']);
    engine().live = false;
    engine().recording = true;
    engine().events.opened();
    await run(1000);
    expect(player.hasSpeed).toBe(true);
    player.chooseSpeed(1.5);
    expect(video.playbackRate).toBe(1.5);
    video.ended = true;
    video.dispatchEvent(new Event('ended'));
    expect(player.state).toBe('ended');
    player.play();
    expect(video.currentTime).toBe(0);
  });
});
