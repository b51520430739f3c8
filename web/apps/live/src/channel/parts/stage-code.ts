/**
 * The code that reads and draws what stands on the picture. It comes after the picture has begun to move: in
 * time for the first overlay, which belongs to a frame and cannot wait for it, and without delaying the page.
 */
import { useEffect, useSyncExternalStore } from 'react';

export interface StageCode {
  readonly cards: typeof import('./StageCards');
  readonly codec: typeof import('@rostrum/client/overlays');
}

let here: StageCode | null = null;
let coming: Promise<StageCode> | null = null;
const waiting = new Set<() => void>();

export const stageCode = (): StageCode | null => here;

/** Rejects where it cannot be fetched; asked again it tries again. */
export function fetchStageCode(): Promise<StageCode> {
  coming ??= Promise.all([import('./StageCards'), import('@rostrum/client/overlays')]).then(
    ([cards, codec]) => {
      here = { cards, codec };
      for (const tell of waiting) tell();
      return here;
    },
    (error: unknown) => {
      coming = null;
      throw error;
    },
  );
  return coming;
}

const subscribe = (changed: () => void) => {
  waiting.add(changed);
  return () => waiting.delete(changed);
};

/** Null until it is here: no Suspense, which shows late what had to be waited for. */
export function useStageCode(): StageCode | null {
  const code = useSyncExternalStore(subscribe, stageCode);
  useEffect(() => {
    if (!code) fetchStageCode().catch(() => undefined); // the next overlay asks again
  }, [code]);
  return code;
}
