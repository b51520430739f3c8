import { useEffect, useRef } from 'react';
import type { FeedEvent } from '@rostrum/client/health';
import { exactTime } from '@rostrum/ui';
import { Symbol, When } from '../parts/bits';
import { strings } from '../strings';
import './Feed.css';

const words = strings.health;
const marks = {
  SUCCESS: 'circleCheck',
  INFO: 'circleDot',
  WARNING: 'triangle',
  ERROR: 'circleAlert',
} as const;

export const keyOfEvent = (event: FeedEvent): string => `${event.name} ${event.time}`;

function Row({ event, chosen }: { readonly event: FeedEvent; readonly chosen: boolean }) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!chosen) return;
    row.current?.scrollIntoView({ block: 'center' });
    row.current?.focus({ preventScroll: true });
  }, [chosen]);
  const needsHelp = event.severity === 'ERROR' || event.severity === 'WARNING';
  return (
    <li
      ref={row}
      tabIndex={-1}
      className={`feed-row ${event.severity.toLowerCase()}${chosen ? ' chosen' : ''}`}
    >
      <span className="feed-mark">
        <Symbol name={marks[event.severity]} />
      </span>
      <div className="feed-words">
        <p className="feed-title">
          <strong>{event.title}</strong>
          <span className="quiet" title={exactTime(event.time)}>
            <time dateTime={new Date(event.time).toISOString()}>
              {new Date(event.time).toLocaleTimeString()}
            </time>
            {' · '}
            <When time={event.time} />
          </span>
        </p>
        {event.explanation &&
          (needsHelp ? (
            <details open={chosen || undefined}>
              <summary>{words.explain}</summary>
              <p>{event.explanation}</p>
            </details>
          ) : (
            <p className="quiet">{event.explanation}</p>
          ))}
      </div>
    </li>
  );
}

/** What happened, each with what it means. */
export function Feed({
  events,
  chosen,
}: {
  readonly events: readonly FeedEvent[];
  /** The key of the event that somebody pointed at. */
  readonly chosen: string | null;
}) {
  if (events.length === 0) return <p className="quiet">{words.noEvents}</p>;
  return (
    <ol className="list feed">
      {events.map((event) => (
        <Row key={keyOfEvent(event)} event={event} chosen={chosen === keyOfEvent(event)} />
      ))}
    </ol>
  );
}
