import { useState } from 'react';
import { Blank, Button, CopyField, Skeleton, Tag, TextField } from '@rostrum/ui';
import { Card, PageHead, Symbol, When } from '../parts/bits';
import type { ChannelEvent } from '../parts/events';
import { Failed, Trouble } from '../parts/Failed';
import { useEventFeed } from '../parts/useEventFeed';
import { useTitle } from '../parts/useTitle';
import { to, useParameter } from '../routes';
import { strings } from '../strings';
import './Events.css';

const words = strings.events;
const marks = {
  SUCCESS: 'circleCheck',
  INFO: 'circleDot',
  WARNING: 'triangle',
  ERROR: 'circleAlert',
} as const;

export function fitsText(event: ChannelEvent, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    wanted === '' ||
    event.title.toLowerCase().includes(wanted) ||
    event.text.toLowerCase().includes(wanted)
  );
}

function Row({ event }: { readonly event: ChannelEvent }) {
  const [open, setOpen] = useState(false);
  return (
    <li className={`event ${event.severity.toLowerCase()}`}>
      <span className="event-mark">
        <Symbol name={marks[event.severity]} />
      </span>
      <div className="event-words">
        <p className="event-title">
          <strong>{event.title}</strong>
          {event.channelId && (
            <a href={to.channel(event.channelId)}>{event.channelName || event.channelId}</a>
          )}
          {event.channelId && event.streamId && (
            <a href={to.health(event.channelId, event.streamId)}>{strings.channel.health}</a>
          )}
          <span className="quiet event-time">
            <When time={event.time} />
          </span>
        </p>
        <details onToggle={(e) => setOpen(e.currentTarget.open)}>
          <summary>{words.details}</summary>
          {open && (
            <>
              {event.explanation && <p className="quiet">{event.explanation}</p>}
              <CopyField label={words.copy} value={event.text} wrap />
            </>
          )}
        </details>
      </div>
    </li>
  );
}

export function Events() {
  useTitle(words.title);
  const feed = useEventFeed();
  const [text, setText] = useParameter('q');
  const [paused, setPaused] = useState<readonly ChannelEvent[] | null>(null);
  const all = paused ?? feed.events;
  const shown = all?.filter((event) => fitsText(event, text)) ?? null;
  const missed = paused && feed.events ? feed.events.length - paused.length : 0;
  const states = { live: words.connected, connecting: words.connecting, polling: words.polling };
  return (
    <div className="page">
      <PageHead title={words.title} note={words.text}>
        <Tag tone={feed.state === 'live' ? 'good' : 'plain'}>{states[feed.state]}</Tag>
        <Button onClick={() => setPaused(paused ? null : (feed.events ?? []))}>
          <Symbol name={paused ? 'play' : 'pause'} /> {paused ? words.resume : words.pause}
          {missed > 0 && <Tag>{words.waiting(missed)}</Tag>}
        </Button>
      </PageHead>
      {feed.events && <Trouble error={feed.error} again={feed.again} />}
      {!feed.events && feed.error ? (
        <Failed error={feed.error} again={feed.again} />
      ) : (
        <>
          <div className="filters">
            <div data-filter>
              <TextField label={words.filter} type="search" value={text} onChange={setText} />
            </div>
          </div>
          {shown === null ? (
            <Card>
              <Skeleton width="100%" height="320px" />
            </Card>
          ) : shown.length === 0 ? (
            <Blank title={text ? words.nothing : words.first}>{text ? '' : words.firstText}</Blank>
          ) : (
            <Card>
              <ol className="list">
                {shown.map((event) => (
                  <Row key={event.id} event={event} />
                ))}
              </ol>
            </Card>
          )}
          {feed.hasMore && (
            <div className="more">
              <Button onClick={feed.loadMore}>{words.older}</Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}
