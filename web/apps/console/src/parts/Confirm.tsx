import { useState } from 'react';
import { Button, Dialog, TextField, toast } from '@rostrum/ui';
import type { Action } from '../actions';
import { strings } from '../strings';
import { ActionError } from './Failed';
import { useAction } from './useAction';

export interface ConfirmProps<I, O> {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly action: Action<I, O>;
  readonly input: I;
  readonly title: string;
  readonly text: string;
  /** A name that has to be entered for what cannot be undone. */
  readonly typed?: string;
  readonly typedLabel?: string;
  readonly done: string;
  readonly onDone: (output: O) => void;
}

/** Asks before something that cannot be undone, and does it. */
export function Confirm<I, O>(props: ConfirmProps<I, O>) {
  const { open, onClose, action, input, typed, done, onDone } = props;
  const running = useAction(action);
  const [entered, setEntered] = useState('');
  const isSure = typed === undefined || entered.trim() === typed;
  const close = () => {
    setEntered('');
    running.forget();
    onClose();
  };
  const perform = async () => {
    if (!isSure) return;
    const output = await running.run(input);
    if (output === null) return;
    close();
    toast(done);
    onDone(output);
  };
  return (
    <Dialog open={open} onClose={close} title={props.title} description={props.text}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void perform();
        }}
      >
        {typed !== undefined && (
          <TextField
            label={props.typedLabel ?? typed}
            value={entered}
            onChange={setEntered}
            autoComplete="off"
            code
          />
        )}
        <ActionError error={running.error} />
        <div className="dialog-actions">
          <Button onClick={close}>{strings.cancel}</Button>
          <Button type="submit" kind="danger" disabled={!isSure || running.busy}>
            {running.label}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
