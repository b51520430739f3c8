/**
 * The rows of a long list that are worth having in the page: those in sight and some around. Rows have any
 * height, known once they were shown. The list sticks to its end; when somebody reads back, the row that
 * stands at the top stays where it is, whatever comes, goes or changes its height around it.
 */
import { useCallback, useLayoutEffect, useReducer, useRef, type RefObject } from 'react';

const estimate = 40;
const around = 400;
const nearEnd = 32;

export interface Rows {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
  readonly above: number;
  readonly below: number;
}

/** Which rows to show, from where the reader stands. Pure, for tests. */
export function rowsFor(
  heights: readonly number[],
  anchor: { readonly index: number; readonly offset: number } | null,
  viewport: number,
): Rows {
  const count = heights.length;
  let first: number;
  let end: number;
  if (anchor === null) {
    end = count;
    first = count;
    for (let room = viewport + around; first > 0 && room > 0;) room -= heights[(first -= 1)] ?? 0;
  } else {
    first = Math.min(anchor.index, count);
    end = first;
    for (let room = around - anchor.offset; first > 0 && room > 0;)
      room -= heights[(first -= 1)] ?? 0;
    for (let room = viewport + around + anchor.offset; end < count && room > 0;)
      room -= heights[end++] ?? 0;
  }
  const sum = (from: number, to: number) => {
    let total = 0;
    for (let i = from; i < to; ++i) total += heights[i] ?? 0;
    return total;
  };
  return { first, end, above: sum(0, first), below: sum(end, count) };
}

const sizeOf = (element: HTMLElement): string => `${element.clientHeight} ${element.scrollHeight}`;

export interface VirtualRows extends Rows {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly rows: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: boolean;
  readonly onScroll: () => void;
  readonly toEnd: () => void;
  /** Brings a row into sight, also one that is not in the page. */
  readonly toRow: (key: string) => void;
}

export function useVirtualRows(keys: readonly string[], onTop: () => void): VirtualRows {
  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<string, number>());
  /** The row at the upper edge, and how much of it the edge cuts off. */
  const anchor = useRef<{ key: string; index: number; offset: number } | null>(null);
  const lastTop = useRef(0);
  /** The sizes for which the place was set last: when they change, the browser moves it by itself. */
  const lastSize = useRef('');
  const lastKeys = useRef(keys);
  const shown = useRef<Rows>({ first: 0, end: 0, above: 0, below: 0 });
  const [, renew] = useReducer((n: number) => n + 1, 0);
  lastKeys.current = keys;

  const heightOf = (key: string): number => heights.current.get(key) ?? estimate;
  if (anchor.current && keys[anchor.current.index] !== anchor.current.key) {
    const index = keys.indexOf(anchor.current.key);
    // It may have been dropped: then the oldest row that is left stands there.
    anchor.current =
      index >= 0
        ? { ...anchor.current, index }
        : keys[0] === undefined
          ? null
          : { key: keys[0], index: 0, offset: 0 };
  }
  const viewport = box.current?.clientHeight ?? 800;
  const now = rowsFor(keys.map(heightOf), anchor.current, viewport);
  shown.current = now;

  const rowOf = (key: string): HTMLElement | null => {
    for (const row of rows.current?.children ?? []) {
      if (row instanceof HTMLElement && row.dataset['key'] === key) return row;
    }
    return null;
  };

  const settle = useCallback(() => {
    const element = box.current;
    if (!element) return;
    if (anchor.current === null) {
      element.scrollTop = element.scrollHeight;
    } else {
      const row = rowOf(anchor.current.key);
      if (row) element.scrollTop = row.offsetTop + anchor.current.offset;
    }
    lastTop.current = element.scrollTop;
    lastSize.current = sizeOf(element);
  }, []);

  useLayoutEffect(() => {
    let isNew = false;
    for (const row of rows.current?.children ?? []) {
      const key = row instanceof HTMLElement ? row.dataset['key'] : undefined;
      if (key === undefined || !(row instanceof HTMLElement)) continue;
      const height = row.offsetHeight;
      if (height > 0 && heights.current.get(key) !== height) {
        heights.current.set(key, height);
        isNew = true;
      }
    }
    if (heights.current.size > 4 * keys.length + 200) {
      const known = new Set(keys);
      for (const key of heights.current.keys()) if (!known.has(key)) heights.current.delete(key);
    }
    settle();
    // With the true heights fewer or more rows may be needed.
    if (isNew) {
      const again = rowsFor(lastKeys.current.map(heightOf), anchor.current, viewport);
      if (again.first < now.first || again.end > now.end || again.above !== now.above) renew();
    }
  });

  useLayoutEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() => settle());
    observer.observe(element);
    if (rows.current) observer.observe(rows.current);
    return () => observer.disconnect();
  }, [settle]);

  const onScroll = (): void => {
    const element = box.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const isUp = scrollTop < lastTop.current - 1;
    lastTop.current = scrollTop;
    if (scrollHeight - scrollTop - clientHeight < nearEnd) {
      if (anchor.current !== null) {
        anchor.current = null;
        renew();
      }
      return;
    }
    if (anchor.current === null && (!isUp || lastSize.current !== sizeOf(element))) {
      settle(); // not moved by hand: it has grown or shrunk, and the end is followed
      return;
    }
    const before = anchor.current;
    anchor.current = anchorAt(scrollTop);
    const next = rowsFor(lastKeys.current.map(heightOf), anchor.current, clientHeight);
    const { first, end } = shown.current;
    if (before === null || next.first < first || next.end > end) renew();
    if (scrollTop < clientHeight) onTop();
  };

  const anchorAt = (top: number): { key: string; index: number; offset: number } | null => {
    const all = lastKeys.current;
    for (const row of rows.current?.children ?? []) {
      if (!(row instanceof HTMLElement) || row.dataset['key'] === undefined) continue;
      if (row.offsetTop + row.offsetHeight > top) {
        const key = row.dataset['key'];
        // Above everything in the page: the edge stands among rows that are not there.
        if (row.offsetTop > top + estimate && all.indexOf(key) > 0) break;
        return { key, index: all.indexOf(key), offset: top - row.offsetTop };
      }
    }
    let offset = top - (rows.current?.offsetTop ?? 0) + shown.current.above;
    for (let i = 0; i < all.length; ++i) {
      const key = all[i] ?? '';
      const height = heightOf(key);
      if (offset < height) return { key, index: i, offset };
      offset -= height;
    }
    return null;
  };

  const toEnd = useCallback(() => {
    anchor.current = null;
    renew();
  }, []);
  const toRow = useCallback((key: string) => {
    const element = box.current;
    const row = rowOf(key);
    if (!element) return;
    if (row) {
      const top = row.offsetTop;
      const bottom = top + row.offsetHeight;
      if (top < element.scrollTop) element.scrollTop = top - 8;
      else if (bottom > element.scrollTop + element.clientHeight)
        element.scrollTop = bottom - element.clientHeight + 8;
      return;
    }
    const index = lastKeys.current.indexOf(key);
    if (index < 0) return;
    anchor.current = { key, index, offset: -8 };
    renew();
  }, []);

  return { ...now, box, rows, isAtEnd: anchor.current === null, onScroll, toEnd, toRow };
}
