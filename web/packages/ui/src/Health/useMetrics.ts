import { useRef } from 'react';
import type { ApiError } from '@rostrum/client';
import type { rostrum } from '@rostrum/client/api';
import { emptySeries, mergeSeries, readSeries, type Series } from '@rostrum/client/health';
import { usePoll } from '../hooks/usePoll';
import type { HealthSource } from './source';

type Name = rostrum.MetricSeriesData['name'];

export interface Metrics {
  /** Milliseconds between two points. */
  readonly period: number;
  readonly series: ReadonlyMap<Name, Series>;
  readonly averages: ReadonlyMap<Name, number>;
  readonly events: readonly rostrum.StreamEventNote[];
  readonly notes: readonly rostrum.HealthNote[];
}

/** How many points are asked for again: the last ones may not have been complete. */
const overlap = 4;
const usualPeriodMs = 5000;

/** What is known and what came in addition; all of it anew if the server changed the distance of points. */
export function mergeMetrics(
  before: Metrics | null,
  answer: rostrum.GetStreamMetricsOutput,
): Metrics {
  const period = (answer.period ?? usualPeriodMs / 1000) * 1000;
  const base = before && before.period === period ? before : null;
  const series = new Map<Name, Series>(base?.series);
  const averages = new Map<Name, number>(base?.averages);
  for (const one of answer.series ?? []) {
    series.set(one.name, mergeSeries(series.get(one.name) ?? emptySeries, readSeries(one)));
    if (one.average !== undefined) averages.set(one.name, one.average);
  }
  return { period, series, averages, events: answer.events ?? [], notes: answer.notes ?? [] };
}

function newestTime(metrics: Metrics): number | null {
  const lasts = [...metrics.series.values()].flatMap((one) => one.times.slice(-1));
  return lasts.length === 0 ? null : Math.max(...lasts);
}

/** The figures of a session; while it runs, only what is new is fetched. */
export function useMetrics(
  source: HealthSource,
  streamId: string,
  live: boolean,
): { readonly value: Metrics | null; readonly error: ApiError | null; readonly again: () => void } {
  const { channelArn } = source;
  const known = useRef<Metrics | null>(null);
  // Once more when it ends: averages are over all of it then.
  const key = `metrics ${channelArn} ${streamId} ${live}`;
  const keyed = useRef(key);
  if (keyed.current !== key) {
    keyed.current = key;
    known.current = null;
  }
  const session = `${channelArn} ${streamId}`;
  const shown = useRef<{ session: string; value: Metrics | null }>({ session, value: null });
  const polled = usePoll(key, live ? 5000 : 300_000, async (signal) => {
    const before = known.current;
    const newest = before && newestTime(before);
    const from =
      before && newest !== null
        ? { startTime: new Date(newest - overlap * before.period).toISOString() }
        : {};
    const answer = await source.metrics({ streamId, ...from }, signal);
    const merged = mergeMetrics(before, answer);
    // Something else came than was asked for a part of: begin again with all.
    known.current = before && merged.period !== before.period ? null : merged;
    return merged;
  });
  // What was shown stays until the summary of what has ended is there.
  const before = shown.current.session === session ? shown.current.value : null;
  shown.current = { session, value: polled.value ?? before };
  return { ...polled, value: shown.current.value };
}
