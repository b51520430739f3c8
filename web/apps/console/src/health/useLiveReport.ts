import type { ApiError } from '@rostrum/client';
import type { rostrum } from '@rostrum/client/api';
import { usePoll } from '@rostrum/ui';
import { useApi } from '../session/context';

export interface LiveReport {
  /** Whether the server has said anything yet. */
  readonly known: boolean;
  readonly value: rostrum.StreamHealthReport | null;
  readonly error: ApiError | null;
  readonly again: () => void;
}

/** How a channel's broadcast, or one of its sessions, is now. */
export function useLiveReport(
  channelArn: string,
  streamId: string | null,
  every: number,
): LiveReport {
  const api = useApi();
  const polled = usePoll(`report ${channelArn} ${streamId}`, every, async (signal) => {
    const input = streamId ? { channelArn, streamId } : { channelArn };
    const { health } = await api.rostrum('GetStreamHealth', input, signal);
    return health ?? null;
  });
  return {
    known: polled.value !== null,
    value: polled.value,
    error: polled.error,
    again: polled.again,
  };
}
