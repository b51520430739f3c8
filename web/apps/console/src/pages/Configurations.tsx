import { useState } from 'react';
import type { ivs } from '@rostrum/client/api';
import {
  Blank,
  Button,
  CopyText,
  Dialog,
  SelectField,
  Tag,
  TextField,
  toast,
  usePoll,
} from '@rostrum/ui';
import { createConfiguration, deleteConfiguration } from '../actions';
import { idOf } from '../arn';
import { PageHead, PageTabs, Symbol } from '../parts/bits';
import { Confirm } from '../parts/Confirm';
import { allConfigurations } from '../parts/data';
import { DataTable, type Column } from '../parts/DataTable';
import { ActionError, Failed, Trouble } from '../parts/Failed';
import { useAction } from '../parts/useAction';
import { useTitle } from '../parts/useTitle';
import { to, useParameter } from '../routes';
import { useApi, useReason } from '../session/context';
import { strings } from '../strings';
import { recordingTabs } from './Recordings';

const words = strings.configurations;
type Row = ivs.RecordingConfigurationSummary;
type Selection = NonNullable<ivs.RenditionConfiguration['renditionSelection']>;

const nameOfRow = (row: Row) => row.name || idOf(row.arn);
const intervals = ['0', '5', '10', '30', '60'] as const;

function Create({
  open,
  onClose,
  onDone,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const creating = useAction(createConfiguration);
  const [name, setName] = useState('');
  const [bucket, setBucket] = useState('recordings');
  const [selection, setSelection] = useState<Exclude<Selection, 'CUSTOM'>>('ALL');
  const [interval, setInterval] = useState<(typeof intervals)[number]>('10');
  const [seconds, setSeconds] = useState('0');
  const bucketError = /^[a-z0-9.-]{3,63}$/.test(bucket) ? null : words.bucketWrong;
  const secondsError =
    /^\d{1,3}$/.test(seconds) && Number(seconds) <= 300 ? null : words.windowWrong;
  const nameError = /^[a-zA-Z0-9_-]{0,128}$/.test(name) ? null : strings.channelForm.nameWrong;
  const isFine = !bucketError && !secondsError && !nameError;
  const submit = async () => {
    if (!isFine) return;
    const made = await creating.run({
      name,
      destinationConfiguration: { s3: { bucketName: bucket } },
      renditionConfiguration: { renditionSelection: selection },
      thumbnailConfiguration:
        interval === '0'
          ? { recordingMode: 'DISABLED' }
          : {
              recordingMode: 'INTERVAL',
              targetIntervalSeconds: Number(interval),
              storage: ['SEQUENTIAL', 'LATEST'],
            },
      recordingReconnectWindowSeconds: Number(seconds),
    });
    if (made === null) return;
    toast(words.created);
    setName('');
    onDone();
  };
  return (
    <Dialog open={open} onClose={onClose} title={words.create} wide>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField label={words.name} value={name} onChange={setName} error={nameError} />
        <TextField
          label={words.bucket}
          hint={words.bucketHint}
          value={bucket}
          onChange={setBucket}
          error={bucketError}
          code
        />
        <div className="form-row">
          <SelectField
            label={words.renditions}
            value={selection}
            onChange={setSelection}
            options={(['ALL', 'NONE'] as const).map((value) => ({
              value,
              label: words.renditionChoices[value],
            }))}
          />
          <SelectField
            label={words.thumbnails}
            value={interval}
            onChange={setInterval}
            options={intervals.map((value) => ({
              value,
              label: value === '0' ? words.thumbnailsOff : words.every(Number(value)),
            }))}
          />
        </div>
        <TextField
          label={words.window}
          hint={words.windowHint}
          value={seconds}
          onChange={setSeconds}
          error={secondsError}
          inputMode="numeric"
        />
        <ActionError error={creating.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button kind="primary" type="submit" disabled={!isFine || creating.busy}>
            {creating.label}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function Configurations() {
  useTitle(strings.recordings.tabConfigurations);
  const api = useApi();
  const reason = useReason();
  const [creating, setCreating] = useParameter('create');
  const [deleting, setDeleting] = useState<Row | null>(null);
  const list = usePoll('configurations', 10_000, (signal) => allConfigurations(api, signal));
  const columns: readonly Column<Row>[] = [
    {
      key: 'name',
      label: words.name,
      width: 'minmax(140px, 2fr)',
      render: (row) => <strong>{nameOfRow(row)}</strong>,
    },
    {
      key: 'bucket',
      label: words.bucket,
      width: 'minmax(120px, 2fr)',
      render: (row) => row.destinationConfiguration.s3?.bucketName ?? strings.unknown,
    },
    {
      key: 'state',
      label: words.state,
      render: (row) => (
        <Tag tone={row.state === 'CREATE_FAILED' ? 'warning' : 'plain'}>
          {words.states[row.state]}
        </Tag>
      ),
    },
    {
      key: 'id',
      label: strings.channels.id,
      width: 'minmax(130px, 1.5fr)',
      render: (row) => <CopyText value={row.arn} shown={idOf(row.arn)} name="ARN" />,
    },
    {
      key: 'acts',
      label: strings.remove,
      width: '60px',
      isActions: true,
      render: (row) => (
        <Button
          small
          kind="quiet"
          reason={reason}
          label={`${words.deleteDo}: ${nameOfRow(row)}`}
          onClick={() => setDeleting(row)}
        >
          <Symbol name="trash" />
        </Button>
      ),
    },
  ];
  return (
    <div className="page">
      <PageHead title={strings.recordings.title}>
        <Button kind="primary" reason={reason} onClick={() => setCreating('1')}>
          <Symbol name="plus" /> {words.create}
        </Button>
      </PageHead>
      <PageTabs
        tabs={recordingTabs}
        here={to.recordingConfigurations}
        label={strings.recordings.title}
      />
      {list.value && <Trouble error={list.error} again={list.again} />}
      {!list.value && list.error ? (
        <Failed error={list.error} again={list.again} />
      ) : list.value?.length === 0 ? (
        <Blank title={words.firstTitle}>{words.firstText}</Blank>
      ) : (
        <DataTable
          label={strings.recordings.tabConfigurations}
          columns={columns}
          rows={list.value}
          rowKey={(row) => row.arn}
        />
      )}
      <Create
        open={creating !== '' && reason === undefined}
        onClose={() => setCreating('')}
        onDone={() => {
          setCreating('');
          list.again();
        }}
      />
      {deleting && (
        <Confirm
          open
          onClose={() => setDeleting(null)}
          action={deleteConfiguration}
          input={deleting.arn}
          title={words.deleteTitle(nameOfRow(deleting))}
          text={words.deleteText}
          done={words.deleted}
          onDone={list.again}
        />
      )}
    </div>
  );
}
