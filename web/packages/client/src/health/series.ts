/** Figures over time as charts take them. Times are milliseconds since 1970. */
import type { MetricSeriesData } from '../api/model/rostrum';

export interface Series {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

export const emptySeries: Series = { times: [], values: [] };

/** What the server sent, without points that are no numbers, in the order of time. */
export function readSeries(data: Pick<MetricSeriesData, 'timestamps' | 'values'>): Series {
  const points: (readonly [number, number])[] = [];
  const size = Math.min(data.timestamps.length, data.values.length);
  for (let i = 0; i < size; i += 1) {
    const [time, value] = [data.timestamps[i], data.values[i]];
    if (Number.isFinite(time) && Number.isFinite(value)) points.push([time! * 1000, value!]);
  }
  points.sort((a, b) => a[0] - b[0]);
  return { times: points.map((p) => p[0]), values: points.map((p) => p[1]) };
}

/** `newer` replaces whatever `older` has from its first point on. */
export function mergeSeries(older: Series, newer: Series): Series {
  const first = newer.times[0];
  if (first === undefined) return older;
  let kept = older.times.length;
  while (kept > 0 && older.times[kept - 1]! >= first) kept -= 1;
  return {
    times: [...older.times.slice(0, kept), ...newer.times],
    values: [...older.values.slice(0, kept), ...newer.values],
  };
}

/**
 * The series on one axis of `period` ms: every step between the first and the last point of any of them has
 * a value, the last known one where nothing was measured; before a series' first point there is none.
 */
export function align(
  series: readonly Series[],
  period: number,
  most = 20_000,
): { readonly times: number[]; readonly values: (number | null)[][] } {
  const firsts = series.flatMap((s) => s.times.slice(0, 1));
  const lasts = series.flatMap((s) => s.times.slice(-1));
  if (firsts.length === 0) return { times: [], values: series.map(() => []) };
  const from = Math.floor(Math.min(...firsts) / period) * period;
  const to = Math.floor(Math.max(...lasts) / period) * period;
  const steps = Math.min(most, Math.round((to - from) / period) + 1);
  const times = Array.from({ length: steps }, (_, i) => from + i * period);
  const values = series.map((one) => {
    let next = 0;
    let last: number | null = null;
    return times.map((time) => {
      while (next < one.times.length && one.times[next]! < time + period)
        last = one.values[next++]!;
      return last;
    });
  });
  return { times, values };
}

export function average(series: Series): number | null {
  if (series.values.length === 0) return null;
  return series.values.reduce((sum, value) => sum + value, 0) / series.values.length;
}

export const latest = (series: Series): number | null => series.values.at(-1) ?? null;
