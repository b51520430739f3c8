/** Rows of sessions, as they stand on the channel's page and beside the health charts. */
import { groupOf, type SessionRow } from '@rostrum/client/health';
import { elapsed, exactTime, LiveBadge } from '@rostrum/ui';
import { to } from '../routes';
import { Symbol } from './bits';
import { strings } from '../strings';
import './SessionList.css';

const words = strings.health;

/** What began today needs no day. */
const whenOf = (time: number) =>
  new Date(time).toLocaleString([], {
    ...(groupOf(time, Date.now()) === 'today'
      ? {}
      : { day: 'numeric' as const, month: 'short' as const }),
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
      <span className="session-time">{whenOf(row.start)}</span>
      <span className="session-facts">
        {row.hasError && (
          <span
            className="session-error"
            role="img"
            aria-label={words.error}
            title={words.errorHint}
          >
            <Symbol name="triangle" size={16} />
          </span>
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
