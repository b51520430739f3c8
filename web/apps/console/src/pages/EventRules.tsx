import { useState } from 'react';
import { everything, type rostrum } from '@rostrum/client/api';
import { Blank, Button, Tag, usePoll } from '@rostrum/ui';
import { deleteEventRule } from '../actions';
import { PageHead, PageTabs, Symbol } from '../parts/bits';
import { Confirm } from '../parts/Confirm';
import { DataTable, type Column } from '../parts/DataTable';
import { Failed, Trouble } from '../parts/Failed';
import { useTitle } from '../parts/useTitle';
import { to } from '../routes';
import { useApi, useReason } from '../session/context';
import { strings } from '../strings';
import { ruleTabs } from './Policies';

const words = strings.rules;
type Row = rostrum.EventRule;
const fromFile = 'CONFIGURATION';

export function EventRules() {
  useTitle(words.tabEvents);
  const api = useApi();
  const reason = useReason();
  const [deleting, setDeleting] = useState<Row | null>(null);
  const rules = usePoll('event rules', 15_000, (signal) =>
    everything(async (token) => {
      const answer = await api.rostrum('ListEventRules', token ? { nextToken: token } : {}, signal);
      return { items: answer.rules, ...(answer.nextToken ? { nextToken: answer.nextToken } : {}) };
    }),
  );
  const isFromFile = (row: Row) => (row.origin ?? '').toUpperCase() === fromFile;
  const columns: readonly Column<Row>[] = [
    {
      key: 'name',
      label: words.name,
      width: 'minmax(120px, 1.5fr)',
      render: (row) => (
        <span className="state">
          <strong>{row.name}</strong>
          {row.enabled === false && <Tag>{words.disabled}</Tag>}
          {isFromFile(row) && <Tag>{words.fromConfiguration}</Tag>}
        </span>
      ),
    },
    {
      key: 'pattern',
      label: words.pattern,
      width: 'minmax(160px, 3fr)',
      render: (row) => <code className="pattern">{row.eventPattern}</code>,
    },
    {
      key: 'targets',
      label: words.targets,
      width: 'minmax(140px, 2fr)',
      render: (row) =>
        row.targets?.length
          ? row.targets.map((target) => `${target.type} ${target.url ?? ''}`).join(', ')
          : words.noTargets,
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
          reason={reason ?? (isFromFile(row) ? words.fromConfiguration : undefined)}
          label={`${words.deleteRuleDo}: ${row.name}`}
          onClick={() => setDeleting(row)}
        >
          <Symbol name="trash" />
        </Button>
      ),
    },
  ];
  return (
    <div className="page">
      <PageHead title={words.title} />
      <PageTabs tabs={ruleTabs} here={to.eventRules} label={words.title} />
      <p className="quiet">{words.eventsText}</p>
      {rules.value && <Trouble error={rules.error} again={rules.again} />}
      {!rules.value && rules.error ? (
        <Failed error={rules.error} again={rules.again} />
      ) : rules.value?.length === 0 ? (
        <Blank
          title={words.eventsFirst}
          action={
            <code className="command">
              rostrum rule put went-live --pattern &#123;…&#125; --url https://…
            </code>
          }
        >
          {words.eventsFirstText}
        </Blank>
      ) : (
        <DataTable
          label={words.tabEvents}
          columns={columns}
          rows={rules.value}
          rowKey={(row) => row.name ?? ''}
        />
      )}
      {deleting && (
        <Confirm
          open
          onClose={() => setDeleting(null)}
          action={deleteEventRule}
          input={deleting.name ?? ''}
          title={words.deleteRuleTitle(deleting.name ?? '')}
          text={words.deleteRuleText}
          done={words.ruleDeleted}
          onDone={rules.again}
        />
      )}
    </div>
  );
}
