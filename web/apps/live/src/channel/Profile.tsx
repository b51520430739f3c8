import {
  Avatar,
  Blank,
  Button,
  ButtonLink,
  count,
  LiveBadge,
  ShareButton,
  Skeleton,
} from '@rostrum/ui';
import { to } from '../routes';
import { Main } from '../shell/Main';
import { useSession } from '../shell/session';
import { Trouble } from '../shell/Trouble';
import { Unavailable } from '../shell/Unavailable';
import { useChannelText } from '../strings/channel';
import { Written } from './parts/About';
import { calls } from './parts/calls';
import { PersonMenu } from './parts/ChannelInfo';
import { FollowButton } from './parts/FollowButton';
import { PastList } from './parts/PastList';
import { useChannel } from './parts/useChannel';
import { useFollow } from './parts/useFollow';
import { usePages } from './parts/usePages';
import { agoOf, exactOf } from './parts/words';
import './Profile.css';

/** Who somebody is, and what they have shown. */
export function Profile({ name: asked }: { readonly name: string }) {
  const words = useChannelText();
  const { account } = useSession();
  const { channel, error, again, ban } = useChannel(asked);
  const name = channel?.name ?? asked;
  const following = useFollow(name, channel?.isFollowing ?? false, channel?.isOwner ?? false);
  const isForMembers = channel?.membersOnly === true && !account;
  const hasPast = channel !== null && !ban && !isForMembers;
  const past = usePages(hasPast ? `past of ${name}` : '', (before, signal) =>
    calls.pastOf(name, before, signal),
  );
  if (error?.notFound && !channel)
    return <Unavailable title={words.noChannel} text={words.noChannelText} />;
  if (error && !channel) return <Trouble error={error} again={again} isPage />;
  const followers = (channel?.followers ?? 0) + following.change;
  const isLive = channel?.live === true && !ban;
  return (
    <Main title={name} className="profile" isBusy={channel === null}>
      <div className="profile-banner">
        {channel?.bannerUrl && <img src={channel.bannerUrl} alt="" fetchPriority="high" />}
      </div>
      <div className="profile-head">
        <span className={isLive ? 'profile-face live' : 'profile-face'}>
          {channel ? (
            <Avatar face={channel} size={112} />
          ) : (
            <Skeleton width="112px" height="112px" />
          )}
        </span>
        <div className="profile-names">
          <h1>{name}</h1>
          {channel ? (
            <p className="profile-facts">
              <span>{words.followers(followers, count(followers))}</span>
              {channel.category && (
                <a href={`${to.directory}?category=${encodeURIComponent(channel.category)}`}>
                  {channel.category}
                </a>
              )}
              {isLive ? (
                <LiveBadge label={words.live} />
              ) : (
                <span title={channel.lastLiveAt === null ? undefined : exactOf(channel.lastLiveAt)}>
                  {channel.lastLiveAt === null
                    ? words.neverLive
                    : words.lastLive(agoOf(channel.lastLiveAt, Date.now()))}
                </span>
              )}
            </p>
          ) : (
            <Skeleton width="220px" height="20px" />
          )}
        </div>
        {channel && (
          <div className="profile-acts">
            <ButtonLink kind={isLive ? 'primary' : 'plain'} href={to.channel(name)}>
              {isLive ? words.watch : words.toChannel}
            </ButtonLink>
            {channel.isOwner ? (
              <ButtonLink href={to.settings()}>{words.editProfile}</ButtonLink>
            ) : (
              !ban && <FollowButton name={name} following={following} isSecond={isLive} />
            )}
            <span className="profile-share">
              <ShareButton title={name} url={new URL(to.profile(name), location.href).href} />
            </span>
            {!channel.isOwner && <PersonMenu channel={channel} />}
          </div>
        )}
      </div>
      <div className="profile-body">
        {channel && (
          <section aria-labelledby="about-title">
            <h2 id="about-title">{words.about}</h2>
            {channel.about ? (
              <p className="about-text" dir="auto">
                <Written text={channel.about} />
              </p>
            ) : (
              <p className="quiet">{channel.isOwner ? words.noAboutOwn : words.noAbout(name)}</p>
            )}
          </section>
        )}
        {ban && (
          <Blank title={words.bannedTitle}>{ban.reason && words.bannedBecause(ban.reason)}</Blank>
        )}
        {isForMembers && (
          <Blank
            title={words.membersTitle}
            action={<Button onClick={following.toggle}>{words.signIn}</Button>}
          >
            {words.membersText(name)}
          </Blank>
        )}
        {hasPast && (
          <section aria-labelledby="past-title">
            <h2 id="past-title">{words.past}</h2>
            <PastList past={past} />
          </section>
        )}
      </div>
    </Main>
  );
}
