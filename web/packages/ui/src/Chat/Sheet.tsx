import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import './Sheet.css';

export interface SheetProps {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Where it belongs to, in the window; without it stands in the middle. On phones it comes from below. */
  readonly at?: { readonly x: number; readonly y: number } | null;
}

/** A layer over the page: a small panel beside what it belongs to, on phones a sheet from below. */
export function Sheet({ label, onClose, children, at = null }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    if (element && at) {
      const { offsetWidth: width, offsetHeight: height } = element;
      const within = (value: number, most: number) => Math.max(8, Math.min(value, most - 8));
      element.style.setProperty('--sheet-x', `${within(at.x - width, innerWidth - width)}px`);
      element.style.setProperty('--sheet-y', `${within(at.y, innerHeight - height)}px`);
    }
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus({ preventScroll: true });
      }
    };
    // It stays where it was opened.
  }, []);
  return (
    <dialog
      ref={dialog}
      className={at ? 'sheet beside' : 'sheet'}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className="sheet-body">{children}</div>
    </dialog>
  );
}

/** Arrow keys go around the buttons of a menu. */
export function moveAmongItems(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^=menuitem]')];
  const edge = { Home: 0, End: items.length - 1 }[event.key];
  if (step === undefined && edge === undefined) return;
  event.preventDefault();
  const now = items.indexOf(document.activeElement as HTMLElement);
  const next = edge ?? (now + (step ?? 0) + items.length) % items.length;
  items[next]?.focus();
}
