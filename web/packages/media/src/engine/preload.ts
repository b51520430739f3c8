/** Fetches the engine's code early, beside the player's, so that opening a channel waits for neither. */
export function preloadEngine(): void {
  const sources = globalThis as { ManagedMediaSource?: unknown; MediaSource?: unknown };
  if (!sources.ManagedMediaSource && !sources.MediaSource) return; // the browser plays by itself
  // What cannot be fetched is said when it is needed.
  import('./hls-engine').catch(() => undefined);
  import('hls.js/light').catch(() => undefined);
}
