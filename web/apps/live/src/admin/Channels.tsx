import { useState } from 'react';
import type { Card } from '@rostrum/client/platform';
import { Avatar, Button, CheckField, elapsed, LiveBadge, Tag, useNow, viewers } from '@rostrum/ui';
import { useParameter } from '../routes';
import { useFeed } from '../shell/feed';
import { platform } from '../shell/platform';
import { useAdminText } from '../strings/admin';
import { Ask } from './Ask';
import { SearchFilter } from './Filter';
import { List } from './List';
import { useAct } from './useAct';
import { usePages } from './usePages';

interface Row extends Card {
  readonly account?: string;
  readonly channelArn: string;
}

export function Channels() {
  const words = useAdminText();
  const now = useNow(1000);
  const { busy, act } = useAct();
  const [query] = useParameter('query');
  const [live, setLive] = useParameter('live');
  const [round, setRound] = useState(0);
  const [stops, setStops] = useState<Row | null>(null);
  useFeed({ directory: () => setRound((n) => n + 1) });
  const pages = usePages<Row>(`${query} ${live} ${round}`, async (after, signal) => {
    const answer = await platform.get<{ channels: Row[]; next?: string }>('/admin/channels', {
      query: { query, live: live === 'true' ? true : null, after },
      signal,
    });
    return { rows: answer.channels, next: answer.next };
  });
  const stop = async () => {
    if (!stops) return;
    const done = await act(
      () => platform.post(`/admin/channels/${encodeURIComponent(stops.name)}/stop`),
      words.stopped(stops.name),
    );
    if (!done) return;
    pages.change((rows) =>
      rows.map((row) => (row.channelArn === stops.channelArn ? { ...row, live: false } : row)),
    );
    setStops(null);
  };
  return (
    <>
      <div className="admin-filter">
        <SearchFilter label={words.searchChannels} />
        <CheckField
          label={words.onlyLive}
          checked={live === 'true'}
          onChange={(on) => setLive(on ? 'true' : '')}
        />
      </div>
      <List
        pages={pages}
        emptyTitle={words.noChannels}
        emptyText={words.noChannelsText}
        keyOf={(row) => row.channelArn}
      >
        {(row) => {
          const started = Date.parse(row.startedAt ?? '');
          return (
            <div className="admin-row">
              <Avatar face={row} size={40} />
              <div className="admin-who">
                <a href={row.watchUrl}>{row.name}</a>
                <span className="quiet">
                  {[row.title, row.category].filter(Boolean).join(' · ')}
                </span>
              </div>
              <div className="admin-tags admin-on">
                {row.live ? <LiveBadge /> : <Tag>{words.offline}</Tag>}
              </div>
              <span className="admin-facts admin-watched">
                {row.live && viewers(row.viewers)}
                {row.live && !Number.isNaN(started) && ` · ${elapsed(now - started)}`}
              </span>
              {row.live ? (
                <Button small kind="danger" onClick={() => setStops(row)}>
                  {words.stop}
                </Button>
              ) : (
                <span className="admin-stop" />
              )}
            </div>
          );
        }}
      </List>
      {stops && (
        <Ask
          title={words.stopTitle(stops.name)}
          text={words.stopText}
          doIt={words.stopDo}
          busy={busy}
          onClose={() => setStops(null)}
          onDo={() => void stop()}
        />
      )}
    </>
  );
}
