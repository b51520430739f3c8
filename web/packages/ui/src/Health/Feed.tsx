import { useEffect, useRef } from 'react';
import type { FeedEvent } from '@rostrum/client/health';
import { exactTime } from '../format';
import { locale } from '../language';
import { Symbol, When } from './bits';
import { useHealthText, type HealthText } from './strings';
import './Feed.css';

const marks = {
  SUCCESS: 'circleCheck',
  INFO: 'circleDot',
  WARNING: 'triangle',
  ERROR: 'circleAlert',
} as const;

/** In the language that is spoken, as far as the event is known in it. */
export const titleOf = (event: FeedEvent, words: HealthText): string =>
  words.events[event.name]?.title ?? event.title;

export const keyOfEvent = (event: FeedEvent): string => `${event.name} ${event.time}`;

function Row({ event, chosen }: { readonly event: FeedEvent; readonly chosen: boolean }) {
  const words = useHealthText();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!chosen) return;
    row.current?.scrollIntoView({ block: 'center' });
    row.current?.focus({ preventScroll: true });
  }, [chosen]);
  const explanation = words.events[event.name]?.explanation ?? event.explanation;
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
          <strong>{titleOf(event, words)}</strong>
          <span className="quiet" title={exactTime(event.time)}>
            <time dateTime={new Date(event.time).toISOString()}>
              {new Date(event.time).toLocaleTimeString(locale())}
            </time>
            {' · '}
            <When time={event.time} />
          </span>
        </p>
        {explanation &&
          (needsHelp ? (
            <details open={chosen || undefined}>
              <summary>{words.explain}</summary>
              <p>{explanation}</p>
            </details>
          ) : (
            <p className="quiet">{explanation}</p>
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
  const words = useHealthText();
  if (events.length === 0) return <p className="quiet">{words.noEvents}</p>;
  return (
    <ol className="list feed">
      {events.map((event) => (
        <Row key={keyOfEvent(event)} event={event} chosen={chosen === keyOfEvent(event)} />
      ))}
    </ol>
  );
}
