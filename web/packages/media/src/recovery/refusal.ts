/** Why a server refuses to play: what the body of its answer says, and what that means for a viewer. */

/**
 * `refused`: the token in the address is missing, wrong or too old. `restricted`: whatever the token,
 * this viewer may not watch (country, page, revoked access, a full house).
 */
export type Refusal = 'refused' | 'restricted';

const longestBody = 4096;

/** `error_code` of a body of the form [{url, error, error_code, type}]; empty if it is another. */
export function errorCode(body: string): string {
  if (body.length > longestBody) return '';
  try {
    const parsed: unknown = JSON.parse(body);
    const first: unknown = Array.isArray(parsed) ? parsed[0] : null;
    if (typeof first !== 'object' || first === null || !('error_code' in first)) return '';
    return typeof first.error_code === 'string' ? first.error_code : '';
  } catch {
    return '';
  }
}

/** Null for a status that refuses nobody. */
export function refusalOf(status: number, code: string): Refusal | null {
  if (status !== 401 && status !== 403) return null;
  return code === 'playback_auth_error' || code === 'resolution_not_allowed'
    ? 'restricted'
    : 'refused';
}

/**
 * The address to look at without using a token up. A token that is good only once must be kept for
 * playing; without it a live channel answers with a refusal, and one that is not live as always.
 */
export function lookingAddress(src: string): { readonly url: string; readonly bare: boolean } {
  let url: URL;
  try {
    url = new URL(src, location.href);
  } catch {
    return { url: src, bare: false };
  }
  const token = url.searchParams.get('token');
  if (token === null || !isSingleUse(token)) return { url: src, bare: false };
  url.searchParams.delete('token');
  return { url: url.href, bare: true };
}

function isSingleUse(token: string): boolean {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(payload));
    return typeof claims === 'object' && claims !== null && 'aws:single-use-uuid' in claims;
  } catch {
    return false;
  }
}
