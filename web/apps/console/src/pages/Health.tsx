import { useEffect, useState } from 'react';
import type { ivs } from '@rostrum/client/api';
import { groupSessions, neighbours, type SessionRow } from '@rostrum/client/health';
import { Blank, Button, ButtonLink, Dialog, LiveBadge, Skeleton } from '@rostrum/ui';
import { idOf } from '../arn';
import { SessionView } from '../health/SessionView';
import { Symbol } from '../parts/bits';
import { ChannelFrame } from '../parts/ChannelFrame';
import { Failed } from '../parts/Failed';
import { SessionLink } from '../parts/SessionList';
import { useSessions, type Sessions } from '../parts/useSessions';
import { to, usePath } from '../routes';
import { strings } from '../strings';
import './Health.css';

const words = strings.health;

function List({
  sessions,
  rows,
  channel,
  here,
}: {
  readonly sessions: Sessions;
  readonly rows: readonly SessionRow[];
  readonly channel: string;
  readonly here: string;
}) {
  return (
    <>
      {groupSessions(rows, Date.now()).map(({ group, rows: some }) => (
        <section key={group} aria-label={words.groups[group]}>
          <h2 className="session-group">{words.groups[group]}</h2>
          {some.map((row) => (
            <SessionLink
              key={row.streamId}
              channel={channel}
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
  channel,
  label,
  icon,
}: {
  readonly row: SessionRow | null;
  readonly channel: string;
  readonly label: string;
  readonly icon: 'chevronLeft' | 'chevronRight';
}) {
  return row ? (
    <a className="arrow" href={to.health(channel, row.streamId)} aria-label={label} title={label}>
      <Symbol name={icon} size={20} />
    </a>
  ) : (
    <span className="arrow off" aria-hidden="true">
      <Symbol name={icon} size={20} />
    </span>
  );
}

function Sessioned({
  channel,
  stream,
}: {
  readonly channel: ivs.Channel;
  readonly stream: string | null;
}) {
  const id = idOf(channel.arn);
  const sessions = useSessions(channel.arn ?? '');
  const [picking, setPicking] = useState(false);
  const path = usePath();
  useEffect(() => setPicking(false), [path]);
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
      <Blank
        title={words.none}
        action={<ButtonLink href={to.channel(id)}>{words.goLive}</ButtonLink>}
      >
        {words.noneText}
      </Blank>
    );
  }
  const { older, newer } = neighbours(rows, here);
  const row = rows.find((one) => one.streamId === here) ?? null;
  return (
    <div className="health">
      <aside className="health-list" aria-label={words.sessions}>
        <List sessions={sessions} rows={rows} channel={id} here={here} />
      </aside>
      <div className="health-main">
        <div className="health-head">
          <Arrow row={older} channel={id} label={words.older} icon="chevronLeft" />
          <h2 className="health-when">
            {row
              ? new Date(row.start).toLocaleString([], {
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
          <Arrow row={newer} channel={id} label={words.newer} icon="chevronRight" />
        </div>
        <SessionView key={here} channel={channel} streamId={here} row={row} />
      </div>
      <Dialog open={picking} onClose={() => setPicking(false)} title={words.pick}>
        <div className="health-sheet">
          <List sessions={sessions} rows={rows} channel={id} here={here} />
        </div>
      </Dialog>
    </div>
  );
}

export function Health({ id, stream }: { readonly id: string; readonly stream: string | null }) {
  return (
    <ChannelFrame id={id} here={to.health(id)} title={words.title}>
      {(channel) => <Sessioned channel={channel} stream={stream} />}
    </ChannelFrame>
  );
}
