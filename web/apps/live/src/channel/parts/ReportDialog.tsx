import { useState } from 'react';
import { reportReasons, type ReportAbout, type ReportReason } from '@rostrum/client/channels';
import { PlatformError } from '@rostrum/client/platform';
import { Button, Dialog, TextField, toast } from '@rostrum/ui';
import { go, to } from '../../routes';
import { useChannelText } from '../../strings/channel';
import { calls } from './calls';
import './ReportDialog.css';

const longestDetails = 1000;

/** Tells those who look after the place what is wrong with a message, a person or a channel. */
export default function ReportDialog({
  about,
  title,
  quote,
  onClose,
}: {
  readonly about: ReportAbout;
  readonly title: string;
  /** What was said, as a reminder. */
  readonly quote?: string | undefined;
  readonly onClose: () => void;
}) {
  const words = useChannelText();
  const [reason, setReason] = useState<ReportReason | null>(null);
  const [details, setDetails] = useState('');
  const [state, setState] = useState<'asking' | 'sending' | 'failed'>('asking');
  const send = () => {
    if (!reason) return;
    setState('sending');
    calls.report(about, reason, details.trim()).then(
      () => {
        onClose();
        toast(words.reported);
      },
      (error: unknown) => {
        if (error instanceof PlatformError && error.status === 401) {
          onClose();
          go(to.login());
          toast(words.reportSignIn, 'problem');
        } else setState('failed');
      },
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={words.reportText}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" onClick={send} disabled={!reason || state === 'sending'}>
            {words.reportSend}
          </Button>
        </>
      }
    >
      {quote && (
        <blockquote className="report-quote" dir="auto">
          {quote}
        </blockquote>
      )}
      <fieldset className="report-reasons">
        <legend>{words.reportReason}</legend>
        {reportReasons.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="reason"
              value={one}
              checked={reason === one}
              onChange={() => setReason(one)}
            />
            {words.reportReasons[one]}
          </label>
        ))}
      </fieldset>
      <TextField
        label={words.reportDetails}
        value={details}
        onChange={setDetails}
        lines={3}
        maxLength={longestDetails}
        error={state === 'failed' ? words.reportFailed : null}
      />
    </Dialog>
  );
}
