/** How uPlot draws our charts: colours are tokens, read when a chart is made. */
import uPlot from 'uplot';
import type { TimeChartProps } from './TimeChart';

export interface ChartSpan {
  readonly from: number;
  readonly to: number;
}
export interface ChartMark {
  readonly time: number;
  readonly tone: 'plain' | 'good' | 'warning';
}

/** The upper end of the scale: above the highest value, and a round number. */
export function niceTop(highest: number): number {
  if (!(highest > 0)) return 1;
  const wanted = highest * 1.15;
  const unit = 10 ** Math.floor(Math.log10(wanted));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((n) => n * unit).find((n) => n >= wanted) ?? wanted;
}

/** Room for the values at the left: the same in every chart, so that their times stand in line. */
const axisWidth = 52;

export function optionsOf(
  place: HTMLElement,
  props: () => TimeChartProps,
  tip: { readonly current: HTMLElement | null },
): uPlot.Options {
  const style = getComputedStyle(place);
  const token = (name: string) => style.getPropertyValue(`--color-${name}`).trim();
  const { tone, height, sync, hasTimeAxis } = props();
  const line = token(`chart-${tone}`);
  const quiet = token('text-quiet');
  const grid = { stroke: token('chart-grid'), width: 1 };
  const font = `12px ${style.fontFamily}`;
  const tones = { plain: token('line-strong'), good: token('good'), warning: token('warning') };
  const shadow = token('warning');

  const shadows = (plot: uPlot): void => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const span of props().shadows) {
      const left = plot.valToPos(span.from / 1000, 'x', true);
      const right = Math.max(left + 2, plot.valToPos(span.to / 1000, 'x', true));
      const fade = ctx.createLinearGradient(0, bbox.top, 0, bbox.top + bbox.height);
      fade.addColorStop(0, `color-mix(in srgb, ${shadow} 4%, transparent)`);
      fade.addColorStop(1, `color-mix(in srgb, ${shadow} 34%, transparent)`);
      ctx.fillStyle = fade;
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
    ctx.restore();
  };
  const marks = (plot: uPlot): void => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.lineWidth = devicePixelRatio;
    for (const mark of props().marks) {
      const x = Math.round(plot.valToPos(mark.time / 1000, 'x', true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = tones[mark.tone];
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  };

  const point = (plot: uPlot): void => {
    const label = tip.current;
    if (!label) return;
    const { idx, left } = plot.cursor;
    const time = idx === null || idx === undefined ? undefined : props().times[idx];
    label.hidden = time === undefined || left === undefined || left < 0;
    if (label.hidden || time === undefined || left === undefined) return;
    label.textContent = props().tip(time, props().values[idx ?? 0] ?? null);
    // Beside the pointer, on the side that has room for it.
    const x = left + plot.bbox.left / devicePixelRatio;
    const isRight = x > place.clientWidth / 2;
    label.style.left = isRight ? '' : `${x + 8}px`;
    label.style.right = isRight ? `${place.clientWidth - x + 8}px` : '';
  };

  return {
    width: place.clientWidth,
    height,
    padding: [8, 8, hasTimeAxis ? 0 : 8, 0],
    legend: { show: false },
    cursor: {
      sync: { key: sync, setSeries: false },
      drag: { x: false, y: false, setScale: false },
      y: false,
      points: { size: 9, fill: line, stroke: token('raised'), width: 2 },
    },
    scales: {
      x: { time: true },
      y: { range: (_, __, highest) => [0, niceTop(highest ?? 0)] },
    },
    series: [
      {},
      {
        stroke: line,
        width: 2,
        fill: `color-mix(in srgb, ${line} 10%, transparent)`,
        points: { show: false },
        spanGaps: false,
      },
    ],
    axes: [
      {
        show: hasTimeAxis,
        stroke: quiet,
        font,
        grid: { show: false },
        ticks: { show: false },
        size: 28,
        space: 96,
        values: (_, splits, __, ___, step) =>
          splits.map((at) =>
            new Date(at * 1000).toLocaleTimeString([], {
              hour: '2-digit',
              minute: '2-digit',
              ...(step < 60 ? { second: '2-digit' as const } : {}),
            }),
          ),
      },
      {
        stroke: quiet,
        font,
        grid,
        ticks: { show: false },
        size: axisWidth,
        space: 32,
        values: (_, splits) => splits.map((value) => props().format(value)),
      },
    ],
    hooks: {
      drawAxes: [shadows],
      draw: [marks],
      setCursor: [point],
    },
  };
}
