/**
 * The API for whoever has an access key: every request is signed here, in the browser, and goes to the
 * server that the page came from. Failures are `ApiFailure`s.
 */
import { hashing, type Hashing } from './hashing';
import { ApiFailure, failureOf } from './failure';
import { readEvents, type ServerEvent } from './events';
import { sign, type Signer } from './sigv4';
import type { Operations as Ivs } from './model/ivs';
import type { Operations as Rostrum } from './model/rostrum';

export interface SignedApi {
  ivs<K extends keyof Ivs>(name: K, input: Ivs[K][0], signal?: AbortSignal): Promise<Ivs[K][1]>;
  rostrum<K extends keyof Rostrum>(
    name: K,
    input: Rostrum[K][0],
    signal?: AbortSignal,
  ): Promise<Rostrum[K][1]>;
  /** What happens from now on, or behind `after`, until `signal` ends it or the connection breaks. */
  events(after: string | null, signal: AbortSignal): AsyncGenerator<ServerEvent>;
  /** The server's time less ours, in milliseconds, as the answers told. */
  clockOffset(): number;
}

export interface SignedApiOptions {
  readonly signer: Signer;
  readonly region: string;
  /** Where the page is: scheme, host, port. */
  readonly origin?: string;
  readonly fetcher?: typeof fetch;
  readonly hashing?: () => Promise<Hashing>;
  readonly now?: () => number;
}

const answerWithinMs = 10_000;
/** `Date` has whole seconds and travelled: less than this is no difference. */
const unsureMs = 2000;

export function createSignedApi(options: SignedApiOptions): SignedApi {
  const origin = options.origin ?? location.origin;
  const fetcher = options.fetcher ?? ((...args: Parameters<typeof fetch>) => fetch(...args));
  const now = options.now ?? Date.now;
  const { host } = new URL(origin);
  let offset = 0;

  async function send(
    service: string,
    method: string,
    target: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
    caller: AbortSignal | undefined,
  ): Promise<Response> {
    const signed = await sign(
      await (options.hashing ?? hashing)(),
      options.signer,
      { method, host, target, headers, body },
      { region: options.region, service },
      new Date(now()),
    );
    let response: Response;
    try {
      response = await fetcher(`${origin}${target}`, {
        method,
        headers: { ...headers, ...signed },
        ...(method === 'POST' ? { body } : {}),
        signal,
        cache: 'no-store',
        credentials: 'omit',
      });
    } catch (cause) {
      if (caller?.aborted) throw cause;
      throw new ApiFailure('no-answer', 'The server did not answer.');
    }
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) {
      const difference = date + 500 - now();
      offset = Math.abs(difference) < unsureMs ? 0 : difference;
    }
    if (!response.ok) throw failureOf(response, await response.json().catch(() => null));
    return response;
  }

  async function call(
    service: string,
    name: string,
    input: unknown,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const limit = AbortSignal.timeout(answerWithinMs);
    const either = signal ? AbortSignal.any([signal, limit]) : limit;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(input);
    const answer = await send(service, 'POST', `/${name}`, headers, body, either, signal);
    if (answer.status === 204) return {};
    let value: unknown;
    try {
      value = JSON.parse((await answer.text()) || '{}');
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ApiFailure('broken', 'The server sent an answer that could not be read.');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ApiFailure('broken', 'The server sent an answer that could not be read.');
    }
    return value;
  }

  return {
    ivs: (name, input, signal) => call('ivs', name, input, signal) as never,
    rostrum: (name, input, signal) => call('rostrum', name, input, signal) as never,
    async *events(after, signal) {
      const target = `/api/rostrum/v1/events${after === null ? '' : `?after=${encodeURIComponent(after)}`}`;
      const answer = await send('rostrum', 'GET', target, {}, '', signal, signal);
      if (answer.body) yield* readEvents(answer.body, signal);
    },
    clockOffset: () => offset,
  };
}

/** All items of an operation that answers in pages, at most `most` of them. */
export async function everything<T>(
  page: (nextToken: string | undefined) => Promise<{ items: readonly T[]; nextToken?: string }>,
  most = 5000,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const answer = await page(token);
    all.push(...answer.items);
    token = answer.nextToken || undefined;
  } while (token !== undefined && all.length < most);
  return all;
}
