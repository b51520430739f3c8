import { describe, expect, it } from 'vitest';
import { latencyMark, readId3, type TextFrame } from './id3';
import { CueScheduler, type Cue } from './scheduler';

const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];
const safe = (n: number): number[] => [(n >> 21) & 127, (n >> 14) & 127, (n >> 7) & 127, n & 127];
const frame = (id: string, body: number[]): number[] => [
  ...bytes(id),
  ...safe(body.length),
  0,
  0,
  ...body,
];
const tag = (...frames: number[][]): Uint8Array => {
  const body = frames.flat();
  return Uint8Array.from([...bytes('ID3'), 4, 0, 0, ...safe(body.length), ...body]);
};
const privFrame = (owner: string, text: string) =>
  frame('PRIV', [...bytes(owner), 0, ...bytes(text)]);
const txxxFrame = (description: string, value: string) =>
  frame('TXXX', [3, ...bytes(description), 0, ...bytes(value)]);

describe('id3', () => {
  it('reads the frames that carry text cues and leaves the others', () => {
    const data = tag(
      privFrame('metadata.live-video.net', '{"a":"ü"}'),
      privFrame('com.apple.streaming.transportStreamTimestamp', '12345678'),
      txxxFrame('segmentmetadata', '{"transc_r":5}'),
      frame('TIT2', [3, 65]),
      privFrame('inband.metadata.live-video.net', 'x'.repeat(200)),
    );
    expect(readId3(data)).toEqual([
      { owner: 'metadata.live-video.net', text: '{"a":"ü"}' },
      { owner: 'segmentmetadata', text: '{"transc_r":5}' },
      { owner: 'inband.metadata.live-video.net', text: 'x'.repeat(200) },
    ]);
  });

  it('reads UTF-16 text and several tags in a row', () => {
    const wide = [...'hé'].flatMap((c) => [c.charCodeAt(0), 0]);
    const one = tag(frame('TXXX', [1, 0xff, 0xfe, ...wide, 0, 0, 0xff, 0xfe, ...wide]));
    expect(readId3(Uint8Array.from([...one, ...tag(txxxFrame('d', 'v'))]))).toEqual([
      { owner: 'hé', text: 'hé' },
      { owner: 'd', text: 'v' },
    ]);
  });

  it('survives every truncation and every damaged byte', () => {
    const whole = tag(privFrame('metadata.live-video.net', 'abc'), txxxFrame('d', 'v'));
    for (let n = 0; n < whole.length; ++n) expect(readId3(whole.subarray(0, n))).toEqual([]);
    for (let n = 0; n < whole.length; ++n) {
      const damaged = whole.slice();
      damaged[n] = 0xff;
      expect(readId3(damaged).length).toBeLessThanOrEqual(2);
    }
  });

  it.each([
    ['{"cmd":"ld_lat_data","transc_r":1700000000000}', 1700000000000],
    ['{"transc_r":"soon"}', null],
    ['null', null],
    ['{', null],
  ])('reads the latency mark %s', (text, at) => {
    expect(
      latencyMark({ owner: 'segmentmetadata', text } satisfies TextFrame)?.receivedAt ?? null,
    ).toBe(at);
  });
});

describe('cue scheduler', () => {
  const start = () => {
    const raised: string[] = [];
    const scheduler = new CueScheduler((cue) => raised.push(cue.text));
    return {
      raised,
      scheduler,
      add: (text: string, time: number, wall: number | null = null) =>
        scheduler.add({ owner: 'o', text, time } satisfies Cue, wall),
    };
  };

  it('raises a cue when the playhead reaches it, in order, once', () => {
    const { raised, scheduler, add } = start();
    add('b', 2);
    add('a', 1);
    scheduler.advance(0.5);
    expect(raised).toEqual([]);
    scheduler.advance(0.999);
    expect(raised).toEqual([]);
    scheduler.advance(1);
    expect(raised).toEqual(['a']);
    scheduler.advance(3);
    scheduler.advance(4);
    expect(raised).toEqual(['a', 'b']);
  });

  it('counts the same cue of several renditions once, but equal texts at other times apart', () => {
    const { raised, scheduler, add } = start();
    scheduler.advance(0);
    add('a', 1);
    add('a', 1.01);
    add('a', 1.2);
    scheduler.advance(2);
    add('a', 1);
    scheduler.advance(2.1);
    expect(raised).toEqual(['a', 'a']);
  });

  it('does not raise what was before the viewer came', () => {
    const { raised, scheduler, add } = start();
    add('old', 1);
    scheduler.advance(10);
    add('older', 0.5);
    scheduler.advance(10.1);
    expect(raised).toEqual([]);
  });

  it('raises what the player itself jumped over', () => {
    const { raised, scheduler, add } = start();
    scheduler.advance(1);
    add('over', 3);
    scheduler.advance(8);
    expect(raised).toEqual(['over']);
  });

  it('raises again after going back on purpose, not after a backward nudge', () => {
    const { raised, scheduler, add } = start();
    scheduler.advance(0);
    add('a', 1);
    scheduler.advance(2);
    scheduler.advance(0.9);
    scheduler.advance(2);
    expect(raised).toEqual(['a']);
    scheduler.viewerSought(0.5);
    scheduler.advance(0.5);
    scheduler.advance(2);
    expect(raised).toEqual(['a', 'a']);
  });

  it('passes over what the viewer skipped', () => {
    const { raised, scheduler, add } = start();
    scheduler.advance(0);
    add('skipped', 3);
    add('ahead', 6);
    scheduler.viewerSought(5);
    scheduler.advance(5);
    scheduler.advance(7);
    expect(raised).toEqual(['ahead']);
  });

  it('knows a raised cue again after the buffer was rebuilt', () => {
    const { raised, scheduler, add } = start();
    scheduler.advance(0);
    add('a', 1, 1001);
    add('b', 3, 1003);
    scheduler.advance(2);
    scheduler.newTimeline();
    add('a', 11, 1001.02);
    add('b', 13, 1003.02);
    scheduler.advance(10);
    scheduler.advance(14);
    expect(raised).toEqual(['a', 'b']);
  });

  it('tells how long it is to the next cue', () => {
    const { scheduler, add } = start();
    scheduler.advance(0);
    expect(scheduler.next(0)).toBeNull();
    add('a', 1.5);
    expect(scheduler.next(1)).toBeCloseTo(0.5);
  });

  it('raises a cue that was parsed late but is still fresh', () => {
    const { raised, scheduler, add } = start();
    scheduler.advance(5);
    scheduler.advance(6);
    add('late', 5.8);
    scheduler.advance(6.02);
    expect(raised).toEqual(['late']);
  });
});
