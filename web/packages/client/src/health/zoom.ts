/** Which part of a session the charts show. Times are milliseconds since 1970. */
export type Zoom = 'all' | '1h' | '30m' | '5m';

export interface Span {
  readonly from: number;
  readonly to: number;
}

const minute = 60_000;
export const lengthOf: Readonly<Record<Exclude<Zoom, 'all'>, number>> = {
  '1h': 60 * minute,
  '30m': 30 * minute,
  '5m': 5 * minute,
};
/** Shorter parts are not worth looking at. */
export const shortest = 30_000;

/** All of it, and the parts that it is longer than. */
export function fittingZooms(whole: Span): Zoom[] {
  const length = whole.to - whole.from;
  return ['all', ...(['1h', '30m', '5m'] as const).filter((zoom) => lengthOf[zoom] < length)];
}

/** A running broadcast opens at what happens now, an ended one at all of it. */
export function firstZoom(whole: Span, live: boolean): Zoom {
  return live && fittingZooms(whole).includes('5m') ? '5m' : 'all';
}

/** The part of `zoom` that ends at `end`, moved into the whole. */
export function spanOf(zoom: Zoom, whole: Span, end = whole.to): Span {
  if (zoom === 'all') return whole;
  const length = Math.min(lengthOf[zoom], whole.to - whole.from);
  const to = Math.min(whole.to, Math.max(end, whole.from + length));
  return { from: to - length, to };
}

/** What a person dragged, in order, inside the whole and not too short. */
export function chosenSpan(a: number, b: number, whole: Span): Span {
  const length = Math.min(shortest, whole.to - whole.from);
  let from = Math.max(whole.from, Math.min(a, b));
  const to = Math.min(whole.to, Math.max(Math.max(a, b), from + length));
  from = Math.max(whole.from, Math.min(from, to - length));
  return { from, to };
}

/** Whether a part reaches to the end, and so goes on with a broadcast that does. */
export const atEnd = (part: Span, whole: Span, tolerance = 10_000): boolean =>
  whole.to - part.to <= tolerance;

/** The zoom that a part is, if it is one. */
export function zoomOf(part: Span, whole: Span): Zoom | null {
  const near = (a: number, b: number) => Math.abs(a - b) < 1000;
  if (near(part.from, whole.from) && near(part.to, whole.to)) return 'all';
  const found = (['1h', '30m', '5m'] as const).find((zoom) =>
    near(lengthOf[zoom], part.to - part.from),
  );
  return found ?? null;
}
