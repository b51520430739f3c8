import { useEffect, useState } from 'react';
import { Button, Dialog, toast } from '@rostrum/ui';
import { createChannel } from '../actions';
import { strings } from '../strings';
import { ChannelFields, isName, newDraft } from './ChannelFields';
import { ActionError } from './Failed';
import { useAction } from './useAction';

const words = strings.channelForm;

/** A new channel. */
export function ChannelForm({
  open,
  onClose,
  onCreated,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onCreated: (arn: string) => void;
}) {
  const creating = useAction(createChannel);
  const [draft, setDraft] = useState(newDraft);
  const { forget } = creating;
  useEffect(() => {
    if (!open) return;
    setDraft(newDraft);
    forget();
  }, [open, forget]);
  const submit = async () => {
    if (!isName(draft.name)) return;
    const made = await creating.run(draft);
    const arn = made?.channel?.arn;
    if (arn === undefined) return;
    toast(words.created(draft.name));
    onCreated(arn);
  };
  const about = creating.error?.field === 'name' ? creating.error : null;
  return (
    <Dialog open={open} onClose={onClose} title={words.createTitle} wide>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <ChannelFields draft={draft} onChange={setDraft} nameError={about?.message ?? null} />
        <ActionError error={about ? null : creating.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button kind="primary" type="submit" disabled={creating.busy || !isName(draft.name)}>
            {creating.label}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
