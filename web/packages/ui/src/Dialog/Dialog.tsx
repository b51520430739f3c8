import { useRef, type ReactNode } from 'react';
import * as Radix from '@radix-ui/react-dialog';
import x from 'lucide-static/icons/x.svg?raw';
import { Drawing } from '../Icon/Icon';
import { words } from '../words';
import './Dialog.css';

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** One sentence under the title. */
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** At the foot; the primary action last. */
  readonly actions?: ReactNode;
  readonly wide?: boolean;
}

/** Who opened it wants to write, or to read what it says: not to close it. */
function begin(event: Event): void {
  const content = event.currentTarget as HTMLElement;
  const first = content.querySelector<HTMLElement>('input, textarea, select') ?? content;
  event.preventDefault();
  first.focus();
}

/** One thing to decide or fill in: in the middle of a screen, a sheet from below on a phone. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  actions,
  wide,
}: DialogProps) {
  /** Where whoever opened it was, and is again afterwards. */
  const before = useRef<Element | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={(to) => to || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="dialog-scrim" />
        <Radix.Content
          className={wide ? 'dialog wide' : 'dialog'}
          {...(description ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={(event) => {
            before.current = document.activeElement;
            begin(event);
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (before.current instanceof HTMLElement && before.current.isConnected)
              before.current.focus({ preventScroll: true });
          }}
        >
          <div className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Radix.Close className="dialog-close" aria-label={words.close} title={words.close}>
              <Drawing svg={x} size={20} />
            </Radix.Close>
          </div>
          {description && (
            <Radix.Description className="dialog-words">{description}</Radix.Description>
          )}
          {children}
          {actions && <div className="dialog-actions">{actions}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
