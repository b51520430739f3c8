/** What a connection needs of the machine it runs on; each may be replaced, and all of it works in Node. */
import type { ChatSocket, OpenSocket } from './link';

export interface Network {
  isOnline(): boolean;
  /** Calls when that changes; gives a way to stop. */
  watch(changed: () => void): () => void;
}

/** Runs something soon, together with what else changes until then. */
export type Schedule = (run: () => void) => void;

export const openSocket: OpenSocket = (url, protocol) =>
  new WebSocket(url, protocol) as unknown as ChatSocket;

export const network: Network = {
  isOnline: () => typeof navigator === 'undefined' || navigator.onLine !== false,
  watch(changed) {
    if (typeof globalThis.addEventListener !== 'function') return () => undefined;
    globalThis.addEventListener('online', changed);
    globalThis.addEventListener('offline', changed);
    return () => {
      globalThis.removeEventListener('online', changed);
      globalThis.removeEventListener('offline', changed);
    };
  },
};

const hiddenEvery = 500;
const frameMs = 16;

/** With the next picture of the screen; a page that nobody sees has none, and is in no hurry. */
export const schedule: Schedule = (run) => {
  if (typeof requestAnimationFrame !== 'function' || typeof document === 'undefined') {
    setTimeout(run, frameMs);
  } else if (document.visibilityState === 'visible') {
    requestAnimationFrame(run);
  } else {
    setTimeout(run, hiddenEvery);
  }
};

const firstPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * The pause before attempt number `attempt` (1, 2, …): it doubles, and the rooms of a server that was started
 * again do not come back in the same moment.
 */
export function backOff(attempt: number, random: number): number {
  const most = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt - 1, 10));
  return most * (0.5 + random);
}
