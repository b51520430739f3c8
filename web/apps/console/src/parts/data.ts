/** Questions that several pages ask. */
import { useCallback } from 'react';
import { createApi } from '@rostrum/client';
import { everything, type ivs, type SignedApi } from '@rostrum/client/api';
import { usePoll, type Polled } from '@rostrum/ui';
import { withId } from '../arn';
import { useApi } from '../session/context';

/** What anybody may ask the server. */
export const openApi = createApi();

const more = (nextToken: string | undefined) => (nextToken ? { nextToken } : {});
const page = <T>(items: readonly T[], nextToken: string | undefined) => ({
  items,
  ...more(nextToken),
});

export const allChannels = (api: SignedApi, signal?: AbortSignal): Promise<ivs.ChannelSummary[]> =>
  everything(async (token) => {
    const answer = await api.ivs('ListChannels', more(token), signal);
    return page(answer.channels, answer.nextToken);
  });

export const allStreams = (api: SignedApi, signal?: AbortSignal): Promise<ivs.StreamSummary[]> =>
  everything(async (token) => {
    const answer = await api.ivs('ListStreams', more(token), signal);
    return page(answer.streams, answer.nextToken);
  });

export const allConfigurations = (
  api: SignedApi,
  signal?: AbortSignal,
): Promise<ivs.RecordingConfigurationSummary[]> =>
  everything(async (token) => {
    const answer = await api.ivs('ListRecordingConfigurations', more(token), signal);
    return page(answer.recordingConfigurations, answer.nextToken);
  });

export const allPolicies = (
  api: SignedApi,
  signal?: AbortSignal,
): Promise<ivs.PlaybackRestrictionPolicySummary[]> =>
  everything(async (token) => {
    const input = { maxResults: 100, ...more(token) };
    const answer = await api.ivs('ListPlaybackRestrictionPolicies', input, signal);
    return page(answer.playbackRestrictionPolicies, answer.nextToken);
  });

export interface LiveChannel extends ivs.ChannelSummary {
  readonly stream: ivs.StreamSummary | null;
}

/** Channels with what runs on them, live ones first, most watched first. */
export function joined(
  channels: readonly ivs.ChannelSummary[],
  streams: readonly ivs.StreamSummary[],
): LiveChannel[] {
  const running = new Map(
    streams.filter((s) => s.state === 'LIVE').map((s) => [s.channelArn, s] as const),
  );
  const name = (c: ivs.ChannelSummary) => c.name || c.arn || '';
  return channels
    .map((channel) => ({ ...channel, stream: running.get(channel.arn) ?? null }))
    .sort(
      (a, b) =>
        Number(b.stream !== null) - Number(a.stream !== null) ||
        (b.stream?.viewerCount ?? 0) - (a.stream?.viewerCount ?? 0) ||
        name(a).localeCompare(name(b)),
    );
}

export function useLiveChannels(every = 3000): Polled<LiveChannel[]> {
  const api = useApi();
  return usePoll('channels', every, async (signal) => {
    const [channels, streams] = await Promise.all([
      allChannels(api, signal),
      allStreams(api, signal),
    ]);
    return joined(channels, streams);
  });
}

/** Any channel's ARN tells what all begin with. */
let someArn: Promise<string> | undefined;
async function arnOf(api: SignedApi, id: string): Promise<string> {
  someArn ??= api.ivs('ListChannels', { maxResults: 1 }).then(
    (answer) => {
      const arn = answer.channels[0]?.arn;
      if (arn === undefined) someArn = undefined;
      return arn ?? 'arn:aws:ivs:local:000000000000:channel/none';
    },
    (error: unknown) => {
      someArn = undefined;
      throw error;
    },
  );
  return withId(await someArn, id);
}

export function useChannel(id: string, every = 15_000): Polled<ivs.Channel> {
  const api = useApi();
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const arn = await arnOf(api, id);
      const { channel } = await api.ivs('GetChannel', { arn }, signal);
      return channel ?? {};
    },
    [api, id],
  );
  return usePoll(`channel ${id}`, every, ask);
}
