/** Rows of sessions, as they stand on the channel's page and beside the health charts. */
import type { SessionRow } from '@rostrum/client/health';
import { elapsed, exactTime, LiveBadge, Tag } from '@rostrum/ui';
import { to } from '../routes';
import { strings } from '../strings';
import './SessionList.css';

const words = strings.health;

const dayAndTime = (time: number) =>
  new Date(time).toLocaleString([], {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });

export function SessionLink({
  channel,
  row,
  here,
}: {
  readonly channel: string;
  readonly row: SessionRow;
  readonly here: boolean;
}) {
  return (
    <a
      className="session"
      href={to.health(channel, row.streamId)}
      aria-current={here ? 'page' : undefined}
      title={exactTime(row.start)}
    >
      <span className="session-time">{dayAndTime(row.start)}</span>
      <span className="session-facts">
        {row.hasError && (
          <Tag tone="warning" title={words.errorHint}>
            {words.error}
          </Tag>
        )}
        {row.end === null ? (
          <LiveBadge />
        ) : (
          <span className="quiet">{elapsed(row.end - row.start)}</span>
        )}
      </span>
    </a>
  );
}
