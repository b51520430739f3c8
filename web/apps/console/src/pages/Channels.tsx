import {
  Blank,
  Button,
  CopyText,
  count,
  LiveBadge,
  SelectField,
  Tag,
  TextField,
} from '@rostrum/ui';
import { idOf } from '../arn';
import { Symbol, PageHead } from '../parts/bits';
import { ChannelForm } from '../parts/ChannelForm';
import { useLiveChannels, type LiveChannel } from '../parts/data';
import { DataTable, type Column } from '../parts/DataTable';
import { Failed, Trouble } from '../parts/Failed';
import { useTitle } from '../parts/useTitle';
import { go, to, useParameter } from '../routes';
import { useReason } from '../session/context';
import { strings } from '../strings';

const words = strings.channels;

export function fits(channel: LiveChannel, text: string, state: string): boolean {
  if (state === 'live' && !channel.stream) return false;
  if (state === 'offline' && channel.stream) return false;
  const wanted = text.trim().toLowerCase();
  return (
    wanted === '' ||
    (channel.name ?? '').toLowerCase().includes(wanted) ||
    idOf(channel.arn).toLowerCase().includes(wanted) ||
    // Pasted from somewhere else.
    channel.arn?.toLowerCase() === wanted
  );
}

const columns: readonly Column<LiveChannel>[] = [
  {
    key: 'name',
    label: words.name,
    width: 'minmax(160px, 3fr)',
    render: (row) => (
      <a className="row-title" href={to.channel(idOf(row.arn))}>
        {row.name || words.unnamed}
      </a>
    ),
  },
  {
    key: 'state',
    label: words.state,
    width: 'minmax(120px, 1.5fr)',
    render: (row) =>
      row.stream ? (
        <span className="state">
          <LiveBadge />
          {row.stream.health === 'STARVING' && <Tag tone="warning">{words.starving}</Tag>}
        </span>
      ) : (
        <span className="quiet">{words.offline}</span>
      ),
  },
  {
    key: 'viewers',
    label: words.viewers,
    width: '80px',
    numeric: true,
    render: (row) => (row.stream ? count(row.stream.viewerCount ?? 0) : strings.unknown),
  },
  {
    key: 'type',
    label: words.type,
    width: 'minmax(100px, 1fr)',
    render: (row) => (
      <span className="state">
        {row.type ? strings.types[row.type] : strings.unknown}
        {row.authorized && <Tag>{words.private}</Tag>}
      </span>
    ),
  },
  {
    key: 'latency',
    label: words.latency,
    wideOnly: true,
    width: '80px',
    render: (row) => (row.latencyMode === 'NORMAL' ? words.normal : words.low),
  },
  {
    key: 'recording',
    label: words.recording,
    wideOnly: true,
    width: '80px',
    render: (row) => (row.recordingConfigurationArn ? words.yes : words.no),
  },
  {
    key: 'id',
    label: words.id,
    width: 'minmax(130px, 1.3fr)',
    render: (row) => <CopyText value={row.arn ?? ''} shown={idOf(row.arn)} name="ARN" />,
  },
];

export function Channels() {
  useTitle(words.title);
  const channels = useLiveChannels();
  const reason = useReason();
  const [text, setText] = useParameter('q');
  const [state, setState] = useParameter('state');
  const [creating, setCreating] = useParameter('create');
  const all = channels.value;
  const shown = all?.filter((channel) => fits(channel, text, state)) ?? null;
  const create = (
    <Button kind="primary" onClick={() => setCreating('1')} reason={reason}>
      <Symbol name="plus" /> {words.create}
    </Button>
  );
  return (
    <div className="page">
      <PageHead title={words.title}>{create}</PageHead>
      {all && <Trouble error={channels.error} again={channels.again} />}
      {!all && channels.error ? (
        <Failed error={channels.error} again={channels.again} />
      ) : all?.length === 0 ? (
        <Blank title={words.firstTitle}>{words.firstText}</Blank>
      ) : (
        <>
          <div className="filters">
            <div data-filter>
              <TextField label={words.filter} type="search" value={text} onChange={setText} />
            </div>
            <SelectField
              label={words.state}
              value={state === 'live' || state === 'offline' ? state : 'all'}
              onChange={(to) => setState(to === 'all' ? '' : to)}
              options={(['all', 'live', 'offline'] as const).map((value) => ({
                value,
                label: words.states[value],
              }))}
            />
            <span className="quiet filters-note" role="status">
              {all && shown ? words.count(shown.length, all.length) : ''}
            </span>
          </div>
          {shown?.length === 0 ? (
            <Blank
              title={words.nothing}
              action={
                <Button
                  onClick={() => {
                    setText('');
                    setState('');
                  }}
                >
                  {words.clear}
                </Button>
              }
            />
          ) : (
            <DataTable
              label={words.title}
              columns={columns}
              rows={shown}
              rowKey={(row) => row.arn ?? ''}
            />
          )}
        </>
      )}
      <ChannelForm
        open={creating !== '' && reason === undefined}
        onClose={() => setCreating('')}
        onCreated={(arn) => go(to.channel(idOf(arn)))}
      />
    </div>
  );
}
