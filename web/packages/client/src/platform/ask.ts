/** What the calls of the platform need: a request under /api/platform/v1 and its answer, read as JSON. */
export type Ask = (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  options?: { readonly body?: unknown; readonly signal?: AbortSignal | undefined },
) => Promise<unknown>;

/** A name in a path. */
export const segment = (name: string): string => encodeURIComponent(name);
