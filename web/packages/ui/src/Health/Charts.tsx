import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import {
  align,
  atEnd,
  chosenSpan,
  emptySeries,
  fittingZooms,
  latest,
  marksOf,
  spanOf,
  starvations,
  zoomOf,
  type FeedEvent,
  type Series,
  type Span,
  type Zoom,
} from '@rostrum/client/health';
import { Blank } from '../Blank/Blank';
import { Button } from '../Button/Button';
import { locale } from '../language';
import { RangeSlider } from '../RangeSlider/RangeSlider';
import { Skeleton } from '../Skeleton/Skeleton';
import { keyOfEvent, titleOf } from './Feed';
import { useHealthText } from './strings';
import type { Metrics } from './useMetrics';
import './Charts.css';

const TimeChart = lazy(() => import('../Charts').then((charts) => ({ default: charts.TimeChart })));

/** So wide is a mark: events that are closer together share one. */
const markWidth = 24;

const clock = (time: number): string =>
  new Date(time).toLocaleTimeString(locale(), {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });

/** What is shown: so much of it (null: all), up to then (null: as far as it goes). */
interface View {
  readonly length: number | null;
  readonly end: number | null;
}

function partOf(view: View, whole: Span): Span {
  const to = Math.min(whole.to, view.end ?? whole.to);
  return {
    from: view.length === null ? whole.from : Math.max(whole.from, to - view.length),
    to,
  };
}

/** Their lowest and highest value in a part. */
export function extremes(
  times: readonly number[],
  values: readonly (number | null)[],
  part: Span,
): readonly [number, number] | null {
  let found: [number, number] | null = null;
  times.forEach((time, i) => {
    const value = values[i];
    if (value === null || value === undefined || time < part.from || time > part.to) return;
    found = found ? [Math.min(found[0], value), Math.max(found[1], value)] : [value, value];
  });
  return found;
}

const toneOf = (event: FeedEvent) =>
  event.severity === 'SUCCESS' ? 'good' : event.severity === 'INFO' ? 'plain' : 'warning';

interface ChartProps {
  readonly name: string;
  readonly unit: string;
  readonly tone: 1 | 2;
  readonly digits: number;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  /** Beside the name: the last value, or the average. */
  readonly value: number | null;
  readonly meaning: string;
  readonly part: Span;
  readonly feed: readonly FeedEvent[];
  readonly shadows: readonly Span[];
  readonly hasTimeAxis: boolean;
}

function Chart(props: ChartProps) {
  const words = useHealthText();
  const { name, unit, tone, digits, times, values, value, part, feed, shadows, hasTimeAxis } =
    props;
  const said = (v: number) => `${v.toFixed(digits)} ${unit}`;
  const range = extremes(times, values, part);
  const marks = useMemo(
    () => feed.map((event) => ({ time: event.time, tone: toneOf(event) }) as const),
    [feed],
  );
  const height = hasTimeAxis ? 168 : 140;
  return (
    <figure className="chart">
      <figcaption className="chart-head">
        <span className={`chart-name tone-${tone}`}>{name}</span>
        <span className="chart-value">
          {value === null ? words.unknown : value.toFixed(digits)} <small>{unit}</small>
        </span>
        <span className="quiet">{props.meaning}</span>
      </figcaption>
      <Suspense fallback={<Skeleton width="100%" height={`${height}px`} />}>
        <TimeChart
          times={times}
          values={values}
          span={part}
          marks={marks}
          shadows={shadows}
          sync="health"
          tone={tone}
          height={height}
          format={(v) => String(Math.round(v * 10) / 10)}
          tip={(time, at) => `${clock(time)}  ${at === null ? words.unknown : said(at)}`}
          label={
            value === null || !range
              ? `${name}: ${words.chartEmpty}`
              : words.chartLabel(
                  name,
                  `${said(value)} ${props.meaning}`,
                  said(range[0]),
                  said(range[1]),
                )
          }
          hasTimeAxis={hasTimeAxis}
        />
      </Suspense>
    </figure>
  );
}

/** Events on the time line; each leads to its words in the feed. */
function Marks({
  feed,
  part,
  onEvent,
}: {
  readonly feed: readonly FeedEvent[];
  readonly part: Span;
  readonly onEvent: (event: FeedEvent) => void;
}) {
  const words = useHealthText();
  const strip = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const place = strip.current;
    if (!place) return;
    const measured = new ResizeObserver(() => setWidth(Math.max(1, place.clientWidth)));
    measured.observe(place);
    return () => measured.disconnect();
  }, []);
  const shown = marksOf(feed, part, markWidth / width);
  return (
    <div ref={strip} className="marks" role="group" aria-label={words.marks}>
      {shown.map(({ at, events, worst }) => {
        const name = words.mark(
          events.map((event) => titleOf(event, words)),
          clock(worst.time),
        );
        return (
          <button
            key={keyOfEvent(worst)}
            type="button"
            className={`mark ${toneOf(worst)}${events.length > 1 ? ' several' : ''}`}
            style={{ left: `${at * 100}%` }}
            aria-label={name}
            title={name}
            onClick={() => onEvent(worst)}
          />
        );
      })}
    </div>
  );
}

