/** Signing in: the key proves itself by asking for the access keys, among which it finds its own rights. */
import { ApiFailure } from './failure';
import { createSignedApi, type SignedApiOptions } from './client';
import type { Session } from './session';
import type { Signer } from './sigv4';

const usualRegion = 'local';
const mostPages = 10; // all keys that there can be

type Surroundings = Omit<SignedApiOptions, 'signer' | 'region'>;

async function rightsOf(
  signer: Signer,
  region: string,
  surroundings: Surroundings,
  signal?: AbortSignal,
): Promise<Session> {
  const api = createSignedApi({ ...surroundings, signer, region });
  let nextToken: string | undefined;
  try {
    for (let page = 0; page < mostPages; page += 1) {
      const answer = await api.rostrum('ListAccessKeys', nextToken ? { nextToken } : {}, signal);
      const own = answer.accessKeys.find((key) => key.accessKeyId === signer.accessKeyId);
      if (own) return { signer, region, access: own.access ?? 'FULL', keyName: own.name ?? '' };
      nextToken = answer.nextToken || undefined;
      if (nextToken === undefined) break;
    }
  } catch (error) {
    // The key is good, but not for this question: it is bound to a service or a resource.
    if (!(error instanceof ApiFailure && error.kind === 'not-allowed')) throw error;
  }
  return { signer, region, access: 'UNKNOWN', keyName: '' };
}

export async function signIn(
  signer: Signer,
  surroundings: Surroundings = {},
  signal?: AbortSignal,
): Promise<Session> {
  try {
    return await rightsOf(signer, usualRegion, surroundings, signal);
  } catch (error) {
    // A server that insists on a region names it.
    const region =
      error instanceof ApiFailure
        ? /scoped to the region '([a-z0-9-]{1,64})'/.exec(error.message)?.[1]
        : undefined;
    if (region === undefined) throw error;
    return rightsOf(signer, region, surroundings, signal);
  }
}
