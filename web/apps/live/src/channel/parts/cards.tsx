/** Channels and broadcasts in lists. Every card is one link. */
import type { ChannelSummary, PastBroadcast } from '@rostrum/client/channels';
import { Avatar, count, elapsed, Icon, LiveBadge, Skeleton, useNow } from '@rostrum/ui';
import { useChannelText } from '../../strings/channel';
import { Thumbnail } from './Thumbnail';
import { agoOf, exactOf, shortOf } from './words';
import './cards.css';

/** How long it has been on; renewed by itself. */
export function Elapsed({ since }: { readonly since: number }) {
  const now = useNow(1000);
  const words = useChannelText();
  const time = elapsed(now - since);
  return (
    <span role="timer" aria-label={words.elapsed(time)} title={words.since(exactOf(since))}>
      {time}
    </span>
  );
}

export function LiveCard({
  channel,
  isFirst,
}: {
  readonly channel: ChannelSummary;
  readonly isFirst?: boolean;
}) {
  const words = useChannelText();
  const now = useNow(30_000);
  const { live, startedAt, lastLiveAt } = channel;
  return (
    <a className={live ? 'card' : 'card off'} href={channel.watchUrl}>
      <span className="card-picture">
        <Thumbnail
          url={channel.thumbnailUrl || (live ? '' : channel.bannerUrl)}
          isLive={live}
          isFirst={isFirst ?? false}
        />
        {live && (
          <>
            <span className="card-badge">
              <LiveBadge label={words.live} />
            </span>
            <span className="card-fact card-viewers">
              <Icon name="eye" size={14} /> {words.viewers(channel.viewers, count(channel.viewers))}
            </span>
            {startedAt !== null && (
              <span className="card-fact card-time">
                <Elapsed since={startedAt} />
              </span>
            )}
          </>
        )}
      </span>
      <Avatar face={channel} size={40} />
      <span className="card-words">
        <span className="card-title">{channel.title || channel.name}</span>
        <span className="card-name">{channel.name}</span>
        {live ? (
          channel.category && <span className="card-category">{channel.category}</span>
        ) : (
          <span
            className="card-category"
            title={lastLiveAt === null ? undefined : exactOf(lastLiveAt)}
          >
            {lastLiveAt === null ? words.neverLive : words.lastLive(agoOf(lastLiveAt, now))}
          </span>
        )}
      </span>
    </a>
  );
}

export function PastCard({
  past,
  withName,
}: {
  readonly past: PastBroadcast;
  /** Among broadcasts of several channels. */
  readonly withName?: boolean;
}) {
  const words = useChannelText();
  const now = useNow(60_000);
  const { channel, startedAt } = past;
  const when = startedAt === null ? '' : agoOf(startedAt, now);
  return (
    <a className="card past-card" href={past.watchUrl}>
      <span className="card-picture">
        <Thumbnail url={past.thumbnailUrl} />
        <span className="card-fact card-time">
          <span className="visually-hidden">{words.length('')}</span>
          {elapsed(past.durationMs)}
        </span>
      </span>
      {withName && <Avatar face={channel} size={40} />}
      <span className="card-words">
        <span className="card-title">
          {past.title || (startedAt === null ? channel.name : shortOf(startedAt))}
        </span>
        {withName && <span className="card-name">{channel.name}</span>}
        <span className="card-category" title={startedAt === null ? undefined : exactOf(startedAt)}>
          {when}
        </span>
      </span>
    </a>
  );
}

/** Stand where cards will be, in their size. */
export function CardSkeletons({
  many,
  withFace = true,
}: {
  readonly many: number;
  readonly withFace?: boolean;
}) {
  return Array.from({ length: many }, (_, i) => (
    <span key={i} className={withFace ? 'card' : 'card past-card'} aria-hidden="true">
      <span className="card-picture" />
      {withFace && <Skeleton width="40px" height="40px" />}
      <span className="card-words">
        <Skeleton width="80%" height="20px" />
        <Skeleton width="45%" height="16px" />
      </span>
    </span>
  ));
}
