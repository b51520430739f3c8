import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Blank, Button, Skeleton } from '@rostrum/ui';
import { usePages } from '../../channel/parts/usePages';
import { useNotices } from '../../shell/notices';
import { Trouble } from '../../shell/Trouble';
import { useManagerText } from '../../strings/manager';
import { reports, reportStates, type ReportState } from '../calls';
import { ReportCard, type Said } from './ReportCard';

/** What viewers reported in a channel, and what becomes of it. */
export function Reports({ name }: { readonly name: string }) {
  const words = useManagerText();
  const [state, setState] = useState<ReportState>('open');
  /** What was settled here meanwhile, by id: the list need not be asked for again. */
  const [moved, setMoved] = useState<ReadonlyMap<string, ReportState>>(new Map());
  const [said, setSaid] = useState<Said | null>(null);
  const rows = useRef<HTMLUListElement>(null);
  const line = useRef<HTMLDivElement>(null);
  const pages = usePages(`reports ${name} ${state}`, (after, signal) =>
    reports(name, state, after, signal),
  );
  const list = pages.list?.filter((one) => (moved.get(one.id) ?? one.state) === state) ?? null;

  const { fresh } = useNotices();
  const newest = fresh.find(({ kind, channel }) => kind === 'report' && channel.name === name);
  const told = newest ? `${newest.id} ${newest.at}` : '';
  const known = useRef(told);
  const { again, more } = pages;
  useEffect(() => {
    if (told === known.current) return;
    known.current = told;
    again();
  });
  const isEmptied = list?.length === 0 && !pages.isWhole && !pages.isLoading && !pages.error;
  useEffect(() => {
    if (isEmptied) more();
  });

  const choose = (wanted: ReportState) => {
    setState(wanted);
    setMoved(new Map());
    setSaid(null);
  };
  /** Whoever uses a keyboard goes on with the next one. */
  const move = (id: string, to: ReportState) => {
    const all = [...(rows.current?.children ?? [])] as HTMLElement[];
    const at = list?.findIndex((one) => one.id === id) ?? -1;
    const next = to === state ? undefined : (all[at + 1] ?? all[at - 1]);
    setMoved((before) => new Map(before).set(id, to));
    (next ?? line.current)?.focus();
    // Taken back after the list was asked for anew: it is no longer among what is known.
    if (at < 0 && to === state && !pages.list?.some((one) => one.id === id)) again();
  };
  return (
    <div className="named-lists">
      <div className="report-states" role="group" aria-label={words.reportState}>
        {reportStates.map((one) => (
          <button key={one} type="button" aria-pressed={one === state} onClick={() => choose(one)}>
            {words.reportStates[one]}
          </button>
        ))}
      </div>
      <div
        ref={line}
        className={said?.isProblem ? 'report-said problem' : 'report-said'}
        role="status"
        tabIndex={-1}
      >
        {said && (
          <>
            <span>{said.text}</span>
            {said.undo && (
              <Button small kind="quiet" onClick={said.undo}>
                {words.undo}
              </Button>
            )}
          </>
        )}
      </div>
      <Trouble error={pages.error} again={list === null ? again : more} />
      {list === null && !pages.error && <Waiting>{words.loading}</Waiting>}
      {list?.length === 0 && pages.isWhole && (
        <Blank title={words.noReports}>{state === 'open' && words.noReportsText}</Blank>
      )}
      {list !== null && list.length > 0 && (
        <ul className="report-list" ref={rows} aria-busy={pages.isLoading}>
          {list.map((report) => (
            <ReportCard
              key={report.id}
              channel={name}
              report={report}
              state={state}
              onMove={move}
              onSay={setSaid}
            />
          ))}
        </ul>
      )}
      {list !== null && list.length > 0 && !pages.isWhole && !pages.error && (
        <Button disabled={pages.isLoading} onClick={more}>
          {words.more}
        </Button>
      )}
    </div>
  );
}

function Waiting({ children }: { readonly children: ReactNode }) {
  return (
    <div role="status">
      <span className="visually-hidden">{children}</span>
      {[1, 2, 3].map((n) => (
        <p key={n} className="report-bone">
          <Skeleton width="100%" height="112px" />
        </p>
      ))}
    </div>
  );
}
