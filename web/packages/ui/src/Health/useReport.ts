import type { ApiError } from '@rostrum/client';
import type { rostrum } from '@rostrum/client/api';
import { usePoll } from '../hooks/usePoll';
import type { HealthSource } from './source';

export interface LiveReport {
  /** Whether the server has said anything yet. */
  readonly known: boolean;
  readonly value: rostrum.StreamHealthReport | null;
  readonly error: ApiError | null;
  readonly again: () => void;
}

/** How a channel's broadcast, or one of its sessions, is now. */
export function useReport(
  source: HealthSource,
  streamId: string | null,
  every: number,
): LiveReport {
  const polled = usePoll(`report ${source.channelArn} ${streamId}`, every, (signal) =>
    source.report(streamId, signal),
  );
  return {
    known: polled.value !== null,
    value: polled.value,
    error: polled.error,
    again: polled.again,
  };
}
