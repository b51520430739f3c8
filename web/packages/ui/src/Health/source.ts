/** Where the health pages have their facts from, and where they stand; each app brings its own. */
import { createContext, use } from 'react';
import type { ApiError } from '@rostrum/client';
import type { ivs, rostrum } from '@rostrum/client/api';

/** What is asked about one channel. */
export interface HealthSource {
  /** Tells channels apart. */
  readonly channelArn: string;
  sessions(
    nextToken: string | undefined,
    signal?: AbortSignal,
  ): Promise<ivs.ListStreamSessionsOutput>;
  session(streamId: string, signal: AbortSignal): Promise<ivs.StreamSession>;
  /** Of a session, or of what runs now. */
  report(streamId: string | null, signal: AbortSignal): Promise<rostrum.StreamHealthReport | null>;
  metrics(
    input: { readonly streamId: string; readonly startTime?: string },
    signal: AbortSignal,
  ): Promise<rostrum.GetStreamMetricsOutput>;
  /** The server's time less ours, in milliseconds. */
  clockOffset(): number;
}

export interface HealthPlace {
  readonly source: HealthSource;
  readonly channelType?: ivs.Channel['type'] | undefined;
  /** The page of a session. */
  readonly hrefOf: (streamId: string) => string;
  readonly goLive: string;
  /** Why something could not be had, in a sentence. */
  readonly failure: (error: ApiError) => string;
}

const Context = createContext<HealthPlace | null>(null);

export const HealthProvider = Context;

export function useHealthPlace(): HealthPlace {
  const place = use(Context);
  if (!place) throw new Error('health outside of its place');
  return place;
}
