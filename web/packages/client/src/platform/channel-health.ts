/** How one's own broadcasts went: the service's operations, asked about one's own channel. */
import type { ivs, rostrum } from '../api/index';
import type { PlatformApi } from './http';

const pageSize = 50;

export function createChannelHealth(api: PlatformApi) {
  const ask = <T>(operation: string, input: object, signal?: AbortSignal): Promise<T> =>
    api.post<T>(`/me/channel/operations/${operation}`, input, { signal });
  return {
    sessions: (nextToken: string | undefined, signal?: AbortSignal) =>
      ask<ivs.ListStreamSessionsOutput>(
        'ListStreamSessions',
        { maxResults: pageSize, ...(nextToken ? { nextToken } : {}) },
        signal,
      ),
    session: async (streamId: string, signal?: AbortSignal): Promise<ivs.StreamSession> =>
      (await ask<ivs.GetStreamSessionOutput>('GetStreamSession', { streamId }, signal))
        .streamSession ?? {},
    report: async (
      streamId: string | null,
      signal?: AbortSignal,
    ): Promise<rostrum.StreamHealthReport | null> =>
      (
        await ask<rostrum.GetStreamHealthOutput>(
          'GetStreamHealth',
          streamId ? { streamId } : {},
          signal,
        )
      ).health ?? null,
    metrics: (
      input: { readonly streamId: string; readonly startTime?: string },
      signal?: AbortSignal,
    ) => ask<rostrum.GetStreamMetricsOutput>('GetStreamMetrics', input, signal),
  };
}

export type ChannelHealth = ReturnType<typeof createChannelHealth>;
