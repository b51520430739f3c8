import type { ReactNode } from 'react';
import type { ivs } from '@rostrum/client/api';
import { ButtonLink, Skeleton } from '@rostrum/ui';
import { Nowhere } from '../pages/Nowhere';
import { to } from '../routes';
import { strings } from '../strings';
import { PageHead, PageTabs, Symbol } from './bits';
import { useChannel } from './data';
import { Failed, Trouble } from './Failed';
import { useTitle } from './useTitle';

const words = strings.channel;

export interface ChannelFrameProps {
  readonly id: string;
  /** Which of the channel's pages this is. */
  readonly here: string;
  readonly title: (name: string) => string;
  readonly badge?: (channel: ivs.Channel) => ReactNode;
  readonly note?: (channel: ivs.Channel) => ReactNode;
  readonly children: (channel: ivs.Channel, again: () => void) => ReactNode;
}

/** What all pages of a channel have: its name, the way between them, and what to say without it. */
export function ChannelFrame({ id, here, title, badge, note, children }: ChannelFrameProps) {
  const { value: channel, error, again } = useChannel(id);
  const name = channel ? channel.name || strings.channels.unnamed : '';
  useTitle(channel ? title(name) : '');
  if (!channel && error?.notFound)
    return <Nowhere title={words.notFoundTitle} text={words.notFoundText} />;
  if (!channel && error) return <Failed isPage error={error} again={again} />;
  return (
    <div className="page">
      <PageHead
        above={
          <a className="page-above" href={to.channels}>
            <Symbol name="chevronLeft" size={16} /> {strings.channels.title}
          </a>
        }
        title={
          channel ? (
            <>
              {name} {badge?.(channel)}
            </>
          ) : (
            <>
              <span className="visually-hidden">{strings.loading}</span>
              <Skeleton width="220px" height="32px" />
            </>
          )
        }
        note={channel ? note?.(channel) : undefined}
      >
        <ButtonLink href={`/watch/${encodeURIComponent(id)}`}>
          <Symbol name="external" /> {words.watch}
        </ButtonLink>
      </PageHead>
      <PageTabs
        label={name || id}
        here={here}
        tabs={[
          { href: to.channel(id), label: words.overview },
          { href: to.health(id), label: words.health },
          { href: to.channelSettings(id), label: words.settings },
        ]}
      />
      {channel && <Trouble error={error} again={again} />}
      {channel ? children(channel, again) : <Skeleton width="100%" height="420px" />}
    </div>
  );
}
