import { lazy, Suspense, type ReactNode } from 'react';
import type { ChannelDetails } from '@rostrum/client/channels';
import type { PlayerState, RostrumPlayer } from '@rostrum/media';
import { Player, usePoll } from '@rostrum/ui';
import { api } from '../../api';
import { useChannelText } from '../../strings/channel';

/** Where viewers of a running broadcast can go back to, where it is recorded for everybody. */
function useTimeShift({ channelId, membersOnly }: ChannelDetails) {
  const { value } = usePoll(`time shift ${channelId}`, 60_000, async (signal) =>
    membersOnly ? null : (await api.recordings(channelId, undefined, signal)).timeShift,
  );
  return value;
}

/** The picture of a channel that is on. */
export function Screen({
  channel,
  onState,
  onElement,
}: {
  readonly channel: ChannelDetails;
  readonly onState: (state: PlayerState) => void;
  readonly onElement: (element: RostrumPlayer | null) => void;
}) {
  const words = useChannelText();
  const timeShift = useTimeShift(channel);
  return (
    <Player
      src={channel.playbackUrl}
      label={words.livePicture(channel.name)}
      poster={channel.thumbnailUrl || undefined}
      onState={onState}
      onElement={onElement}
      timeShift={timeShift}
      pageKeys
    />
  );
}

export const StageCards = lazy(() => import('./StageCards'));
const Party = lazy(() => import('./StageCards').then((m) => ({ default: m.Party })));

export function Confetti(props: Parameters<typeof Party>[0]): ReactNode {
  return (
    <Suspense fallback={null}>
      <Party {...props} />
    </Suspense>
  );
}
