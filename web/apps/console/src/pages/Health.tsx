import { useMemo } from 'react';
import type { ivs } from '@rostrum/client/api';
import { HealthRoom, type HealthPlace } from '@rostrum/ui/health';
import { idOf } from '../arn';
import { useHealthSource } from '../health/source';
import { ChannelFrame } from '../parts/ChannelFrame';
import { sentenceOf } from '../parts/Failed';
import { to } from '../routes';
import { strings } from '../strings';

function Room({
  channel,
  stream,
}: {
  readonly channel: ivs.Channel;
  readonly stream: string | null;
}) {
  const source = useHealthSource(channel.arn ?? '');
  const { type } = channel;
  const place = useMemo<HealthPlace>(() => {
    const id = idOf(source.channelArn);
    return {
      source,
      channelType: type,
      hrefOf: (streamId) => to.health(id, streamId),
      goLive: to.channel(id),
      failure: sentenceOf,
    };
  }, [source, type]);
  return <HealthRoom place={place} stream={stream} />;
}

export function Health({ id, stream }: { readonly id: string; readonly stream: string | null }) {
  return (
    <ChannelFrame id={id} here={to.health(id)} title={strings.health.title}>
      {(channel) => <Room channel={channel} stream={stream} />}
    </ChannelFrame>
  );
}
