import { useState } from 'react';
import { everything, type rostrum } from '@rostrum/client/api';
import {
  Button,
  CheckField,
  CopyField,
  CopyText,
  Dialog,
  SecretField,
  SelectField,
  Tag,
  TextField,
  usePoll,
} from '@rostrum/ui';
import { createAccessKey, deleteAccessKey } from '../actions';
import { PageHead, PageTabs, Symbol, When } from '../parts/bits';
import { Confirm } from '../parts/Confirm';
import { DataTable, type Column } from '../parts/DataTable';
import { ActionError, Failed, Trouble } from '../parts/Failed';
import { useAction } from '../parts/useAction';
import { useTitle } from '../parts/useTitle';
import { to, useParameter } from '../routes';
import { useConsole, useReason } from '../session/context';
import { strings } from '../strings';

const words = strings.keys;
type Row = rostrum.AccessKeySummary;
type Service = 'any' | 'ivs' | 'ivschat' | 'rostrum';

export const keyTabs = [
  { href: to.keys, label: words.tabAccess },
  { href: to.playbackKeys, label: words.tabPlayback },
];

function Create({
  open,
  onClose,
  onMade,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onMade: (key: rostrum.AccessKey) => void;
}) {
  const creating = useAction(createAccessKey);
  const [name, setName] = useState('');
  const [readOnly, setReadOnly] = useState(false);
  const [service, setService] = useState<Service>('any');
  const [resource, setResource] = useState('');
  const nameError = /^[a-zA-Z0-9_.-]{0,128}$/.test(name) ? null : strings.channelForm.nameWrong;
  const submit = async () => {
    if (nameError) return;
    const made = await creating.run({
      name,
      access: readOnly ? 'READ_ONLY' : 'FULL',
      ...(service === 'any' ? {} : { service }),
      ...(resource.trim() === '' ? {} : { resource: resource.trim() }),
    });
    if (!made?.accessKey) return;
    setName('');
    setResource('');
    onMade(made.accessKey);
  };
  return (
    <Dialog open={open} onClose={onClose} title={words.create}>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField label={words.name} value={name} onChange={setName} error={nameError} />
        <CheckField label={words.readOnly} checked={readOnly} onChange={setReadOnly} />
        <SelectField
          label={words.service}
          value={service}
          onChange={setService}
          options={(['any', 'ivs', 'ivschat', 'rostrum'] as const).map((value) => ({
            value,
            label: value === 'any' ? words.anyService : value,
          }))}
        />
        <TextField
          label={words.resource}
          hint={words.resourceHint}
          value={resource}
          onChange={setResource}
          code
        />
        <ActionError error={creating.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button kind="primary" type="submit" disabled={creating.busy || nameError !== null}>
            {creating.label}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function AccessKeys() {
  useTitle(words.tabAccess);
  const { api, session } = useConsole();
  const reason = useReason();
  const [creating, setCreating] = useParameter('create');
  const [made, setMade] = useState<rostrum.AccessKey | null>(null);
  const [deleting, setDeleting] = useState<Row | null>(null);
  const list = usePoll('access keys', 15_000, (signal) =>
    everything(async (token) => {
      const answer = await api.rostrum('ListAccessKeys', token ? { nextToken: token } : {}, signal);
      return {
        items: answer.accessKeys,
        ...(answer.nextToken ? { nextToken: answer.nextToken } : {}),
      };
    }),
  );
  const isOwn = (row: Row) => row.accessKeyId === session.signer.accessKeyId;
  const columns: readonly Column<Row>[] = [
    {
      key: 'name',
      label: words.name,
      width: 'minmax(120px, 2fr)',
      render: (row) => (
        <span className="state">
          <strong>{row.name || strings.channels.unnamed}</strong>
          {isOwn(row) && <Tag tone="good">{words.own}</Tag>}
        </span>
      ),
    },
    {
      key: 'id',
      label: words.id,
      width: 'minmax(190px, 2fr)',
      render: (row) => <CopyText value={row.accessKeyId ?? ''} name={words.id} />,
    },
    {
      key: 'rights',
      label: words.rights,
      width: 'minmax(120px, 2fr)',
      render: (row) => (
        <span className="state">
          {row.access === 'READ_ONLY' ? words.readOnly : words.full}
          {row.service && <Tag>{words.limitedTo(row.service)}</Tag>}
          {row.resource && <span className="quiet">{words.limitedTo(row.resource)}</span>}
        </span>
      ),
    },
    {
      key: 'created',
      label: words.created,
      width: '110px',
      render: (row) => <When time={row.createTime} />,
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
          reason={reason ?? (isOwn(row) ? words.ownReason : undefined)}
          label={`${words.deleteDo}: ${row.name || row.accessKeyId}`}
          onClick={() => setDeleting(row)}
        >
          <Symbol name="trash" />
        </Button>
      ),
    },
  ];
  return (
    <div className="page">
      <PageHead title={words.title}>
        <Button kind="primary" reason={reason} onClick={() => setCreating('1')}>
          <Symbol name="plus" /> {words.create}
        </Button>
      </PageHead>
      <PageTabs tabs={keyTabs} here={to.keys} label={words.title} />
      <p className="quiet">{words.text}</p>
      {list.value && <Trouble error={list.error} again={list.again} />}
      {!list.value && list.error ? (
        <Failed error={list.error} again={list.again} />
      ) : (
        <DataTable
          label={words.tabAccess}
          columns={columns}
          rows={list.value}
          rowKey={(row) => row.accessKeyId ?? ''}
        />
      )}
      <Create
        open={creating !== '' && reason === undefined}
        onClose={() => setCreating('')}
        onMade={(key) => {
          setCreating('');
          setMade(key);
          list.again();
        }}
      />
      <Dialog
        open={made !== null}
        onClose={() => setMade(null)}
        title={words.secretTitle}
        description={words.secretText}
        actions={
          <Button kind="primary" onClick={() => setMade(null)}>
            {words.secretDone}
          </Button>
        }
      >
        <CopyField label={words.secretId} value={made?.accessKeyId ?? ''} />
        <SecretField label={words.secret} value={made?.secretAccessKey ?? ''} />
      </Dialog>
      {deleting && (
        <Confirm
          open
          onClose={() => setDeleting(null)}
          action={deleteAccessKey}
          input={deleting.accessKeyId ?? ''}
          title={words.deleteTitle(deleting.name || (deleting.accessKeyId ?? ''))}
          text={words.deleteText}
          done={words.deleted}
          onDone={list.again}
        />
      )}
    </div>
  );
}
