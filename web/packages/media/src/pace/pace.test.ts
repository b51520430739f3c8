import { describe, expect, it } from 'vitest';
import { aimLimits } from './aim';
import { quantile, randomNumbers, simulate, type Outcome } from './simulation';

const within = (o: Outcome, from: number, to = Number.POSITIVE_INFINITY) =>
  o.samples.filter((s) => s.now >= from && s.now < to);
const latencies = (o: Outcome, from: number, to?: number) =>
  within(o, from, to).map((s) => s.latency);
const steady = () => 0.02;

describe('pace on a good network', () => {
  it.each([0.3, 0.6, 1.1, 2.9, 9])('settles at the aim after joining %s s behind', (join) => {
    const o = simulate({ chunk: 0.2, delay: steady, join, seconds: 40 });
    const late = latencies(o, 25);
    expect(quantile(late, 0.5)).toBeLessThan(0.55);
    expect(quantile(late, 0.95)).toBeLessThan(0.65);
    expect(o.stalls).toBe(0);
    expect(o.jumps).toBe(join > 3.5 ? 1 : 0);
  });

  it('leaves the rate alone once settled', () => {
    const o = simulate({ chunk: 0.2, delay: steady, join: 0.6, seconds: 60 });
    const settled = within(o, 30);
    const changed = settled.filter((s, i) => i > 0 && s.rate !== settled[i - 1]?.rate).length;
    expect(changed).toBeLessThan(4);
  });

  it.each([
    [0.1, 0.55],
    [0.333, 0.8],
    [1, 1.6],
    [2, 3],
  ])('suits pieces of %s s', (chunk, most) => {
    const o = simulate({ chunk, delay: steady, join: chunk * 3, seconds: 60 });
    expect(quantile(latencies(o, 40), 0.95)).toBeLessThan(most + chunk / 2);
    expect(within(o, 20).filter((s) => s.starved).length).toBe(0);
  });

  it('follows an encoder clock that drifts', () => {
    const o = simulate({
      chunk: 0.2,
      delay: (made) => 0.02 + made * 0.001,
      join: 0.6,
      seconds: 120,
    });
    expect(o.stalls).toBe(0);
    expect(Math.max(...within(o, 60).map((s) => s.ahead))).toBeLessThan(0.7);
  });

  it('holds a wished latency', () => {
    const o = simulate({
      chunk: 0.2,
      delay: steady,
      join: 0.6,
      seconds: 90,
      script: (_, v) => {
        v.pace.targetLatency = 2;
      },
    });
    expect(quantile(latencies(o, 60), 0.5)).toBeGreaterThan(1.75);
    expect(quantile(latencies(o, 60), 0.5)).toBeLessThan(2.2);
  });
});

describe('pace after a freeze of the encoder', () => {
  const freeze = (at: number, lasts: number) => (made: number) =>
    made >= at && made < at + lasts ? at + lasts - made + 0.02 : 0.02;

  it.each([2.5, 1.5, 5])('is back within 10 s after %s s without media', (lasts) => {
    const o = simulate({ chunk: 0.2, delay: freeze(15, lasts), join: 0.6, seconds: 60 });
    expect(quantile(latencies(o, 15 + lasts + 10, 60), 0.95)).toBeLessThan(0.8);
    expect(o.stalls).toBe(1);
  });

  it('is back as quickly when the start had been bumpy', () => {
    const bump = freeze(6, 0.7);
    const long = freeze(20, 2.5);
    const o = simulate({
      chunk: 0.2,
      delay: (made) => Math.max(bump(made), long(made)),
      join: 0.6,
      seconds: 50,
    });
    expect(o.stalls).toBe(2);
    expect(quantile(latencies(o, 32.5, 50), 0.95)).toBeLessThan(0.8);
  });

  it('follows an encoder that lost the time it was frozen', () => {
    const o = simulate({
      chunk: 0.2,
      delay: (made) => (made < 15 ? 0.02 : 4),
      join: 0.6,
      seconds: 60,
    });
    expect(Math.max(...within(o, 30).map((s) => s.ahead))).toBeLessThan(0.8);
    expect(
      quantile(
        within(o, 30).map((s) => s.aim),
        0.5,
      ),
    ).toBeLessThan(0.6);
  });

  it.each([0.8, 1.3, 1.8])('does not take %s s lost by the encoder for jitter', (lost) => {
    const o = simulate({
      chunk: 0.2,
      delay: (made) => (made < 15 ? 0.02 : 0.02 + lost),
      join: 0.6,
      seconds: 40,
    });
    expect(Math.max(...within(o, 20).map((s) => s.aim))).toBeLessThan(0.55);
    expect(Math.max(...within(o, 27).map((s) => s.ahead))).toBeLessThan(0.7);
  });
});

