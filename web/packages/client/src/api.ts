/** The server's read-only page API. Every failure is an `ApiError` that says whether asking again can help. */
import { parseChannel, parseChannels, parseRecordings, parseServer } from './parse';
import type { Channel, Recordings, ServerInfo } from './types';

export class ApiError extends Error {
  /** HTTP status, or 0 when no answer came. */
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
  get notFound(): boolean {
    return this.status === 404 || this.status === 410;
  }
}

export interface Api {
  channels(signal?: AbortSignal): Promise<Channel[]>;
  channel(id: string, signal?: AbortSignal): Promise<Channel>;
  /** What can be watched again of a channel, at most 20; `before` the oldest that is known. */
  recordings(id: string, before?: string, signal?: AbortSignal): Promise<Recordings>;
  server(signal?: AbortSignal): Promise<ServerInfo>;
}

const answerWithinMs = 8000;

export function createApi(base = '', fetcher: typeof fetch = (...args) => fetch(...args)): Api {
  async function get<T>(
    path: string,
    parse: (value: unknown) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    const limit = AbortSignal.timeout(answerWithinMs);
    const either = signal ? AbortSignal.any([signal, limit]) : limit;
    let response: Response;
    try {
      response = await fetcher(`${base}/api/rostrum/v1${path}`, {
        headers: { accept: 'application/json' },
        signal: either,
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ApiError('The server did not answer.', 0);
    }
    if (!response.ok)
      throw new ApiError(`The server answered ${response.status}.`, response.status);
    try {
      return parse(await response.json());
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ApiError('The server sent an answer that could not be read.', response.status);
    }
  }
  return {
    channels: (signal) => get('/channels', parseChannels, signal),
    channel: (id, signal) => get(`/channels/${encodeURIComponent(id)}`, parseChannel, signal),
    recordings: (id, before, signal) =>
      get(
        `/channels/${encodeURIComponent(id)}/recordings${before ? `?before=${encodeURIComponent(before)}` : ''}`,
        parseRecordings,
        signal,
      ),
    server: (signal) => get('/server', parseServer, signal),
  };
}
