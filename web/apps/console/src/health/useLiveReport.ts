import type { ApiError } from '@rostrum/client';
import { ApiFailure, type rostrum, type SignedApi } from '@rostrum/client/api';
import { usePoll } from '@rostrum/ui';
import { useApi } from '../session/context';

export interface LiveReport {
  /** Whether the server has said anything yet. */
  readonly known: boolean;
  readonly value: rostrum.StreamHealthReport | null;
  readonly error: ApiError | null;
  readonly again: () => void;
}

type Report = rostrum.StreamHealthReport;

/** As much of it as keys learn that may only use the service's own operations. */
async function plainReport(
  api: SignedApi,
  channelArn: string,
  streamId: string | null,
  signal: AbortSignal,
): Promise<Report> {
  const offline = { channelArn, streamId: streamId ?? '', state: 'OFFLINE' as const };
  try {
    const { stream } = await api.ivs('GetStream', { channelArn }, signal);
    if (!stream || stream.state !== 'LIVE' || (streamId && stream.streamId !== streamId))
      return offline;
    const { health, startTime, viewerCount } = stream;
    return {
      channelArn,
      streamId: stream.streamId ?? '',
      state: 'LIVE',
      ...(health ? { health } : {}),
      ...(startTime ? { startTime } : {}),
      ...(viewerCount === undefined ? {} : { viewerCount }),
    };
  } catch (error) {
    if (error instanceof ApiFailure && error.code === 'ChannelNotBroadcasting') return offline;
    throw error;
  }
}

const isClosed = (error: unknown): boolean =>
  error instanceof ApiFailure && (error.kind === 'not-allowed' || error.kind === 'not-there-yet');

/** How a channel's broadcast, or one of its sessions, is now. */
export function useLiveReport(
  channelArn: string,
  streamId: string | null,
  every: number,
): LiveReport {
  const api = useApi();
  const polled = usePoll(`report ${channelArn} ${streamId}`, every, async (signal) => {
    const input = streamId ? { channelArn, streamId } : { channelArn };
    try {
      const { health } = await api.rostrum('GetStreamHealth', input, signal);
      return health ?? null;
    } catch (error) {
      if (!isClosed(error)) throw error;
      return plainReport(api, channelArn, streamId, signal);
    }
  });
  return {
    known: polled.value !== null,
    value: polled.value,
    error: polled.error,
    again: polled.again,
  };
}
