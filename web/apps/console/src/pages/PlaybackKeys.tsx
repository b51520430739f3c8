import { useState } from 'react';
import { everything, type ivs } from '@rostrum/client/api';
import { Blank, Button, CopyText, Dialog, TextField, toast, usePoll } from '@rostrum/ui';
import { deletePlaybackKey, importPlaybackKey } from '../actions';
import { idOf } from '../arn';
import { PageHead, PageTabs, Symbol } from '../parts/bits';
import { Confirm } from '../parts/Confirm';
import { DataTable, type Column } from '../parts/DataTable';
import { ActionError, Failed, Trouble } from '../parts/Failed';
import { useAction } from '../parts/useAction';
import { useTitle } from '../parts/useTitle';
import { to, useParameter } from '../routes';
import { useApi, useReason } from '../session/context';
import { strings } from '../strings';
import { keyTabs } from './AccessKeys';

const words = strings.keys;
type Row = ivs.PlaybackKeyPairSummary;
const nameOf = (row: Row) => row.name || idOf(row.arn);

function Import({
  open,
  onClose,
  onDone,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const importing = useAction(importPlaybackKey);
  const [name, setName] = useState('');
  const [material, setMaterial] = useState('');
  const [tried, setTried] = useState(false);
  const missing = material.trim() === '';
  const submit = async () => {
    setTried(true);
    if (missing) return;
    const made = await importing.run({ name, publicKeyMaterial: material.trim() });
    if (made === null) return;
    setName('');
    setMaterial('');
    setTried(false);
    toast(words.imported);
    onDone();
  };
  return (
    <Dialog open={open} onClose={onClose} title={words.importTitle} wide>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField label={words.name} value={name} onChange={setName} />
        <TextField
          label={words.material}
          hint={words.materialHint}
          value={material}
          onChange={setMaterial}
          error={tried && missing ? words.materialMissing : null}
          lines={6}
          code
        />
        <ActionError error={importing.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button kind="primary" type="submit" disabled={importing.busy}>
            {importing.label}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function PlaybackKeys() {
  useTitle(words.tabPlayback);
  const api = useApi();
  const reason = useReason();
  const [creating, setCreating] = useParameter('create');
  const [deleting, setDeleting] = useState<Row | null>(null);
  const list = usePoll('playback keys', 15_000, (signal) =>
    everything(async (token) => {
      const input = token ? { nextToken: token } : {};
      const answer = await api.ivs('ListPlaybackKeyPairs', input, signal);
      return {
        items: answer.keyPairs,
        ...(answer.nextToken ? { nextToken: answer.nextToken } : {}),
      };
    }),
  );
  const columns: readonly Column<Row>[] = [
    {
      key: 'name',
      label: words.name,
      width: 'minmax(120px, 2fr)',
      render: (row) => <strong>{nameOf(row)}</strong>,
    },
    {
      key: 'id',
      label: strings.channels.id,
      width: 'minmax(140px, 2fr)',
      render: (row) => <CopyText value={row.arn ?? ''} shown={idOf(row.arn)} name="ARN" />,
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
          label={`${words.deletePlaybackDo}: ${nameOf(row)}`}
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
          <Symbol name="plus" /> {words.import}
        </Button>
      </PageHead>
      <PageTabs tabs={keyTabs} here={to.playbackKeys} label={words.title} />
      <p className="quiet">{words.playbackText}</p>
      {list.value && <Trouble error={list.error} again={list.again} />}
      {!list.value && list.error ? (
        <Failed error={list.error} again={list.again} />
      ) : list.value?.length === 0 ? (
        <Blank title={words.playbackFirst}>{words.playbackFirstText}</Blank>
      ) : (
        <DataTable
          label={words.tabPlayback}
          columns={columns}
          rows={list.value}
          rowKey={(row) => row.arn ?? ''}
        />
      )}
      <Import
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
          action={deletePlaybackKey}
          input={deleting.arn ?? ''}
          title={words.deletePlaybackTitle(nameOf(deleting))}
          text={words.deletePlaybackText}
          done={words.deleted}
          onDone={list.again}
        />
      )}
    </div>
  );
}
