import { useCallback, useRef, useState } from 'react';
import type { PlayerState } from '@rostrum/media';
import {
  Button,
  elapsed,
  Icon,
  LiveBadge,
  Player,
  ShareButton,
  Skeleton,
  useMedia,
  useNow,
  usePoll,
  viewers,
} from '@rostrum/ui';
import { api } from '../api';
import { ChatSide } from '../parts/ChatSide';
import { Main } from '../shell/Main';
import { place, takeInvite } from '../parts/place';
import { Trouble } from '../shell/Trouble';
import { useVisibleHeight } from '../parts/useVisibleHeight';
import { useWatchText } from '../strings/watch';
import { Unavailable } from '../shell/Unavailable';
import { RecordingCard } from '../parts/RecordingCard';
import { useRecordings } from '../parts/recordings';
import { onAir } from './on-air';
import { sourceOf } from './source';

function Elapsed({ since }: { readonly since: number }) {
  const strings = useWatchText();
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

/** So many past broadcasts stand below the picture; a page of their own has all. */
const shownBelow = 6;
const overPicture = '(max-height: 480px) and (orientation: landscape)';

export function Watch({ id }: { readonly id: string }) {
  const strings = useWatchText();
  const {
    value: channel,
    error,
    again,
  } = usePoll(`channel ${id}`, 4000, (signal) => api.channel(id, signal));
  const { value: past } = useRecordings(id);
  const [state, setState] = useState<PlayerState>('idle');
  const told = useCallback((to: PlayerState) => setState(to), []);
  const name = channel?.name ?? '';
  const [hasChat, setHasChat] = useState(() => {
    takeInvite(id);
    return true;
  });
  const [isHidden, setHidden] = useState(place.isHidden);
  const hide = useCallback((hidden: boolean) => {
    setHidden(hidden);
    place.setHidden(hidden);
  }, []);
  const collapse = useCallback(() => hide(true), [hide]);
  const without = useCallback(() => setHasChat(false), []);
  // There the chat stands over the picture, which is dark in either theme.
  const isOver = useMedia(overPicture);
  const main = useRef<HTMLElement>(null);
  useVisibleHeight(main);
  if (error?.notFound && !channel)
    return <Unavailable title={strings.noChannelTitle} text={strings.noChannelText} />;
  if (channel?.authorized && !new URLSearchParams(location.search).has('token'))
    return <Unavailable title={strings.privateTitle} text={strings.privateText} />;
  const air = onAir(channel, state);
  const started = channel?.startedAt ? Date.parse(channel.startedAt) : Number.NaN;
  return (
    <Main
      title={name}
      ref={main}
      className={hasChat && !isHidden ? 'watch with-chat' : 'watch'}
      isImmersive={hasChat && !isHidden}
    >
      <div className="stage">
        <div className="screen">
          {channel ? (
            <Player
              src={sourceOf(channel.playbackUrl, location.search)}
              label={strings.playerLabel(channel.name)}
              onState={told}
              timeShift={
                past?.timeShift && {
                  url: sourceOf(past.timeShift.url, location.search),
                  since: past.timeShift.since,
                }
              }
              pageKeys
            />
          ) : (
            <div className="player" />
          )}
          {hasChat && isHidden && isOver && (
            <span className="chat-back dark-room">
              <Button onClick={() => hide(false)}>{strings.showChat}</Button>
            </span>
          )}
        </div>
        <div className="below">
          {channel ? (
            <>
              <div className="who">
                <a className="back" href="/" aria-label={strings.back}>
                  <Icon name="arrowLeft" />
                </a>
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
                {past && past.recordings.length > 0 && (
                  <a className="act-link" href={`/watch/${encodeURIComponent(id)}/past`}>
                    {strings.past}
                  </a>
                )}
                <ShareButton
                  title={channel.title || channel.name}
                  url={new URL(channel.watchUrl, location.href).href}
                />
                {hasChat && isHidden && (
                  <Button onClick={() => hide(false)}>
                    <Icon name="message" size={18} /> {strings.showChat}
                  </Button>
                )}
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
        {past && past.recordings.length > 0 && (
          <section className="past" aria-labelledby="past-title">
            <h2 id="past-title">{strings.past}</h2>
            <div className="grid">
              {past.recordings.slice(0, shownBelow).map((recording) => (
                <RecordingCard key={recording.id} channel={id} name={name} recording={recording} />
              ))}
            </div>
          </section>
        )}
      </div>
      {hasChat && !isHidden && (
        <ChatSide channel={id} isDark={isOver} onCollapse={collapse} onMissing={without} />
      )}
      <div className="visually-hidden" role="status" aria-live="assertive">
        {air === 'live' ? strings.youAreWatching(name) : ''}
      </div>
    </Main>
  );
}