describe('pace on a bad network', () => {
  it('raises the aim until jitter no longer stops the picture', () => {
    const random = randomNumbers(7);
    const o = simulate({
      chunk: 0.2,
      delay: () => 0.05 + 0.6 * random() ** 3,
      join: 0.6,
      seconds: 180,
    });
    expect(within(o, 60).filter((s) => s.starved).length / within(o, 60).length).toBeLessThan(
      0.005,
    );
    expect(quantile(latencies(o, 60), 0.95)).toBeLessThan(2);
  });

  it('rides out outages that come again and again', () => {
    // 1.5 s of silence every 10 s: a mobile network in a train.
    const o = simulate({
      chunk: 0.2,
      delay: (made) => (made % 10 < 1.5 ? 1.5 - (made % 10) + 0.05 : 0.05),
      join: 0.6,
      seconds: 240,
    });
    const late = within(o, 120);
    expect(late.filter((s) => s.starved).length / late.length).toBeLessThan(0.02);
    expect(Math.max(...late.map((s) => s.aim))).toBeLessThanOrEqual(aimLimits.most);
  });

  it('lowers the aim again when the network has recovered', () => {
    const random = randomNumbers(3);
    const o = simulate({
      chunk: 0.2,
      delay: (made) => (made < 60 ? 0.05 + 0.8 * random() : 0.02),
      join: 0.6,
      seconds: 200,
    });
    expect(Math.max(...within(o, 40, 60).map((s) => s.aim))).toBeGreaterThan(0.7);
    expect(quantile(latencies(o, 180), 0.5)).toBeLessThan(0.7);
  });
});

describe('pace and the viewer', () => {
  it('stays behind after a long pause and returns when told', () => {
    const o = simulate({
      chunk: 0.2,
      delay: steady,
      join: 0.6,
      seconds: 60,
      script: (now, v) => {
        v.paused = now >= 10 && now < 20;
        if (now >= 40 && !v.pace.following) v.position = v.pace.goLive(v.end, now);
      },
    });
    expect(quantile(latencies(o, 25, 40), 0.5)).toBeGreaterThan(10);
    expect(within(o, 25, 40).every((s) => s.rate === 1)).toBe(true);
    expect(quantile(latencies(o, 45), 0.95)).toBeLessThan(0.7);
  });

  it('catches up by itself after a short pause', () => {
    const o = simulate({
      chunk: 0.2,
      delay: steady,
      join: 0.6,
      seconds: 40,
      script: (now, v) => {
        v.paused = now >= 10 && now < 11;
      },
    });
    expect(quantile(latencies(o, 25), 0.95)).toBeLessThan(0.65);
  });

  it('does not drag back someone who went back', () => {
    let sought = false;
    const o = simulate({
      chunk: 0.2,
      delay: steady,
      join: 0.6,
      seconds: 40,
      script: (now, v) => {
        if (now < 15 || sought) return;
        sought = true;
        v.position -= 5;
        v.pace.viewerSought(v.position, v.end);
      },
    });
    expect(o.jumps).toBe(0);
    expect(quantile(latencies(o, 20), 0.5)).toBeGreaterThan(5);
  });

  it('does nothing bold while the page is hidden and recovers when it is shown', () => {
    const o = simulate({
      chunk: 0.2,
      delay: (made) => (made >= 20 && made < 22 ? 22 - made + 0.02 : 0.02),
      join: 0.6,
      seconds: 80,
      script: (now, v) => {
        v.hidden = now >= 15 && now < 50;
      },
    });
    expect(Math.max(...within(o, 16, 50).map((s) => s.rate))).toBeLessThanOrEqual(1.05);
    expect(quantile(latencies(o, 65), 0.95)).toBeLessThan(0.8);
  });
});
