import type { ReactNode } from 'react';
import { Button, Dialog } from '@rostrum/ui';
import { useAdminText } from '../strings/admin';

/** Asks before what cannot be undone. */
export function Ask({
  title,
  text,
  doIt,
  busy,
  onDo,
  onClose,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly doIt: string;
  readonly busy: boolean;
  readonly onDo: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) {
  const words = useAdminText();
  return (
    <Dialog open onClose={onClose} title={title} description={text}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          onDo();
        }}
      >
        {children}
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" kind="danger" disabled={busy}>
            {doIt}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
