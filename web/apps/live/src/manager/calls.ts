/** What the stream manager asks. */
import type { Page } from '@rostrum/client/channels';
import { createChannelHealth, createOverlays, createProducts } from '@rostrum/client/studio';
import { PlatformError, type OwnChannel } from '@rostrum/client/platform';
import type { HealthSource } from '@rostrum/ui/health';
import { platform } from '../shell/platform';

export const overlays = createOverlays(platform);
export const products = createProducts(platform);
export const health = createChannelHealth(platform);

export const sourceOf = (channelArn: string): HealthSource => ({
  channelArn,
  ...health,
  clockOffset: () => 0,
});

/** One's own channel, which the first visit makes. */
export async function ownChannel(signal?: AbortSignal): Promise<OwnChannel> {
  try {
    return await platform.get<OwnChannel>('/me/channel', { signal });
  } catch (error) {
    if (!(error instanceof PlatformError) || error.status !== 404) throw error;
    return platform.post<OwnChannel>('/me/channel', {}, { signal });
  }
}

export const changeChannel = (change: Partial<Pick<OwnChannel, 'title' | 'category'>>) =>
  platform.patch<OwnChannel>('/me/channel', change);
export const stopStream = () => platform.post('/me/channel/stop');
export const streamKey = async (signal?: AbortSignal): Promise<string> =>
  (await platform.get<{ streamKey: string }>('/me/channel/key', { signal })).streamKey;
export const newStreamKey = async (): Promise<string> =>
  (await platform.post<{ streamKey: string }>('/me/channel/key/reset')).streamKey;

export const reportStates = ['open', 'resolved', 'dismissed'] as const;
export type ReportState = (typeof reportStates)[number];

/** What was reported in a channel, as its moderators see it. */
export interface ChannelReport {
  readonly id: string;
  /** Absent: about the channel. */
  readonly person?: string;
  /** Only for those who look after the whole platform. */
  readonly by?: string;
  readonly reason: string;
  readonly details?: string;
  /** What was said; empty: about no message, or it was deleted before. */
  readonly text?: string;
  readonly messageId?: string;
  readonly at: string;
  readonly state: ReportState;
}
const reportsOf = (name: string) => `/channels/${encodeURIComponent(name)}/reports`;
export const reports = async (
  name: string,
  state: ReportState,
  after: string | null,
  signal: AbortSignal,
): Promise<Page<ChannelReport>> => {
  const query = { state, after };
  const answer = await platform.get<{ reports?: readonly ChannelReport[]; next?: string }>(
    reportsOf(name),
    { query, signal },
  );
  return { list: answer.reports ?? [], next: answer.next ?? null };
};
export const settleReport = (name: string, id: string, state: ReportState) =>
  platform.patch<ChannelReport>(`${reportsOf(name)}/${encodeURIComponent(id)}`, { state });
