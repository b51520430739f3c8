export { TimeChart, type TimeChartProps } from './TimeChart';
export { niceTop, type ChartMark, type ChartSpan } from './options';
