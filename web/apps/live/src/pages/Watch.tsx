import { useCallback, useEffect, useState } from 'react';
import type { PlayerState } from '@rostrum/media';
import {
  elapsed,
  Icon,
  LiveBadge,
  Player,
  ShareButton,
  Skeleton,
  useNow,
  usePoll,
  viewers,
} from '@rostrum/ui';
import { api } from '../api';
import { Header } from '../parts/Header';
import { Trouble } from '../parts/Trouble';
import { strings } from '../strings';
import { Nowhere } from './Nowhere';
import { onAir } from './on-air';

function Elapsed({ since }: { readonly since: number }) {
  const now = useNow(1000);
  const time = elapsed(now - since);
  return (
    <span
      className="fact"
      title={strings.startedAt(new Date(since).toLocaleString())}
      aria-label={strings.elapsed(time)}
    >
      <Icon name="clock" size={18} /> {time}
    </span>
  );
}

/** Private channels are watched with the token that the page's own address carries. */
export function sourceOf(playbackUrl: string, search: string): string {
  const token = new URLSearchParams(search).get('token');
  return token ? `${playbackUrl}?token=${encodeURIComponent(token)}` : playbackUrl;
}

export function Watch({ id }: { readonly id: string }) {
  const {
    value: channel,
    error,
    again,
  } = usePoll(`channel ${id}`, 4000, (signal) => api.channel(id, signal));
  const [state, setState] = useState<PlayerState>('idle');
  const told = useCallback((to: PlayerState) => setState(to), []);
  const name = channel?.name ?? '';
  useEffect(() => {
    document.title = name ? strings.pageTitle(name) : strings.title;
  }, [name]);
  if (error?.notFound && !channel)
    return <Nowhere title={strings.noChannelTitle} text={strings.noChannelText} />;
  if (channel?.authorized && !new URLSearchParams(location.search).has('token'))
    return <Nowhere title={strings.privateTitle} text={strings.privateText} />;
  const air = onAir(channel, state);
  const started = channel?.startedAt ? Date.parse(channel.startedAt) : Number.NaN;
  return (
    <>
      <Header />
      <main id="content" className="watch">
        <div className="screen">
          {channel ? (
            <Player
              src={sourceOf(channel.playbackUrl, location.search)}
              label={strings.playerLabel(channel.name)}
              onState={told}
              pageKeys
            />
          ) : (
            <div className="player" />
          )}
        </div>
        <div className="below">
          {channel ? (
            <>
              <div className="who">
                <div className="avatar" aria-hidden="true">
                  {[...channel.name][0]?.toUpperCase()}
                </div>
                <div className="names">
                  <h1>{channel.title || channel.name}</h1>
                  {channel.title && <p className="quiet">{channel.name}</p>}
                </div>
              </div>
              <div className="facts">
                {air === 'live' ? (
                  <LiveBadge />
                ) : (
                  <span className="off-badge">
                    {air === 'ended' ? strings.ended : strings.isOffline}
                  </span>
                )}
                {air === 'live' && (
                  <span className="fact">
                    <Icon name="eye" size={18} /> {viewers(channel.viewers)}
                  </span>
                )}
                {air === 'live' && !Number.isNaN(started) && <Elapsed since={started} />}
                {(air !== 'live' || state === 'error') && (
                  <a className="elsewhere" href="/">
                    {strings.toChannels}
                  </a>
                )}
              </div>
              <div className="acts">
                <ShareButton
                  title={channel.title || channel.name}
                  url={new URL(channel.watchUrl, location.href).href}
                />
              </div>
            </>
          ) : (
            <div className="who" aria-busy="true">
              <Skeleton width="48px" height="48px" />
              <Skeleton width="240px" height="32px" />
            </div>
          )}
        </div>
        <div className="trouble">
          <Trouble error={error} again={again} />
        </div>
        <div className="visually-hidden" role="status" aria-live="assertive">
          {air === 'live' ? strings.youAreWatching(name) : ''}
        </div>
      </main>
    </>
  );
}
