import type { ReactNode } from 'react';
import './Tag.css';

/** A word about the state of something. Never red: that is for what is on air. */
export function Tag({
  tone = 'plain',
  children,
  title,
}: {
  readonly tone?: 'plain' | 'good' | 'warning';
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <span className={`tag ${tone}`} title={title}>
      {children}
    </span>
  );
}
