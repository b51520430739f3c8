import type { Channel } from '@rostrum/client';
import { LiveBadge } from '../Badge/LiveBadge';
import { Mark } from '../Logo/Logo';
import { Skeleton } from '../Skeleton/Skeleton';
import { elapsed, viewers } from '../format';
import './ChannelCard.css';

/** A live channel in the grid; the whole card is one link. */
export function ChannelCard({ channel, now }: { readonly channel: Channel; readonly now: number }) {
  const started = channel.startedAt ? Date.parse(channel.startedAt) : Number.NaN;
  return (
    <a className="channel-card" href={channel.watchUrl}>
      <span className="channel-picture">
        <Mark size={40} />
        <span className="channel-badge">
          <LiveBadge />
        </span>
      </span>
      <span className="channel-title">{channel.title || channel.name}</span>
      <span className="channel-facts">
        {channel.title ? `${channel.name} · ` : ''}
        {viewers(channel.viewers)}
        {Number.isNaN(started) ? '' : ` · ${elapsed(now - started)}`}
      </span>
    </a>
  );
}

export function ChannelCardSkeleton() {
  return (
    <span className="channel-card">
      <span className="channel-picture" />
      <Skeleton width="70%" height="23px" />
      <Skeleton width="45%" height="20px" />
    </span>
  );
}
