import { useEffect, useState } from 'react';
import { ApiFailure, type rostrum } from '@rostrum/client/api';
import { Blank, Button, SelectField, Skeleton, usePoll } from '@rostrum/ui';
import { idOf } from '../arn';
import { Card, PageHead, PageTabs } from '../parts/bits';
import { allChannels } from '../parts/data';
import { Failed, Trouble } from '../parts/Failed';
import { RecordingRow } from '../parts/RecordingRow';
import { useTitle } from '../parts/useTitle';
import { to, useParameter } from '../routes';
import { useApi } from '../session/context';
import { strings } from '../strings';

const words = strings.recordings;
const pageSize = 30;
const states = ['RECORDING', 'ENDED', 'FAILED'] as const;
type State = (typeof states)[number];

export const recordingTabs = [
  { href: to.recordings, label: words.tabAll },
  { href: to.recordingConfigurations, label: words.tabConfigurations },
];

interface Page {
  readonly rows: readonly rostrum.Recording[];
  readonly next: string | null;
}

/** The newest page, renewed, and older ones that were asked for. */
function useRecordings(channelArn: string | null, state: State | null) {
  const api = useApi();
  const key = `recordings ${channelArn} ${state}`;
  const [older, setOlder] = useState<Page & { readonly key: string }>({
    key,
    rows: [],
    next: null,
  });
  const [loading, setLoading] = useState(false);
  const ask = async (nextToken: string | null, signal?: AbortSignal): Promise<Page> => {
    const input = {
      maxResults: pageSize,
      ...(channelArn ? { channelArn } : {}),
      ...(state ? { state } : {}),
      ...(nextToken ? { nextToken } : {}),
    };
    const answer = await api.rostrum('ListRecordings', input, signal);
    return { rows: answer.recordings, next: answer.nextToken || null };
  };
  const newest = usePoll(key, 10_000, (signal) => ask(null, signal));
  useEffect(() => setOlder({ key, rows: [], next: null }), [key]);
  const first = newest.value;
  const isMine = older.key === key && older.rows.length > 0;
  const known = new Set(first?.rows.map((row) => row.recordingId));
  const rows = first && [
    ...first.rows,
    ...(isMine ? older.rows.filter((row) => !known.has(row.recordingId)) : []),
  ];
  const next = isMine ? older.next : (first?.next ?? null);
  const loadMore = () => {
    if (!next || loading) return;
    setLoading(true);
    ask(next)
      .then((page) =>
        setOlder((before) => ({
          key,
          rows: [...(before.key === key ? before.rows : []), ...page.rows],
          next: page.next,
        })),
      )
      .catch((error: unknown) => {
        if (!(error instanceof ApiFailure)) throw error;
        newest.again();
      })
      .finally(() => setLoading(false));
  };
  return { rows, error: newest.error, again: newest.again, next, loading, loadMore };
}

export function Recordings() {
  useTitle(words.title);
  const api = useApi();
  const [channel, setChannel] = useParameter('channel');
  const [state, setState] = useParameter('state');
  const channels = usePoll('channel names', 60_000, (signal) => allChannels(api, signal));
  const chosenState = states.find((one) => one === state) ?? null;
  const arn = channels.value?.find((one) => idOf(one.arn) === channel)?.arn ?? null;
  const waits = channel !== '' && !channels.value && !channels.error;
  const list = useRecordings(channel === '' ? null : arn, chosenState);
  const isFiltered = channel !== '' || chosenState !== null;
  const { error, again } = list;
  const rows = waits ? null : list.rows;
  return (
    <div className="page">
      <PageHead title={words.title} />
      <PageTabs tabs={recordingTabs} here={to.recordings} label={words.title} />
      {rows && <Trouble error={error} again={again} />}
      {!rows && error ? (
        <Failed error={error} again={again} />
      ) : (
        <>
          <div className="filters">
            <SelectField
              label={words.channel}
              value={channel}
              onChange={setChannel}
              options={[
                { value: '', label: words.allChannels },
                ...(channels.value ?? []).map((one) => ({
                  value: idOf(one.arn),
                  label: one.name || idOf(one.arn),
                })),
                ...(channel !== '' && arn === null ? [{ value: channel, label: channel }] : []),
              ]}
            />
            <SelectField
              label={words.state}
              value={chosenState ?? 'all'}
              onChange={(to) => setState(to === 'all' ? '' : to)}
              options={(['all', ...states] as const).map((value) => ({
                value,
                label: words.states[value],
              }))}
            />
          </div>
          {rows?.length === 0 ? (
            isFiltered ? (
              <Blank
                title={words.nothing}
                action={
                  <Button
                    onClick={() => {
                      setChannel('');
                      setState('');
                    }}
                  >
                    {strings.channels.clear}
                  </Button>
                }
              />
            ) : (
              <Blank title={words.firstTitle}>{words.firstText}</Blank>
            )
          ) : (
            <Card>
              {rows ? (
                <ul className="list recordings-list">
                  {rows.map((recording) => (
                    <RecordingRow key={recording.recordingId} recording={recording} withChannel />
                  ))}
                </ul>
              ) : (
                <Skeleton width="100%" height="280px" />
              )}
            </Card>
          )}
          {list.next && rows && (
            <div className="more">
              <Button onClick={list.loadMore} disabled={list.loading}>
                {strings.loadMore}
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}
