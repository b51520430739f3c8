/** Private channels are watched with the token that the page's own address carries. */
export function sourceOf(playbackUrl: string, search: string): string {
  const token = new URLSearchParams(search).get('token');
  return token ? `${playbackUrl}?token=${encodeURIComponent(token)}` : playbackUrl;
}