const scaled = (series: Series, by: number): Series => ({
  times: series.times,
  values: series.values.map((value) => value * by),
});

/** Two charts of one time axis, and what part of it they show. */
export function Charts({
  metrics,
  feed,
  live,
  whole,
  onEvent,
}: {
  readonly metrics: Metrics;
  readonly feed: readonly FeedEvent[];
  readonly live: boolean;
  readonly whole: Span;
  readonly onEvent: (event: FeedEvent) => void;
}) {
  const words = useHealthText();
  const rate = metrics.series.get('IngestVideoBitrate') ?? emptySeries;
  const frames = metrics.series.get('IngestFramerate') ?? emptySeries;
  const aligned = useMemo(
    () => align([scaled(rate, 1e-6), frames], metrics.period),
    [rate, frames, metrics.period],
  );
  const zooms = fittingZooms(whole);
  // A running broadcast opens at what happens now, once there is more than that.
  const [view, setView] = useState<View | null>(null);
  const usual: View = {
    length: live && zooms.includes('5m') ? 5 * 60_000 : null,
    end: null,
  };
  const chosen = view ?? usual;
  const part = partOf(chosen, whole);
  const pressed = chosen.length === null && chosen.end === null ? 'all' : zoomOf(part, whole);
  const shadows = useMemo(() => starvations(feed, whole.to), [feed, whole.to]);

  const zoomTo = (zoom: Zoom) => {
    if (zoom === 'all') return setView({ length: null, end: null });
    const end = chosen.end === null || live ? null : part.to;
    const next = spanOf(zoom, whole, end ?? whole.to);
    setView({ length: next.to - next.from, end });
  };
  const drag = (a: number, b: number) => {
    const next = chosenSpan(a, b, whole);
    const isEnd = atEnd(next, whole, Math.max(metrics.period, 1000));
    const isAll = isEnd && next.from <= whole.from;
    setView({ length: isAll ? null : next.to - next.from, end: isEnd ? null : next.to });
  };

  if (aligned.times.length === 0)
    return <Blank title={words.chartEmpty}>{words.chartEmptyText}</Blank>;
  const mega = (value: number | null | undefined) =>
    value === null || value === undefined ? null : value / 1e6;
  const averageRate = metrics.averages.get('IngestVideoBitrate');
  const averageFrames = metrics.averages.get('IngestFramerate');
  const common = { times: aligned.times, part, feed, shadows };
  const meaning = live ? words.now : words.average;
  return (
    <div className="charts">
      <div className="charts-tools">
        <div className="tab-list" role="group" aria-label={words.zoom}>
          {zooms.map((zoom) => (
            <button
              key={zoom}
              type="button"
              aria-pressed={pressed === zoom}
              onClick={() => zoomTo(zoom)}
            >
              {words.zooms[zoom]}
            </button>
          ))}
        </div>
        {live && chosen.end !== null && (
          <Button small onClick={() => setView({ length: chosen.length, end: null })}>
            {words.follow}
          </Button>
        )}
      </div>
      <Chart
        {...common}
        name={words.bitrate}
        unit={words.mbits}
        tone={1}
        digits={1}
        values={aligned.values[0] ?? []}
        value={mega(live ? latest(rate) : averageRate)}
        meaning={meaning}
        hasTimeAxis={false}
      />
      <Marks feed={feed} part={part} onEvent={onEvent} />
      <Chart
        {...common}
        name={words.frameRate}
        unit={words.fpsUnit}
        tone={2}
        digits={1}
        values={aligned.values[1] ?? []}
        value={(live ? latest(frames) : averageFrames) ?? null}
        meaning={meaning}
        hasTimeAxis
      />
      {whole.to - whole.from > 60_000 && (
        <div className="charts-range">
          <RangeSlider
            min={whole.from}
            max={whole.to}
            step={1000}
            value={[part.from, part.to]}
            onChange={drag}
            label={[words.partFrom, words.partTo]}
            words={clock}
          />
          <span className="charts-ends quiet" aria-hidden="true">
            <span>{clock(whole.from)}</span>
            <span>{clock(whole.to)}</span>
          </span>
        </div>
      )}
    </div>
  );
}
