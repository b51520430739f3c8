/**
 * The platform's own API, for a page that a person is signed in to by cookie. The CSRF token is kept in
 * memory only: `P/session` gives it, everything that changes something carries it. Failures are
 * `PlatformError`s.
 */
import { ApiError } from '../api';

export class PlatformError extends ApiError {
  /** For programs, for example "NameTaken"; "NoAnswer" without an answer, "Broken" for an unreadable one. */
  readonly type: string;
  /** The input that it is about, or empty. */
  readonly field: string;
  /** Seconds until it may be tried again; 0: not said. */
  readonly retryAfter: number;

  constructor(
    status: number,
    type: string,
    message: string,
    more: { readonly field?: string; readonly retryAfter?: number } = {},
  ) {
    super(message, status);
    this.name = 'PlatformError';
    this.type = type;
    this.field = more.field ?? '';
    this.retryAfter = more.retryAfter ?? 0;
  }
}

/** What went wrong, whatever it was. */
export const platformError = (cause: unknown): PlatformError =>
  cause instanceof PlatformError ? cause : new PlatformError(0, 'Broken', String(cause));

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Ask {
  /** What is null, undefined or empty is left out. */
  readonly query?: Query;
  readonly signal?: AbortSignal | undefined;
}

/** A file or picture to send as it is; anything else is sent as JSON. */
export type Body = Blob | object;

export interface PlatformApi {
  /** Asks again once by itself if no answer came. */
  get<T>(path: string, ask?: Ask): Promise<T>;
  /** For what is not JSON: terms, CSV. */
  text(path: string, ask?: Ask): Promise<string>;
  post<T = void>(path: string, body?: Body, ask?: Ask): Promise<T>;
  put<T = void>(path: string, body?: Body, ask?: Ask): Promise<T>;
  patch<T = void>(path: string, body?: Body, ask?: Ask): Promise<T>;
  delete<T = void>(path: string, body?: Body, ask?: Ask): Promise<T>;
  /** Of whoever is signed in, or of this browser; told with every answer that begins a session. */
  setToken(csrfToken: string): void;
  /** The server no longer knows who we are (401), while a page thought it did. */
  onUnauthorized(listener: () => void): () => void;
  /** The address of something of the API, for links and pictures. */
  address(path: string, query?: Query): string;
}

export interface PlatformOptions {
  readonly base?: string;
  readonly fetcher?: typeof fetch;
  /** Waits before a question is asked again; tests do not wait. */
  readonly pause?: (ms: number) => Promise<void>;
}

export const platformRoot = '/api/platform/v1';
const answerWithinMs = 15_000;
const uploadWithinMs = 120_000;
const pauseMs = 400;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function failureOf(response: Response): Promise<PlatformError> {
  const body: unknown = await response.json().catch(() => null);
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return new PlatformError(
    response.status,
    textOf(fields['type']) || typeOf(response.status),
    textOf(fields['message']) || `The server answered ${response.status}.`,
    { field: textOf(fields['field']), retryAfter: seconds > 0 ? seconds : 0 },
  );
}

/** A proxy in between, or a server that is starting, says less than ours. */
function typeOf(status: number): string {
  if (status === 401) return 'SignIn';
  if (status === 404) return 'NotFound';
  if (status === 413) return 'TooLarge';
  if (status === 429) return 'TooMany';
  return status >= 500 ? 'Unavailable' : 'Invalid';
}

export function createPlatform(options: PlatformOptions = {}): PlatformApi {
  const base = options.base ?? '';
  const fetcher = options.fetcher ?? ((...args: Parameters<typeof fetch>) => fetch(...args));
  const pause = options.pause ?? sleep;
  const listeners = new Set<() => void>();
  let token = '';

  const address = (path: string, query?: Query): string => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
    }
    const text = search.toString();
    return `${base}${platformRoot}${path}${text ? `?${text}` : ''}`;
  };

  async function once(method: string, path: string, body: Body | undefined, ask: Ask) {
    const isFile = body instanceof Blob;
    const limit = AbortSignal.timeout(isFile ? uploadWithinMs : answerWithinMs);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (method !== 'GET' && token !== '') headers['x-csrf-token'] = token;
    if (body !== undefined)
      headers['content-type'] = isFile
        ? body.type || 'application/octet-stream'
        : 'application/json';
    try {
      return await fetcher(address(path, ask.query), {
        method,
        headers,
        signal: ask.signal ? AbortSignal.any([ask.signal, limit]) : limit,
        credentials: 'same-origin',
        ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
      });
    } catch (cause) {
      if (ask.signal?.aborted) throw cause;
      throw new PlatformError(0, 'NoAnswer', 'The server did not answer.');
    }
  }

  /** The token may have changed in another tab: then there is a new one, and nothing happened yet. */
  async function renewToken(): Promise<boolean> {
    const response = await once('GET', '/session', undefined, {});
    if (!response.ok) return false;
    const answer = (await response.json().catch(() => null)) as { csrfToken?: unknown } | null;
    const fresh = textOf(answer?.csrfToken);
    if (fresh === '' || fresh === token) return false;
    token = fresh;
    return true;
  }

  async function send(method: string, path: string, body: Body | undefined, ask: Ask) {
    let response: Response;
    try {
      response = await once(method, path, body, ask);
    } catch (cause) {
      const isLost = cause instanceof PlatformError && method === 'GET';
      if (!isLost || navigator.onLine === false) throw cause;
      await pause(pauseMs);
      if (ask.signal?.aborted) throw cause;
      response = await once(method, path, body, ask);
    }
    if (response.ok) return response;
    let failure = await failureOf(response);
    if (failure.status === 403 && failure.type === 'Csrf' && (await renewToken())) {
      response = await once(method, path, body, ask);
      if (response.ok) return response;
      failure = await failureOf(response);
    }
    if (failure.status === 401) for (const listener of listeners) listener();
    throw failure;
  }

  async function call<T>(method: string, path: string, body?: Body, ask: Ask = {}): Promise<T> {
    const response = await send(method, path, body, ask);
    if (response.status === 204) return undefined as T;
    try {
      const text = await response.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    } catch (cause) {
      if (ask.signal?.aborted) throw cause;
      throw new PlatformError(response.status, 'Broken', 'The answer could not be read.');
    }
  }

  return {
    get: (path, ask) => call('GET', path, undefined, ask),
    text: async (path, ask = {}) => (await send('GET', path, undefined, ask)).text(),
    post: (path, body, ask) => call('POST', path, body, ask),
    put: (path, body, ask) => call('PUT', path, body, ask),
    patch: (path, body, ask) => call('PATCH', path, body, ask),
    delete: (path, body, ask) => call('DELETE', path, body, ask),
    setToken: (csrfToken) => {
      token = csrfToken;
    },
    onUnauthorized: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    address,
  };
}

/** A path with names of people or ids in it. */
export function pathOf(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce(
    (path, part, i) =>
      path + part + (i < values.length ? encodeURIComponent(values[i] as string) : ''),
    '',
  );
}
