import { useEffect, useState } from 'react';
import { createChannelPages, type LiveNotice } from '@rostrum/client/channels';
import { platformError, type PlatformError } from '@rostrum/client/platform';
import {
  ago,
  Avatar,
  Blank,
  Button,
  ButtonLink,
  exactTime,
  Skeleton,
  Tag,
  useNow,
} from '@rostrum/ui';
import { to } from '../routes';
import { Main } from '../shell/Main';
import { placeOf, useNotices } from '../shell/notices';
import { platform } from '../shell/platform';
import { Trouble } from '../shell/Trouble';
import { useAccountText } from '../strings/account';
import './account.css';

const calls = createChannelPages(platform);

/** What happened on channels one follows; looking at it makes it seen. */
export function Notices() {
  const words = useAccountText();
  const { fresh, see, told } = useNotices();
  const now = useNow(30_000);
  const [list, setList] = useState<readonly LiveNotice[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<PlatformError | null>(null);
  const [busy, setBusy] = useState(false);
  const load = async (after: string | null) => {
    setBusy(true);
    setError(null);
    try {
      const page = await calls.notices(after);
      setList((before) => (after === null ? page.list : [...(before ?? []), ...page.list]));
      setNext(page.next);
      if (after === null) {
        told(page.unseen);
        if (page.unseen > 0) see();
      }
    } catch (cause) {
      setError(platformError(cause));
    }
    setBusy(false);
  };
  useEffect(() => void load(null), []);
  useEffect(() => {
    // What comes while one looks is seen.
    if (fresh.length > 0 && list !== null) see();
  }, [fresh, list, see]);
  const sentence: Record<LiveNotice['kind'], (notice: LiveNotice) => string> = {
    live: ({ channel }) => words.wentLive(channel.name),
    report: ({ channel, count }) => words.wasReported(channel.name, count),
    refused: () => words.wasRefused,
  };
  const known = new Set(list?.map((one) => one.id));
  const all = list === null ? null : [...fresh.filter((one) => !known.has(one.id)), ...list];
  return (
    <Main title={words.noticesTitle} className="column" isBusy={all === null && !error}>
      <div className="column-head">
        <h1>{words.noticesTitle}</h1>
        <ButtonLink small kind="quiet" href={to.settings('notifications')}>
          {words.noticeSettings}
        </ButtonLink>
      </div>
      {all === null &&
        !error &&
        [1, 2, 3, 4].map((n) => <Skeleton key={n} width="100%" height="72px" />)}
      {all?.length === 0 && (
        <Blank
          title={words.noticesEmpty}
          action={
            <ButtonLink kind="primary" href={to.directory}>
              {words.noticesFind}
            </ButtonLink>
          }
        >
          {words.noticesEmptyText}
        </Blank>
      )}
      {all !== null && all.length > 0 && (
        <ul className="lines">
          {all.map((notice) => (
            <li key={notice.id}>
              <a className="notice-row" href={placeOf(notice)}>
                <Avatar face={notice.channel} size={44} />
                <span className="notice-words">
                  <strong>{sentence[notice.kind](notice)}</strong>
                  <span className="quiet">
                    <time dateTime={new Date(notice.at).toISOString()} title={exactTime(notice.at)}>
                      {ago(notice.at, now)}
                    </time>
                    {notice.kind === 'live' && notice.channel.title && ` · ${notice.channel.title}`}
                  </span>
                </span>
                {!notice.seen && <Tag tone="good">{words.unseen}</Tag>}
              </a>
            </li>
          ))}
        </ul>
      )}
      <Trouble error={error} again={() => void load(list === null ? null : next)} />
      {next !== null && !error && (
        <div className="column-end">
          <Button onClick={() => void load(next)} disabled={busy}>
            {words.more}
          </Button>
        </div>
      )}
    </Main>
  );
}
