import { pathOf } from '@rostrum/client/platform';
import { Avatar, Button } from '@rostrum/ui';
import { to } from '../routes';
import { platform } from '../shell/platform';
import { useAdminText } from '../strings/admin';
import { moment } from '../strings/text';
import { List } from './List';
import { useAct } from './useAct';
import { usePages } from './usePages';

interface Ban {
  readonly channel: string;
  readonly name: string;
  readonly avatar: string;
  readonly color: string;
  readonly at: string;
  readonly until?: string;
  readonly reason: string;
  readonly by: string;
}

/** Of all channels, newest first. */
export function Bans() {
  const words = useAdminText();
  const { busy, act } = useAct();
  const pages = usePages<Ban>('bans', async (after, signal) => {
    const answer = await platform.get<{ bans: Ban[]; next?: string }>('/admin/bans', {
      query: { after },
      signal,
    });
    return { rows: answer.bans, next: answer.next };
  });
  const lift = async (ban: Ban) => {
    const done = await act(
      () => platform.delete(pathOf`/channels/${ban.channel}/bans/${ban.name}`),
      words.lifted(ban.name),
    );
    if (done) pages.change((rows) => rows.filter((row) => row !== ban));
  };
  return (
    <List
      pages={pages}
      emptyTitle={words.noBans}
      emptyText={words.noBansText}
      keyOf={(ban) => `${ban.channel} ${ban.name}`}
    >
      {(ban) => (
        <div className="admin-row">
          <Avatar face={ban} size={40} />
          <div className="admin-who">
            <span>{words.reportAbout(ban.name, ban.channel)}</span>
            <span className="quiet">
              {[
                moment(ban.at),
                ban.until ? words.until(moment(ban.until)) : words.forGood,
                ban.by && words.by(ban.by),
                ban.reason,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </div>
          <a className="form-link-plain" href={to.channel(ban.channel)}>
            {words.visit}
          </a>
          <Button
            small
            disabled={busy}
            label={words.liftOf(ban.name, ban.channel)}
            onClick={() => void lift(ban)}
          >
            {words.lift}
          </Button>
        </div>
      )}
    </List>
  );
}
