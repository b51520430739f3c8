import { useState } from 'react';
import type { ivs } from '@rostrum/client/api';
import {
  Blank,
  Button,
  CheckField,
  CopyText,
  Dialog,
  TextField,
  toast,
  usePoll,
} from '@rostrum/ui';
import { createPolicy, deletePolicy, updatePolicy } from '../actions';
import { idOf } from '../arn';
import { PageHead, PageTabs, Symbol } from '../parts/bits';
import { Confirm } from '../parts/Confirm';
import { allPolicies } from '../parts/data';
import { DataTable, type Column } from '../parts/DataTable';
import { ActionError, Failed, Trouble } from '../parts/Failed';
import { useAction } from '../parts/useAction';
import { useTitle } from '../parts/useTitle';
import { to } from '../routes';
import { useApi, useReason } from '../session/context';
import { strings } from '../strings';

const words = strings.rules;
type Row = ivs.PlaybackRestrictionPolicySummary;
const nameOf = (row: Row) => row.name || idOf(row.arn);

export const ruleTabs = [
  { href: to.policies, label: words.tabPolicies },
  { href: to.eventRules, label: words.tabEvents },
];

/** "de, FR" as a list of codes; null if it is none. */
export function readCountries(text: string): string[] | null {
  const codes = text
    .toUpperCase()
    .split(/[\s,]+/)
    .filter((code) => code !== '');
  return codes.every((code) => /^[A-Z]{2}$/.test(code)) ? [...new Set(codes)] : null;
}

export const readOrigins = (text: string): string[] => [
  ...new Set(
    text
      .split(/\s+/)
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  ),
];

function Edit({
  row,
  onClose,
  onDone,
}: {
  /** Null for a new one. */
  readonly row: Row | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const creating = useAction(createPolicy);
  const updating = useAction(updatePolicy);
  const [name, setName] = useState(row?.name ?? '');
  const [countries, setCountries] = useState(row?.allowedCountries.join(', ') ?? '');
  const [origins, setOrigins] = useState(row?.allowedOrigins.join('\n') ?? '');
  const [strict, setStrict] = useState(row?.enableStrictOriginEnforcement ?? false);
  const codes = readCountries(countries);
  const running = row ? updating : creating;
  const submit = async () => {
    if (codes === null) return;
    const policy = {
      name,
      allowedCountries: codes,
      allowedOrigins: readOrigins(origins),
      enableStrictOriginEnforcement: strict,
    };
    const done = row ? await updating.run({ arn: row.arn, ...policy }) : await creating.run(policy);
    if (done === null) return;
    toast(words.saved);
    onDone();
  };
  return (
    <Dialog open onClose={onClose} title={row ? words.editTitle(nameOf(row)) : words.create} wide>
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
          label={words.countries}
          hint={words.countriesHint}
          value={countries}
          onChange={setCountries}
          error={codes === null ? words.countriesWrong : null}
        />
        <TextField
          label={words.origins}
          hint={words.originsHint}
          value={origins}
          onChange={setOrigins}
          lines={3}
          code
        />
        <CheckField label={words.strict} checked={strict} onChange={setStrict} />
        <ActionError error={running.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button kind="primary" type="submit" disabled={codes === null || running.busy}>
            {running.label}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const list = (items: readonly string[]) => (items.length === 0 ? words.all : items.join(', '));

export function Policies() {
  useTitle(words.tabPolicies);
  const api = useApi();
  const reason = useReason();
  const [editing, setEditing] = useState<Row | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Row | null>(null);
  const policies = usePoll('policies', 15_000, (signal) => allPolicies(api, signal));
  const columns: readonly Column<Row>[] = [
    {
      key: 'name',
      label: words.name,
      width: 'minmax(120px, 2fr)',
      render: (row) => <strong>{nameOf(row)}</strong>,
    },
    { key: 'countries', label: words.countries, render: (row) => list(row.allowedCountries) },
    {
      key: 'origins',
      label: words.origins,
      width: 'minmax(140px, 2fr)',
      render: (row) => list(row.allowedOrigins),
    },
    {
      key: 'id',
      label: strings.channels.id,
      width: 'minmax(130px, 1.5fr)',
      render: (row) => <CopyText value={row.arn} shown={idOf(row.arn)} name="ARN" />,
    },
    {
      key: 'acts',
      label: words.edit,
      width: '150px',
      isActions: true,
      render: (row) => (
        <>
          <Button small kind="quiet" reason={reason} onClick={() => setEditing(row)}>
            {words.edit}
          </Button>
          <Button
            small
            kind="quiet"
            reason={reason}
            label={`${words.deleteDo}: ${nameOf(row)}`}
            onClick={() => setDeleting(row)}
          >
            <Symbol name="trash" />
          </Button>
        </>
      ),
    },
  ];
  return (
    <div className="page">
      <PageHead title={words.title}>
        <Button kind="primary" reason={reason} onClick={() => setEditing('new')}>
          <Symbol name="plus" /> {words.create}
        </Button>
      </PageHead>
      <PageTabs tabs={ruleTabs} here={to.policies} label={words.title} />
      <p className="quiet">{words.text}</p>
      {policies.value && <Trouble error={policies.error} again={policies.again} />}
      {!policies.value && policies.error ? (
        <Failed error={policies.error} again={policies.again} />
      ) : policies.value?.length === 0 ? (
        <Blank title={words.first}>{words.firstText}</Blank>
      ) : (
        <DataTable
          label={words.tabPolicies}
          columns={columns}
          rows={policies.value}
          rowKey={(row) => row.arn}
        />
      )}
      {editing && (
        <Edit
          row={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onDone={() => {
            setEditing(null);
            policies.again();
          }}
        />
      )}
      {deleting && (
        <Confirm
          open
          onClose={() => setDeleting(null)}
          action={deletePolicy}
          input={deleting.arn}
          title={words.deleteTitle(nameOf(deleting))}
          text={words.deleteText}
          done={words.deleted}
          onDone={policies.again}
        />
      )}
    </div>
  );
}
