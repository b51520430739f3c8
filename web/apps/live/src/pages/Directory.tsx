import type { Channel } from '@rostrum/client';
import {
  ChannelCard,
  elapsed,
  Icon,
  LiveBadge,
  Player,
  Skeleton,
  useNow,
  usePoll,
  viewers,
} from '@rostrum/ui';
import { api } from '../api';
import { Main } from '../shell/Main';
import { Publish } from '../parts/Publish';
import { Trouble } from '../shell/Trouble';
import { useWatchText } from '../strings/watch';

/** Most watched first; among equals the order stays what it was. */
export const byAudience = (channels: readonly Channel[]): Channel[] =>
  channels.filter((c) => c.live).sort((a, b) => b.viewers - a.viewers || a.id.localeCompare(b.id));

function Hero({ channel, now }: { readonly channel: Channel; readonly now: number }) {
  const strings = useWatchText();
  const started = channel.startedAt ? Date.parse(channel.startedAt) : Number.NaN;
  return (
    <a className="hero" href={channel.watchUrl}>
      <Player src={channel.playbackUrl} label={strings.playerLabel(channel.name)} muted bare />
      <span className="hero-words">
        <LiveBadge />
        <span className="hero-title">{channel.title || channel.name}</span>
        <span className="hero-facts">
          {channel.title && <span>{channel.name}</span>}
          <span>
            <Icon name="eye" size={16} /> {viewers(channel.viewers)}
          </span>
          {!Number.isNaN(started) && (
            <span>
              <Icon name="clock" size={16} /> {elapsed(now - started)}
            </span>
          )}
        </span>
        <span className="hero-action">{strings.watch}</span>
      </span>
    </a>
  );
}

function Empty() {
  const strings = useWatchText();
  return (
    <div className="empty">
      <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" className="empty-mark">
        <path
          d="M4 11a8 8 0 0 1 16 0"
          stroke="currentColor"
          strokeWidth="1"
          strokeLinecap="round"
          className="arc"
        />
        <rect x="6" y="13.5" width="12" height="3" rx="1" fill="currentColor" />
        <rect x="3" y="18" width="18" height="3.5" rx="1" fill="currentColor" />
      </svg>
      <h1>{strings.nobodyTitle}</h1>
      <p>{strings.nobodyText}</p>
      <span className="waiting">
        <i aria-hidden="true" />
        {strings.waiting}
      </span>
    </div>
  );
}

export function Directory() {
  const strings = useWatchText();
  const channels = usePoll('channels', 4000, (signal) => api.channels(signal));
  const server = usePoll('server', 60_000, (signal) => api.server(signal));
  const now = useNow(1000);
  const live = channels.value ? byAudience(channels.value) : null;
  const first = live?.[0];
  return (
    <>
      <Main title="">
        <Trouble error={channels.error} again={channels.again} />
        {live === null ? (
          <div className="hero loading" aria-busy={channels.error === null}>
            <Skeleton width="100%" height="100%" />
          </div>
        ) : first ? (
          <>
            <h1 className="visually-hidden">{strings.onNow}</h1>
            <Hero key={first.id} channel={first} now={now} />
          </>
        ) : (
          <Empty />
        )}
        {live !== null && live.length > 1 && (
          <section className="grid-section">
            <h2>{strings.alsoOn}</h2>
            <div className="grid">
              {live.slice(1).map((channel) => (
                <ChannelCard key={channel.id} channel={channel} now={now} />
              ))}
            </div>
          </section>
        )}
        <Publish ingest={server.value?.ingest ?? null} />
      </Main>
      <footer className="foot">
        {server.value ? strings.version(server.value.version) : '\u00a0'}
      </footer>
    </>
  );
}
