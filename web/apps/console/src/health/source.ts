/** What the health pages ask, with an access key. */
import { useMemo } from 'react';
import { ApiFailure, type rostrum, type SignedApi } from '@rostrum/client/api';
import { useReport, type HealthSource, type LiveReport } from '@rostrum/ui/health';
import { useApi } from '../session/context';

type Report = rostrum.StreamHealthReport;
const pageSize = 50;

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

const sourceOf = (api: SignedApi, channelArn: string): HealthSource => ({
  channelArn,
  sessions: (nextToken, signal) =>
    api.ivs(
      'ListStreamSessions',
      { channelArn, maxResults: pageSize, ...(nextToken ? { nextToken } : {}) },
      signal,
    ),
  session: async (streamId, signal) =>
    (await api.ivs('GetStreamSession', { channelArn, streamId }, signal)).streamSession ?? {},
  report: async (streamId, signal) => {
    const input = streamId ? { channelArn, streamId } : { channelArn };
    try {
      const { health } = await api.rostrum('GetStreamHealth', input, signal);
      return health ?? null;
    } catch (error) {
      if (!isClosed(error)) throw error;
      return plainReport(api, channelArn, streamId, signal);
    }
  },
  metrics: (input, signal) => api.rostrum('GetStreamMetrics', { channelArn, ...input }, signal),
  clockOffset: () => api.clockOffset(),
});

export function useHealthSource(channelArn: string): HealthSource {
  const api = useApi();
  return useMemo(() => sourceOf(api, channelArn), [api, channelArn]);
}

/** How a channel's broadcast is now. */
export const useLiveReport = (channelArn: string, every: number): LiveReport =>
  useReport(useHealthSource(channelArn), null, every);
