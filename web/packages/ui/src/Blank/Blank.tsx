import type { ReactNode } from 'react';
import './Blank.css';

/** In the place of a list: what will be here and how to get it, or what happened. */
export function Blank({
  title,
  children,
  action,
  isPage,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** It stands in the place of a whole page. */
  readonly isPage?: boolean;
}) {
  return (
    <div className="blank">
      {isPage ? <h1 className="blank-title">{title}</h1> : <p className="blank-title">{title}</p>}
      {children && <p className="blank-words">{children}</p>}
      {action}
    </div>
  );
}
