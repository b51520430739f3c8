import { useEffect, useState } from 'react';
import { groupSessions, neighbours, type SessionRow } from '@rostrum/client/health';
import { LiveBadge } from '../Badge/LiveBadge';
import { Blank } from '../Blank/Blank';
import { Button, ButtonLink } from '../Button/Button';
import { Dialog } from '../Dialog/Dialog';
import { locale } from '../language';
import { Skeleton } from '../Skeleton/Skeleton';
import { Failed, Symbol } from './bits';
import { SessionLink } from './SessionLink';
import { SessionView } from './SessionView';
import { HealthProvider, useHealthPlace, type HealthPlace } from './source';
import { useHealthText } from './strings';
import { useSessions, type Sessions } from './useSessions';
import './HealthRoom.css';

function List({
  sessions,
  rows,
  here,
}: {
  readonly sessions: Sessions;
  readonly rows: readonly SessionRow[];
  readonly here: string;
}) {
  const words = useHealthText();
  const { hrefOf } = useHealthPlace();
  return (
    <>
      {groupSessions(rows, Date.now()).map(({ group, rows: some }) => (
        <section key={group} aria-label={words.groups[group]}>
          <h2 className="session-group">{words.groups[group]}</h2>
          {some.map((row) => (
            <SessionLink
              key={row.streamId}
              href={hrefOf(row.streamId)}
              row={row}
              here={row.streamId === here}
            />
          ))}
        </section>
      ))}
      {sessions.hasMore && (
        <div className="more">
          <Button small onClick={sessions.loadMore} disabled={sessions.loading}>
            {words.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}

function Arrow({
  row,
  label,
  icon,
}: {
  readonly row: SessionRow | null;
  readonly label: string;
  readonly icon: 'chevronLeft' | 'chevronRight';
}) {
  const { hrefOf } = useHealthPlace();
  return row ? (
    <a className="arrow" href={hrefOf(row.streamId)} aria-label={label} title={label}>
      <Symbol name={icon} size={20} />
    </a>
  ) : (
    <span className="arrow off" aria-hidden="true">
      <Symbol name={icon} size={20} />
    </span>
  );
}

function Room({ stream }: { readonly stream: string | null }) {
  const words = useHealthText();
  const { source, goLive } = useHealthPlace();
  const sessions = useSessions(source);
  const [picking, setPicking] = useState(false);
  useEffect(() => setPicking(false), [stream]);
  const rows = sessions.rows;
  // The newest at first; a newer one does not take the page away from who is reading.
  const [newest, setNewest] = useState<string | null>(null);
  const first = rows?.[0]?.streamId ?? null;
  useEffect(() => {
    if (newest === null) setNewest(first);
  }, [newest, first]);
  const here = stream ?? newest ?? first;
  if (!rows && sessions.error) return <Failed error={sessions.error} again={sessions.again} />;
  if (!rows) return <Skeleton width="100%" height="480px" />;
  if (here === null) {
    return (
      <Blank title={words.none} action={<ButtonLink href={goLive}>{words.goLive}</ButtonLink>}>
        {words.noneText}
      </Blank>
    );
  }
  const { older, newer } = neighbours(rows, here);
  const row = rows.find((one) => one.streamId === here) ?? null;
  return (
    <div className="health">
      <aside className="health-list" aria-label={words.sessions}>
        <List sessions={sessions} rows={rows} here={here} />
      </aside>
      <div className="health-main">
        <div className="health-head">
          <Arrow row={older} label={words.older} icon="chevronLeft" />
          <h2 className="health-when">
            {row
              ? new Date(row.start).toLocaleString(locale(), {
                  weekday: 'short',
                  day: 'numeric',
                  month: 'short',
                  hour: '2-digit',
                  minute: '2-digit',
                })
              : here}
          </h2>
          <span className="health-pick">
            <Button small onClick={() => setPicking(true)}>
              {words.sessions}
              {rows[0]?.end === null && rows[0].streamId !== here && <LiveBadge />}
            </Button>
          </span>
          <Arrow row={newer} label={words.newer} icon="chevronRight" />
        </div>
        <SessionView key={here} streamId={here} row={row} />
      </div>
      <Dialog open={picking} onClose={() => setPicking(false)} title={words.pick}>
        <div className="health-sheet">
          <List sessions={sessions} rows={rows} here={here} />
        </div>
      </Dialog>
    </div>
  );
}

/** The sessions of a channel, and how one of them went; `stream` null: the newest. */
export function HealthRoom({
  place,
  stream,
}: {
  /** The same one from render to render. */
  readonly place: HealthPlace;
  readonly stream: string | null;
}) {
  return (
    <HealthProvider value={place}>
      <div className="health-room">
        <Room stream={stream} />
      </div>
    </HealthProvider>
  );
}
