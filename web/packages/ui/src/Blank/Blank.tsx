import type { ReactNode } from 'react';
import './Blank.css';

/** In the place of a list: what will be here and how to get it, or what happened. */
export function Blank({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="blank">
      <p className="blank-title">{title}</p>
      {children && <p className="blank-words">{children}</p>}
      {action}
    </div>
  );
}
