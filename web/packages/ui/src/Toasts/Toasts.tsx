import { useEffect, useState, type ReactNode } from 'react';
import { Icon } from '../Icon/Icon';
import './Toasts.css';

type Kind = 'done' | 'problem';
/** What can be done about it: a place to go, or for example Undo. */
export type ToastAction =
  | { readonly label: string; readonly href: string }
  | { readonly label: string; readonly perform: () => void };
interface Toast {
  readonly id: number;
  readonly kind: Kind;
  readonly text: string;
  readonly action: ToastAction | undefined;
}

const shownFor: Readonly<Record<Kind, number>> = { done: 4000, problem: 8000 };
const listeners = new Set<(toast: Toast) => void>();
let last = 0;

/** Says something in passing; a newer one takes the place of the older. */
export function toast(text: string, kind: Kind = 'done', action?: ToastAction): void {
  last += 1;
  for (const listener of listeners) listener({ id: last, kind, text, action });
}

function Act({ action, done }: { readonly action: ToastAction; readonly done: () => void }) {
  if ('href' in action)
    return (
      <a className="toast-act" href={action.href} onClick={done}>
        {action.label}
      </a>
    );
  return (
    <button
      type="button"
      className="toast-act"
      onClick={() => {
        action.perform();
        done();
      }}
    >
      {action.label}
    </button>
  );
}

export function Toasts(): ReactNode {
  const [shown, setShown] = useState<Toast | null>(null);
  useEffect(() => {
    listeners.add(setShown);
    return () => void listeners.delete(setShown);
  }, []);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(null), shown.action ? 8000 : shownFor[shown.kind]);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div className="toasts" role="status">
      {shown && (
        <div key={shown.id} className={`toast ${shown.kind}`}>
          <Icon name={shown.kind === 'done' ? 'check' : 'warning'} size={18} />
          <span>{shown.text}</span>
          {shown.action && <Act action={shown.action} done={() => setShown(null)} />}
        </div>
      )}
    </div>
  );
}
