import { useEffect, useLayoutEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useIsDark } from '../theme';
import { optionsOf, type ChartMark, type ChartSpan } from './options';
import './TimeChart.css';

export interface TimeChartProps {
  /** Milliseconds since 1970, and a value or none for each. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  readonly span: ChartSpan;
  /** Events, as lines over the curve. */
  readonly marks: readonly ChartMark[];
  /** When something was wrong, as shadows under it. */
  readonly shadows: readonly ChartSpan[];
  /** Charts of the same name move their pointers together. */
  readonly sync: string;
  readonly tone: 1 | 2;
  readonly height: number;
  readonly format: (value: number) => string;
  readonly label: string;
  /** What stands beside the pointer. */
  readonly tip: (time: number, value: number | null) => string;
  readonly hasTimeAxis: boolean;
}

/** One curve over time. Drawn on a canvas; `label` says in words what it shows. */
export function TimeChart(props: TimeChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLSpanElement>(null);
  const chart = useRef<uPlot>(null);
  const newest = useRef(props);
  newest.current = props;
  const isDark = useIsDark();
  const { sync, tone, height, hasTimeAxis } = props;

  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const options = optionsOf(place, () => newest.current, tip);
    const { times, values } = newest.current;
    const plot = new uPlot(options, [times.map((t) => t / 1000), [...values]], place);
    chart.current = plot;
    const resized = new ResizeObserver(() => {
      if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height });
    });
    resized.observe(place);
    return () => {
      resized.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [sync, tone, height, hasTimeAxis, isDark]);

  useLayoutEffect(() => {
    const plot = chart.current;
    if (!plot) return;
    plot.batch(() => {
      plot.setData([props.times.map((t) => t / 1000), [...props.values]], false);
      plot.setScale('x', { min: props.span.from / 1000, max: props.span.to / 1000 });
    });
  }, [props.times, props.values, props.span, props.marks, props.shadows]);

  return (
    <div ref={box} className="time-chart" role="img" aria-label={props.label}>
      <span ref={tip} className="chart-tip" hidden />
    </div>
  );
}
