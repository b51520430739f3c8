/** Sessions of a channel as a list: newest first, in groups of days. */
import type { StreamSessionSummary } from '../api/model/ivs';

export type SessionGroup = 'today' | 'week' | 'month' | 'earlier';

export interface SessionRow {
  readonly streamId: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number | null;
  readonly hasError: boolean;
}

export function sessionRow(from: StreamSessionSummary): SessionRow | null {
  const start = Date.parse(from.startTime ?? '');
  const end = Date.parse(from.endTime ?? '');
  if (!from.streamId || Number.isNaN(start)) return null;
  return {
    streamId: from.streamId,
    start,
    end: Number.isNaN(end) ? null : end,
    hasError: from.hasErrorEvent === true,
  };
}

/** What was known and what the newest page says, each session once, newest first. */
export function mergeSessions(
  known: readonly SessionRow[],
  newest: readonly SessionRow[],
): SessionRow[] {
  const all = new Map(known.map((row) => [row.streamId, row]));
  for (const row of newest) all.set(row.streamId, row);
  return [...all.values()].sort((a, b) => b.start - a.start);
}

/** By calendar days where the reader is. */
export function groupOf(start: number, now: number): SessionGroup {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  if (start >= midnight.getTime()) return 'today';
  const days = (n: number) => {
    const day = new Date(midnight);
    day.setDate(day.getDate() - n);
    return day.getTime();
  };
  if (start >= days(7)) return 'week';
  return start >= days(30) ? 'month' : 'earlier';
}

export function groupSessions(
  rows: readonly SessionRow[],
  now: number,
): { readonly group: SessionGroup; readonly rows: readonly SessionRow[] }[] {
  const groups: { group: SessionGroup; rows: SessionRow[] }[] = [];
  for (const row of rows) {
    const group = groupOf(row.start, now);
    const last = groups.at(-1);
    if (last?.group === group) last.rows.push(row);
    else groups.push({ group, rows: [row] });
  }
  return groups;
}

/** Its neighbours in time. */
export function neighbours(
  rows: readonly SessionRow[],
  streamId: string,
): { readonly older: SessionRow | null; readonly newer: SessionRow | null } {
  const at = rows.findIndex((row) => row.streamId === streamId);
  if (at < 0) return { older: null, newer: null };
  return { older: rows[at + 1] ?? null, newer: rows[at - 1] ?? null };
}
