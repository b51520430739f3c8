import { useEffect, useState, type ReactNode } from 'react';
import type { ChannelDetails, PastBroadcast } from '@rostrum/client/channels';
import { ButtonLink, Drawing, elapsed, useNow } from '@rostrum/ui';
import { to } from '../../routes';
import { usePlatform } from '../../shell/about';
import { useChannelText } from '../../strings/channel';
import { FollowButton } from './FollowButton';
import { icons } from './icons';
import { Thumbnail } from './Thumbnail';
import type { Banned } from './useChannel';
import type { Following } from './useFollow';
import { agoOf, exactOf } from './words';
import './Curtain.css';

/** In the place of the picture: why there is none, and what can be done meanwhile. */
function Curtain({
  picture = '',
  children,
}: {
  readonly picture?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="curtain dark-room">
      {picture !== '' && (
        <span className="curtain-picture" aria-hidden="true">
          <Thumbnail url={picture} isFirst />
        </span>
      )}
      <div className="curtain-words">{children}</div>
    </div>
  );
}

export function OfflineCurtain({
  channel,
  latest,
  following,
  justEnded,
}: {
  readonly channel: ChannelDetails;
  readonly latest: PastBroadcast | null;
  readonly following: Following;
  readonly justEnded: boolean;
}) {
  const words = useChannelText();
  const now = useNow(30_000);
  const { name, lastLiveAt, isOwner } = channel;
  const picture = channel.thumbnailUrl || latest?.thumbnailUrl || channel.bannerUrl;
  const says = justEnded
    ? words.endedTitle
    : lastLiveAt === null
      ? words.offline
      : words.offlineSince(agoOf(lastLiveAt, now));
  return (
    <Curtain picture={picture}>
      <p className="curtain-title" title={lastLiveAt === null ? undefined : exactOf(lastLiveAt)}>
        {says}
      </p>
      <p>{isOwner || following.isFollowing ? words.notStreaming : words.followToBeTold}</p>
      <div className="curtain-acts">
        {isOwner && (
          <ButtonLink kind="primary" href={to.manager}>
            <Drawing svg={icons.broadcast} size={18} /> {words.goLive}
          </ButtonLink>
        )}
        {!isOwner && !following.isFollowing && (
          <FollowButton name={name} following={following} label={words.tellMe} />
        )}
        {latest && (
          <ButtonLink href={latest.watchUrl}>
            <Drawing svg={icons.play} size={18} /> {words.latest}
          </ButtonLink>
        )}
      </div>
    </Curtain>
  );
}

export function MembersCurtain({
  name,
  picture,
}: {
  readonly name: string;
  readonly picture: string;
}) {
  const words = useChannelText();
  const { registration } = usePlatform();
  return (
    <Curtain picture={picture}>
      <Drawing svg={icons.lock} size={32} />
      <p className="curtain-title">{words.membersTitle}</p>
      <p>{words.membersText(name)}</p>
      <div className="curtain-acts">
        <ButtonLink kind="primary" href={to.login()}>
          {words.signIn}
        </ButtonLink>
        {registration && (
          <ButtonLink href={`${to.register}?next=${encodeURIComponent(to.channel(name))}`}>
            {words.join}
          </ButtonLink>
        )}
      </div>
    </Curtain>
  );
}

export function BannedCurtain({ ban }: { readonly ban: Banned }) {
  const words = useChannelText();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (ban.until === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ban.until]);
  return (
    <Curtain>
      <Drawing svg={icons.ban} size={32} />
      <p className="curtain-title" role="alert">
        {words.bannedTitle}
      </p>
      {ban.reason && <p dir="auto">{words.bannedBecause(ban.reason)}</p>}
      {ban.until !== null && <p>{words.bannedUntil(elapsed(ban.until - now))}</p>}
      <div className="curtain-acts">
        <ButtonLink href={to.directory}>{words.toDirectory}</ButtonLink>
      </div>
    </Curtain>
  );
}
