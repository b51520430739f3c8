import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { ChatReplay, type PastSource } from '@rostrum/client/chat';
import type { RostrumPlayer } from '@rostrum/media';
import { PastMessages } from '@rostrum/ui/chat';
import { useWatchText } from '../strings/watch';

const everyMs = 250;

/** What was said while the broadcast was on, as far as the picture has got. */
export function PastChat({
  source,
  start,
  player,
}: {
  readonly source: PastSource;
  readonly start: number;
  readonly player: RostrumPlayer | null;
}) {
  const strings = useWatchText();
  const replay = useMemo(() => new ChatReplay({ source, start }), [source, start]);
  useEffect(() => () => replay.stop(), [replay]);
  useEffect(() => {
    replay.at(start);
    if (!player) return;
    const timer = setInterval(() => {
      const moment = player.wallClock;
      if (moment !== null && moment !== undefined) replay.at(moment);
    }, everyMs);
    return () => clearInterval(timer);
  }, [player, replay, start]);
  const { messages, state } = useSyncExternalStore(replay.subscribe, replay.getSnapshot);
  return (
    <PastMessages
      title={strings.chatOfThen}
      messages={messages}
      isLoading={state === 'loading'}
      words={state === 'failed' ? strings.chatThenFailed : strings.chatThenEmpty}
    />
  );
}
