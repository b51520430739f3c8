/** Looks at the playlists of a channel without playing them: is there a broadcast? */
import type { Finding } from './recovery';
import { errorCode, lookingAddress, refusalOf } from './refusal';

const answerWithinMs = 8000;
const longestPlaylist = 1 << 20;

async function text(
  url: string,
  fetcher: typeof fetch,
  signal: AbortSignal,
): Promise<[number, string, string]> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
  const response = await fetcher(url, { cache: 'no-store', signal: either });
  const refused = refusalOf(response.status, '') !== null;
  const body = response.ok || refused ? await response.text() : '';
  return [response.status, body.slice(0, longestPlaylist), response.url || url];
}

function judge(status: number, body: string): Finding | null {
  const refusal = refusalOf(status, errorCode(body));
  if (refusal) return refusal;
  if (status === 400 || status === 404 || status === 410) return 'missing';
  if (status < 200 || status > 299) return 'unreachable';
  return null;
}

/** The first media playlist that a multivariant playlist names; null for a media playlist. */
export function firstVariant(playlist: string): string | null {
  const lines = playlist.split(/\r?\n/);
  const at = lines.findIndex((line) => line.startsWith('#EXT-X-STREAM-INF'));
  if (at < 0) return null;
  return lines.slice(at + 1).find((line) => line !== '' && !line.startsWith('#')) ?? null;
}

const playable = (playlist: string): Finding => {
  if (!playlist.startsWith('#EXTM3U')) return 'unreachable';
  const whole = /^#EXT-X-PLAYLIST-TYPE:VOD/m.test(playlist);
  return /^#EXT-X-ENDLIST/m.test(playlist) && !whole ? 'ended' : 'live';
};

export async function probe(
  src: string,
  signal: AbortSignal,
  fetcher: typeof fetch = (...a) => fetch(...a),
): Promise<Finding> {
  try {
    const { url, bare } = lookingAddress(src);
    const [status, first, base] = await text(url, fetcher, signal);
    const bad = judge(status, first);
    if (bad === 'refused' && bare) return 'live';
    if (bad) return bad;
    const variant = firstVariant(first);
    if (variant === null) return playable(first);
    const [childStatus, child] = await text(
      new URL(variant, new URL(base, location.href)).href,
      fetcher,
      signal,
    );
    return judge(childStatus, child) ?? playable(child);
  } catch {
    return 'unreachable';
  }
}
