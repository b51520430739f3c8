import { useId, useState } from 'react';
import { platformError } from '@rostrum/client/platform';
import { Button, Dialog, exactTime, Tag, TextField } from '@rostrum/ui';
import { chatStrings } from '@rostrum/ui/chat';
import { calls } from '../../channel/parts/calls';
import { refusedWords } from '../../shell/refused';
import { useSession } from '../../shell/session';
import { moment } from '../../strings/text';
import { useManagerText } from '../../strings/manager';
import { settleReport, type ChannelReport, type ReportState } from '../calls';

/** What came of something that was done, and how it is taken back. */
export interface Said {
  readonly text: string;
  readonly isProblem?: boolean;
  readonly undo?: () => void;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** One report: about whom and what, and what can be done about it. */
export function ReportCard({
  channel,
  report,
  state,
  onMove,
  onSay,
}: {
  readonly channel: string;
  readonly report: ChannelReport;
  /** Of the list it stands in. */
  readonly state: ReportState;
  readonly onMove: (id: string, to: ReportState) => void;
  readonly onSay: (said: Said | null) => void;
}) {
  const words = useManagerText();
  const id = useId();
  const { account } = useSession();
  const [busy, setBusy] = useState(false);
  const [isDeleted, setDeleted] = useState(false);
  const [isBanned, setBanned] = useState(false);
  const [asking, setAsking] = useState(false);
  const { person = '', text = '', messageId = '' } = report;
  const about = person === '' ? words.reportOfChannel : words.reportOf(person);
  // Nobody decides on reports about themselves: those wait for the platform's moderators.
  const isOthers = person !== '' && !same(person, channel) && !same(person, account?.name ?? '');

  const act = async (work: () => Promise<unknown>, done: () => Said) => {
    if (busy) return;
    setBusy(true);
    onSay(null);
    try {
      await work();
      onSay(done());
    } catch (cause) {
      onSay({ text: refusedWords(platformError(cause)), isProblem: true });
    }
    setBusy(false);
  };
  const settle = (to: ReportState, from: ReportState | null) =>
    act(
      () => settleReport(channel, report.id, to),
      () => {
        onMove(report.id, to);
        return {
          text: words.reportDone[to],
          ...(from ? { undo: () => void settle(from, null) } : {}),
        };
      },
    );
  const unban = () =>
    act(
      () => calls.unban(channel, person),
      () => {
        setBanned(false);
        return { text: words.unbanned(person) };
      },
    );
  const ban = (reason: string) =>
    act(
      () => calls.ban(channel, person, undefined, reason),
      () => {
        setBanned(true);
        return { text: words.banned(person), undo: () => void unban() };
      },
    );
  const remove = () =>
    act(
      () => calls.deleteMessage(channel, messageId),
      () => {
        setDeleted(true);
        return { text: words.messageDeleted };
      },
    );
  return (
    <li tabIndex={-1} aria-labelledby={id}>
      <p className="report-head" id={id}>
        <strong>{about}</strong>
        <Tag tone={state === 'open' ? 'warning' : 'plain'}>
          {words.reasons[report.reason] ?? report.reason}
        </Tag>
      </p>
      <p className="quiet">
        <time dateTime={report.at} title={exactTime(Date.parse(report.at))}>
          {words.reportBy(report.by ?? '', moment(report.at))}
        </time>
      </p>
      {text && (
        <blockquote dir="auto">
          <span className="visually-hidden">{words.reportedMessage}: </span>
          {text}
        </blockquote>
      )}
      {!text && messageId && <p className="quiet">{words.messageGone}</p>}
      {report.details && (
        <p dir="auto">
          <span className="quiet">{words.reportDetails}: </span>
          {report.details}
        </p>
      )}
      {!isOthers && <p className="quiet">{words.reportForPlatform}</p>}
      <div className="report-acts">
        {isOthers && state === 'open' && (
          <>
            <Button
              small
              kind="primary"
              label={words.actFor(words.reportResolve, about)}
              disabled={busy}
              onClick={() => void settle('resolved', 'open')}
            >
              {words.reportResolve}
            </Button>
            <Button
              small
              label={words.actFor(words.reportDismiss, about)}
              disabled={busy}
              onClick={() => void settle('dismissed', 'open')}
            >
              {words.reportDismiss}
            </Button>
          </>
        )}
        {isOthers && state !== 'open' && (
          <Button
            small
            label={words.actFor(words.reportReopen, about)}
            disabled={busy}
            onClick={() => void settle('open', state)}
          >
            {words.reportReopen}
          </Button>
        )}
        {text && messageId && !isDeleted && (
          <Button
            small
            label={words.actFor(words.deleteMessage, about)}
            disabled={busy}
            onClick={() => void remove()}
          >
            {words.deleteMessage}
          </Button>
        )}
        {isOthers && !isBanned && (
          <Button small kind="danger" disabled={busy} onClick={() => setAsking(true)}>
            {chatStrings.ban(person)}
          </Button>
        )}
      </div>
      {asking && (
        <BanAsked
          person={person}
          onClose={() => setAsking(false)}
          onBan={(reason) => {
            setAsking(false);
            void ban(reason);
          }}
        />
      )}
    </li>
  );
}

/** In the chat's words, since it is the same ban. */
function BanAsked({
  person,
  onBan,
  onClose,
}: {
  readonly person: string;
  readonly onBan: (reason: string) => void;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  return (
    <Dialog
      open
      onClose={onClose}
      title={chatStrings.banTitle(person)}
      description={chatStrings.banText}
      actions={
        <>
          <Button onClick={onClose}>{chatStrings.cancel}</Button>
          <Button kind="danger" onClick={() => onBan(reason.trim())}>
            {chatStrings.banDo(person)}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onBan(reason.trim());
        }}
      >
        <TextField
          label={chatStrings.banReason}
          value={reason}
          onChange={setReason}
          maxLength={200}
          autoComplete="off"
        />
      </form>
    </Dialog>
  );
}
