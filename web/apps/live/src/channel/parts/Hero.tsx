import { useEffect, useState } from 'react';
import type { ChannelSummary } from '@rostrum/client/channels';
import { Avatar, count, Icon, LiveBadge, Player, Skeleton, useMedia } from '@rostrum/ui';
import { api } from '../../api';
import { useChannelText } from '../../strings/channel';
import { calls } from './calls';
import { Elapsed } from './cards';
import { Thumbnail } from './Thumbnail';
import './Hero.css';

interface Line {
  readonly saveData?: boolean;
}

/** Whether a picture may play by itself here: not for those who want stillness, or pay for every byte. */
function useMayPlay(): boolean {
  const isStill = useMedia('(prefers-reduced-motion: reduce)');
  const isSaving = useMedia('(prefers-reduced-data: reduce)');
  const line = (navigator as { connection?: Line }).connection;
  return !isStill && !isSaving && line?.saveData !== true;
}

const whenIdle = (run: () => void): (() => void) => {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(run, { timeout: 1500 });
    return () => cancelIdleCallback(handle);
  }
  const timer = setTimeout(run, 300);
  return () => clearTimeout(timer);
};

/** Where its picture plays from; empty while that is not known, or where it is not for everybody. */
function usePlaybackUrl({ watchUrl, name }: ChannelSummary, isWanted: boolean): string {
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (!isWanted) return;
    const asked = new AbortController();
    const take = (found: { readonly playbackUrl: string }) => setUrl(found.playbackUrl);
    const none = () => undefined; // the thumbnail stands there
    const stop = whenIdle(() => {
      const id = /^\/watch\/([^/?#]+)$/.exec(watchUrl)?.[1];
      if (id) {
        api
          .channel(decodeURIComponent(id), asked.signal)
          .then((channel) => channel.authorized || take(channel), none);
      } else calls.channel(name, asked.signal).then(take, none);
    });
    return () => {
      stop();
      asked.abort();
    };
  }, [watchUrl, name, isWanted]);
  return url;
}

/** The most watched picture, large, playing without sound. The player's code comes when the page stands. */
export function Hero({ channel }: { readonly channel: ChannelSummary }) {
  const words = useChannelText();
  const playbackUrl = usePlaybackUrl(channel, useMayPlay());
  const { name, title, startedAt } = channel;
  return (
    <a className="front" href={channel.watchUrl}>
      <span className="front-picture">
        <Thumbnail url={channel.thumbnailUrl} isLive isFirst />
        {playbackUrl && <Player src={playbackUrl} label={words.livePicture(name)} muted bare />}
      </span>
      <span className="front-words">
        <LiveBadge label={words.live} />
        <span className="front-title">{title || name}</span>
        <span className="front-facts">
          <span className="front-who">
            <Avatar face={channel} size={32} /> {name}
          </span>
          <span>
            <Icon name="eye" size={16} /> {words.viewers(channel.viewers, count(channel.viewers))}
          </span>
          {startedAt !== null && (
            <span>
              <Icon name="clock" size={16} /> <Elapsed since={startedAt} />
            </span>
          )}
          {channel.category && <span className="front-category">{channel.category}</span>}
        </span>
        <span className="front-action">{words.watch}</span>
      </span>
    </a>
  );
}

export function HeroSkeleton() {
  return (
    <div className="front loading" aria-hidden="true">
      <Skeleton width="100%" height="100%" />
    </div>
  );
}
