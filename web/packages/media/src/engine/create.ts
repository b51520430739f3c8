/**
 * Chooses and loads the engine. The light build of hls.js has no captions; its full build is fetched only by
 * those who turn captions on (119 against 188 kB, compressed).
 */
import type { CreateEngine } from './engine';

export const createEngine: CreateEngine = async (video, events, choice) => {
  const sources = globalThis as { ManagedMediaSource?: unknown; MediaSource?: unknown };
  if (!sources.ManagedMediaSource && !sources.MediaSource) {
    const { NativeEngine } = await import('./native-engine');
    return new NativeEngine(video, events);
  }
  const [{ HlsEngine }, library] = await Promise.all([
    import('./hls-engine'),
    choice.captions ? import('hls.js') : import('hls.js/light'),
  ]);
  return new HlsEngine(library, video, events, choice.shifted);
};
