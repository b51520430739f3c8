/** Rows of sessions, as they stand in lists and beside the charts. */
import { groupOf, type SessionRow } from '@rostrum/client/health';
import { LiveBadge } from '../Badge/LiveBadge';
import { elapsed, exactTime } from '../format';
import { locale } from '../language';
import { Symbol } from './bits';
import { useHealthText } from './strings';
import './SessionLink.css';

/** What began today needs no day. */
const whenOf = (time: number) =>
  new Date(time).toLocaleString(locale(), {
    ...(groupOf(time, Date.now()) === 'today'
      ? {}
      : { day: 'numeric' as const, month: 'short' as const }),
    hour: '2-digit',
    minute: '2-digit',
  });

export function SessionLink({
  href,
  row,
  here,
}: {
  readonly href: string;
  readonly row: SessionRow;
  readonly here: boolean;
}) {
  const words = useHealthText();
  return (
    <a
      className="session"
      href={href}
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
