import { useCallback, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Overlay } from '@rostrum/client/overlays';
import type { RostrumPlayer } from '@rostrum/media';
import { fetchStageCode, stageCode, type StageCode } from './stage-code';

export interface OnStage {
  readonly overlay: Overlay;
  /** Another one each time something is shown, also the same again. */
  readonly round: number;
  /** By this computer's clock; null: until it is taken away. */
  readonly endsAt: number | null;
}

export const endOf = (overlay: Overlay, now: number): number | null =>
  'duration' in overlay.data ? now + overlay.data.duration * 1000 : null;

/**
 * What stands on the picture, told by the stream itself at the picture's time. Who comes later sees it if the
 * cue that began it is still ahead of them; nothing is guessed.
 */
export function useStage(
  player: RostrumPlayer | null,
  isLive: boolean,
): readonly [OnStage | null, () => void] {
  const [shown, setShown] = useState<OnStage | null>(null);
  const rounds = useRef(0);
  const clear = useCallback(() => setShown(null), []);
  useEffect(() => {
    if (!isLive) clear();
  }, [isLive, clear]);
  useEffect(() => {
    if (!player || !isLive) return;
    let isGone = false;
    const told = (event: Event) => {
      const { text } = (event as CustomEvent<{ readonly text: string }>).detail;
      const now = Date.now();
      const show = ({ codec }: StageCode) => {
        if (isGone) return;
        const overlay = codec.readOverlay(text);
        if (overlay === undefined) return;
        rounds.current += 1;
        setShown(overlay && { overlay, round: rounds.current, endsAt: endOf(overlay, now) });
      };
      const code = stageCode();
      // The player tells it with the frame: drawn now it is painted together with that.
      if (code) flushSync(() => show(code));
      else fetchStageCode().then(show, () => undefined); // in the order in which they came
    };
    const prepare = () => {
      if (player.state !== 'playing') return;
      player.removeEventListener('rostrum-state', prepare);
      fetchStageCode().catch(() => undefined); // the first overlay asks again
    };
    player.addEventListener('rostrum-metadata', told);
    player.addEventListener('rostrum-state', prepare);
    prepare();
    return () => {
      isGone = true;
      player.removeEventListener('rostrum-metadata', told);
      player.removeEventListener('rostrum-state', prepare);
    };
  }, [player, isLive]);
  // Quizzes and celebrations end by their own rules; what is left ends by the clock.
  const endsAt = shown && shown.overlay.kind !== 'quiz' ? shown.endsAt : null;
  useEffect(() => {
    if (endsAt === null) return;
    const timer = setTimeout(clear, Math.max(0, endsAt - Date.now()));
    return () => clearTimeout(timer);
  }, [endsAt, shown?.round, clear]);
  return [shown, clear];
}
