import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Finding } from '../recovery/recovery';
import { FakeVideo, engineShop, type FakeEngine } from './fakes';
import { Player } from './player';
import type { Metadata } from './types';

const bytes = (text: string) => [...new TextEncoder().encode(text)];
const tag = (owner: string, text: string): Uint8Array => {
  const body = [...bytes(owner), 0, ...bytes(text)];
  const size = (n: number) => [0, 0, n >> 7, n & 127];
  return Uint8Array.from([
    ...bytes('ID3'),
    4,
    0,
    0,
    ...size(body.length + 10),
    ...bytes('PRIV'),
    ...size(body.length),
    0,
    0,
    ...body,
  ]);
};

function stage(autoplay = true) {
  const video = new FakeVideo();
  const shop = engineShop();
  const cues: Metadata[] = [];
  const findings: Finding[] = [];
  let refusedSound = 0;
  const player = new Player(
    video as unknown as HTMLVideoElement,
    {
      changed: () => undefined,
      metadata: (cue) => cues.push(cue),
      mutedByBrowser: () => (refusedSound += 1),
    },
    {
      createEngine: shop.createEngine,
      probe: async () => findings.shift() ?? 'missing',
      random: () => 0.5,
    },
  );
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const engine = (): FakeEngine => {
    const newest = shop.made.at(-1);
    if (!newest) throw new Error('no engine yet');
    return newest;
  };
  /** Time passes; media arrives `ahead` of the playhead. */
  const run = async (ms: number, ahead = 0.4) => {
    for (let passed = 0; passed < ms; passed += 80) {
      video.flow(video.currentTime + ahead, 0);
      if (ahead > 0.05) video.flow(video.currentTime + ahead, video.paused ? 0 : 0.08);
      else video.readyState = 2;
      await vi.advanceTimersByTimeAsync(80);
    }
  };
  const begin = async () => {
    player.load('/live.m3u8', autoplay);
    await settle();
    engine().events.opened();
    await run(400);
  };
  return {
    player,
    video,
    shop,
    cues,
    findings,
    engine,
    run,
    begin,
    settle,
    refused: () => refusedSound,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('player', () => {
  it('goes from loading to playing', async () => {
    const s = stage();
    s.player.load('/live.m3u8', true);
    expect(s.player.state).toBe('loading');
    await s.settle();
    expect(s.engine().did).toEqual(['load /live.m3u8']);
    s.engine().events.opened();
    expect(s.player.state).toBe('loading');
    await s.run(200);
    expect(s.player.state).toBe('playing');
    s.player.destroy();
    expect(s.player.state).toBe('idle');
    expect(s.engine().did).toContain('destroy');
  });

  it('waits with a picture when it was not told to play', async () => {
    const s = stage(false);
    await s.begin();
    expect(s.video.paused).toBe(true);
    expect(s.player.state).toBe('paused');
    s.player.play();
    await s.run(200);
    expect(s.player.state).toBe('playing');
  });

  it('falls back to muted when sound is refused, and to a button when that is refused too', async () => {
    const s = stage();
    s.video.refusal = (v) => !v.muted;
    await s.begin();
    expect([s.video.muted, s.refused(), s.player.state]).toEqual([true, 1, 'playing']);
    const t = stage();
    t.video.refusal = () => true;
    await t.begin();
    expect(t.player.state).toBe('paused');
  });

  it('says buffering when media runs out, and that the broadcast paused when it stays out', async () => {
    const s = stage();
    await s.begin();
    s.engine().edge = 10;
    await s.run(80);
    s.engine().edge = 10.2;
    await s.run(160, 0);
    expect([s.player.state, s.player.trouble]).toEqual(['buffering', null]);
    await s.run(4500, 0);
    expect([s.player.state, s.player.trouble]).toEqual(['buffering', 'broadcastPaused']);
    expect(s.shop.made.length).toBe(1);
    await s.run(200);
    expect([s.player.state, s.player.trouble]).toEqual(['playing', null]);
  });

  it('asks again when media is published but does not arrive', async () => {
    const s = stage();
    await s.begin();
    s.findings.push('live');
    for (let i = 0; i < 90; ++i) {
      s.engine().edge = 10 + i * 0.1;
      await s.run(80, 0);
    }
    expect(s.engine().did).toContain('resume');
    expect(s.shop.made.length).toBe(1);
  });

  it('waits for a channel that is not live and plays it when it is', async () => {
    const s = stage();
    s.player.load('/live.m3u8', true);
    await s.settle();
    s.engine().events.fault('network', true, 404);
    expect(s.player.state).toBe('waiting');
    s.findings.push('missing', 'live');
    await vi.advanceTimersByTimeAsync(2000 + 3300);
    expect(s.shop.made.length).toBe(2);
    s.engine().events.opened();
    await s.run(200);
    expect(s.player.state).toBe('playing');
  });

  it('shows an end mark as ended, at once when there is nothing to play', async () => {
    const s = stage();
    await s.begin();
    s.engine().live = false;
    s.video.dispatchEvent(new Event('ended'));
    expect(s.player.state).toBe('ended');
    const t = stage();
    t.player.load('/live.m3u8', true);
    await t.settle();
    t.engine().live = false;
    t.engine().events.opened();
    expect(t.player.state).toBe('ended');
  });

  it('plays a recording to its end without looking for more', async () => {
    const s = stage();
    s.player.load('/vod.m3u8', true);
    await s.settle();
    Object.assign(s.engine(), { live: false, recording: true });
    s.engine().events.opened();
    await s.run(400);
    expect([s.player.state, s.player.live]).toEqual(['playing', false]);
    s.video.ended = true;
    s.video.dispatchEvent(new Event('ended'));
    await vi.advanceTimersByTimeAsync(30_000);
    expect([s.player.state, s.shop.made.length]).toEqual(['ended', 1]);
  });

  it('ignores what an engine says after it was replaced', async () => {
    const s = stage();
    await s.begin();
    const old = s.engine();
    s.player.load('/other.m3u8', true);
    await s.settle();
    old.events.fault('network', true, 403);
    expect(s.player.state).toBe('loading');
  });

  it('asks for patience, not for a reload, when a decoder fails', async () => {
    const s = stage();
    await s.begin();
    s.engine().events.fault('media', false, 0);
    expect(s.engine().did).toContain('recoverMedia');
    s.engine().events.fault('media', false, 0);
    await s.settle();
    expect(s.shop.made.length).toBe(2);
    expect(s.player.state).toBe('buffering');
  });

  it('fetches the engine with captions only when they are turned on', async () => {
    const s = stage();
    await s.begin();
    s.engine().events.captions();
    expect([s.player.hasCaptions, s.engine().captions]).toEqual([true, false]);
    s.player.setCaptions(true);
    await s.settle();
    expect([s.shop.made.length, s.engine().captions]).toEqual([2, true]);
    s.player.setCaptions(false);
    s.player.setCaptions(true);
    await s.settle();
    expect(s.shop.made.length).toBe(2);
  });

  it('tells the latency by the playlist’s clock, else by the mark in the media', async () => {
    const s = stage();
    await s.begin();
    const serverNow = performance.timeOrigin + performance.now();
    s.engine().zero = serverNow - (s.video.currentTime + 1.2) * 1000;
    expect(s.player.latency).toBeCloseTo(1.2, 1);
    s.engine().zero = null;
    expect(s.player.latency).toBeNull();
  });

  it('corrects a wrong clock by the server’s', async () => {
    const s = stage();
    await s.begin();
    const asked = performance.now();
    const server = performance.timeOrigin + asked + 60_000;
    s.engine().events.serverMoment({ server, asked, answered: asked, exact: true });
    s.engine().zero = server - (s.video.currentTime + 0.5) * 1000;
    expect(s.player.latency).toBeCloseTo(0.5, 1);
  });

  it('raises cues at their time and again after going back', async () => {
    const s = stage();
    await s.begin();
    const at = s.video.currentTime + 0.3;
    s.engine().events.id3(at, tag('metadata.live-video.net', 'hello'));
    s.engine().events.id3(at, tag('metadata.live-video.net', 'hello'));
    s.engine().events.id3(at, tag('elsewhere.example', 'not ours'));
    expect(s.cues).toEqual([]);
    await s.run(480);
    expect(s.cues).toEqual([{ owner: 'metadata.live-video.net', text: 'hello', time: at }]);
    await s.run(8000);
    s.player.seekTo(at - 0.1);
    await s.run(480);
    expect(s.cues.length).toBe(2);
  });

  it('marks who is behind and brings them back', async () => {
    const s = stage();
    await s.begin();
    await s.run(8000);
    expect(s.player.behind).toBeNull();
    s.player.seekTo(s.video.currentTime - 5);
    s.video.list = [[0, s.video.currentTime + 5.4]];
    expect(s.player.behind).toBeGreaterThan(4);
    s.player.goLive();
    expect(s.player.behind).toBeNull();
    expect(s.video.currentTime).toBeGreaterThan(5);
  });

  it('does not take a pause by the browser in a hidden page for the viewer’s', async () => {
    const s = stage();
    await s.begin();
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    s.video.pause();
    visibility.mockReturnValue('visible');
    document.dispatchEvent(new Event('visibilitychange'));
    await s.run(160);
    expect([s.video.paused, s.player.state]).toEqual([false, 'playing']);
    visibility.mockRestore();
    s.video.pause();
    expect(s.player.state).toBe('paused');
  });
});
