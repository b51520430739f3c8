import { describe, expect, it } from 'vitest';
import { Watchdog, type Diagnosis, type Vitals } from './watchdog';

/** Diagnoses other than `well` of a viewing told step by step, every 100 ms. */
function watch(seconds: number, at: (t: number) => Partial<Vitals>): Diagnosis[] {
  const dog = new Watchdog();
  dog.reset(0);
  const said: Diagnosis[] = [];
  for (let now = 0; now < seconds * 1000; now += 100) {
    const what = dog.look({
      now,
      position: now / 1000,
      ahead: 0.4,
      shouldMove: true,
      edge: now / 1000 + 1,
      complete: false,
      ...at(now / 1000),
    });
    if (what !== 'well') said.push(what);
  }
  return said;
}

describe('watchdog', () => {
  it('says once that all is steady', () => {
    expect(watch(20, () => ({}))).toEqual(['steady']);
  });
  it('notices a playhead that hangs although there is media', () => {
    expect(watch(7, (t) => (t > 4 ? { position: 4 } : {}))).toEqual(['steady', 'stuck']);
  });
  it('notices media that is published but does not come', () => {
    expect(watch(12, (t) => (t > 4 ? { position: 4, ahead: 0 } : {}))).toEqual([
      'steady',
      'hungry',
    ]);
  });
  it('knows that a complete broadcast is over, though its last piece is missing', () => {
    const said = watch(6, (t) =>
      t > 4 ? { position: 4, ahead: 0.1, edge: 5, complete: true } : {},
    );
    expect(said).toEqual(['steady', 'over']);
  });
  it('leaves a broadcast alone that paused', () => {
    expect(watch(40, (t) => (t > 4 ? { position: 4, ahead: 0, edge: 5 } : {}))).toEqual(['steady']);
  });
  it('leaves a viewer alone who paused', () => {
    expect(watch(40, (t) => (t > 4 ? { position: 4, shouldMove: false } : {}))).toEqual(['steady']);
  });
  it('says steady again after trouble', () => {
    const said = watch(14, (t) => ({ position: t > 4 && t < 7 ? 4 : t }));
    expect(said).toEqual(['steady', 'stuck', 'steady']);
  });
});
