import { useState } from 'react';
import { ago, Button, exactTime, Tag, TextField, useNow } from '@rostrum/ui';
import { to, useParameter } from '../routes';
import { platform } from '../shell/platform';
import { useAdminText } from '../strings/admin';
import { List } from './List';
import { useAct } from './useAct';
import { usePages } from './usePages';

type State = 'open' | 'resolved' | 'dismissed';
const states: readonly State[] = ['open', 'resolved', 'dismissed'];

interface Report {
  readonly id: string;
  readonly channel: string;
  readonly person?: string;
  readonly by?: string;
  readonly reason: string;
  readonly details: string;
  readonly text: string;
  readonly at: string;
  readonly state: State;
  readonly note?: string;
}

export function Reports() {
  const words = useAdminText();
  const [wanted, setWanted] = useParameter('state');
  const state = states.find((one) => one === wanted) ?? 'open';
  const pages = usePages<Report>(state, async (after, signal) => {
    const answer = await platform.get<{ reports: Report[]; next?: string }>('/admin/reports', {
      query: { state, after },
      signal,
    });
    return { rows: answer.reports, next: answer.next };
  });
  return (
    <>
      <div className="admin-switch" role="group" aria-label={words.state}>
        {states.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === state}
            onClick={() => setWanted(one === 'open' ? '' : one)}
          >
            {words.reportStates[one]}
          </button>
        ))}
      </div>
      <List
        key={state}
        pages={pages}
        emptyTitle={words.noReports}
        emptyText={words.noReportsText}
        keyOf={(report) => report.id}
      >
        {(report) => (
          <ReportCard
            report={report}
            onMoved={() => pages.change((rows) => rows.filter((row) => row.id !== report.id))}
            onBack={() =>
              pages.change((rows) => [report, ...rows.filter((row) => row.id !== report.id)])
            }
          />
        )}
      </List>
    </>
  );
}

function ReportCard({
  report,
  onMoved,
  onBack,
}: {
  readonly report: Report;
  readonly onMoved: () => void;
  readonly onBack: () => void;
}) {
  const words = useAdminText();
  const now = useNow(60_000);
  const { busy, act } = useAct();
  const [note, setNote] = useState(report.note ?? '');
  const at = Date.parse(report.at);
  const patch = (state: State) =>
    platform.patch(`/admin/reports/${encodeURIComponent(report.id)}`, { state, note: note.trim() });
  const move = async (state: State) => {
    const undo = {
      label: words.undo,
      perform: () =>
        void act(() => patch(report.state), words.reportDone[report.state]).then(
          (done) => done && onBack(),
        ),
    };
    if (await act(() => patch(state), words.reportDone[state], undo)) onMoved();
  };
  return (
    <article className="report">
      <header>
        <strong>
          {report.person
            ? words.reportAbout(report.person, report.channel)
            : words.reportChannel(report.channel)}
        </strong>
        <Tag tone="warning">{words.reasons[report.reason] ?? report.reason}</Tag>
        <span className="quiet" title={Number.isNaN(at) ? undefined : exactTime(at)}>
          {!Number.isNaN(at) && ago(at, now)}
          {report.by && ` · ${words.reportBy(report.by)}`}
        </span>
      </header>
      {report.text && (
        <blockquote>
          <span className="visually-hidden">{words.message}: </span>
          {report.text}
        </blockquote>
      )}
      {report.details && (
        <p>
          <span className="quiet">{words.details}: </span>
          {report.details}
        </p>
      )}
      <TextField
        label={words.note}
        hint={words.noteHint}
        value={note}
        onChange={setNote}
        maxLength={1000}
        autoComplete="off"
      />
      <div className="setting-acts">
        {report.state === 'open' ? (
          <>
            <Button small kind="primary" disabled={busy} onClick={() => void move('resolved')}>
              {words.resolve}
            </Button>
            <Button small disabled={busy} onClick={() => void move('dismissed')}>
              {words.dismiss}
            </Button>
          </>
        ) : (
          <Button small disabled={busy} onClick={() => void move('open')}>
            {words.reopen}
          </Button>
        )}
        <a className="form-link-plain" href={to.channel(report.channel)}>
          {words.visit}
        </a>
      </div>
    </article>
  );
}
