import { useEffect, useRef, useState } from 'react';
import type { ApiError } from '@rostrum/client';
import type { rostrum } from '@rostrum/client/api';
import { usePoll } from '@rostrum/ui';
import { useApi } from '../session/context';

export type Level = rostrum.LogLine['level'];

const mostKept = 2000;
const atOnce = 500;

/** What is known and what came behind it, at most `mostKept`. */
export function withLines(
  known: readonly rostrum.LogLine[],
  more: readonly rostrum.LogLine[],
): readonly rostrum.LogLine[] {
  const last = known.at(-1)?.sequence ?? -1;
  const newer = more.filter((line) => line.sequence > last);
  return newer.length === 0 ? known : [...known, ...newer].slice(-mostKept);
}

/** The server's log from a level up, oldest first; renewed each second while somebody looks. */
export function useLog(level: Level): {
  readonly lines: readonly rostrum.LogLine[] | null;
  readonly error: ApiError | null;
  readonly again: () => void;
} {
  const api = useApi();
  const after = useRef<number | null>(null);
  const [lines, setLines] = useState<readonly rostrum.LogLine[] | null>(null);
  useEffect(() => {
    after.current = null;
    setLines(null);
  }, [level]);
  const polled = usePoll(`log ${level}`, 1000, async (signal) => {
    const from = after.current;
    const input = { level, maxResults: atOnce, ...(from === null ? {} : { after: from }) };
    const answer = await api.rostrum('ListLogLines', input, signal);
    return { answer, from };
  });
  const { value } = polled;
  useEffect(() => {
    if (!value) return;
    const { answer, from } = value;
    const last = answer.last ?? answer.lines.at(-1)?.sequence ?? from;
    // A server that was started again counts from the beginning.
    const isNew = from !== null && last !== null && last < from;
    after.current = isNew ? null : last;
    setLines((known) => withLines(isNew || from === null ? [] : (known ?? []), answer.lines));
  }, [value]);
  return { lines, error: polled.error, again: polled.again };
}
