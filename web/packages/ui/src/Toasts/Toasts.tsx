import { useEffect, useState, type ReactNode } from 'react';
import { Icon } from '../Icon/Icon';
import './Toasts.css';

type Kind = 'done' | 'problem';
interface Toast {
  readonly id: number;
  readonly kind: Kind;
  readonly text: string;
}

const shownFor: Readonly<Record<Kind, number>> = { done: 4000, problem: 8000 };
const listeners = new Set<(toast: Toast) => void>();
let last = 0;

/** Says something in passing; a newer one takes the place of the older. */
export function toast(text: string, kind: Kind = 'done'): void {
  last += 1;
  for (const listener of listeners) listener({ id: last, kind, text });
}

export function Toasts(): ReactNode {
  const [shown, setShown] = useState<Toast | null>(null);
  useEffect(() => {
    listeners.add(setShown);
    return () => void listeners.delete(setShown);
  }, []);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(null), shownFor[shown.kind]);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div className="toasts" role="status">
      {shown && (
        <div key={shown.id} className={`toast ${shown.kind}`}>
          <Icon name={shown.kind === 'done' ? 'check' : 'warning'} size={18} />
          <span>{shown.text}</span>
        </div>
      )}
    </div>
  );
}
