import type { ComponentProps, ReactNode } from 'react';
import type { ChannelDetails } from '@rostrum/client/channels';
import type { PlayerState, RostrumPlayer } from '@rostrum/media';
import { Player, usePoll } from '@rostrum/ui';
import { api } from '../../api';
import { useChannelText } from '../../strings/channel';
import { useStageCode } from './stage-code';
import type { default as Cards, Party } from './StageCards';

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

/** The card of what is shown, once its code is here. */
export function StageCards(props: ComponentProps<typeof Cards>): ReactNode {
  const code = useStageCode();
  return code && <code.cards.default {...props} />;
}

export function Confetti(props: ComponentProps<typeof Party>): ReactNode {
  const code = useStageCode();
  return code && <code.cards.Party {...props} />;
}
