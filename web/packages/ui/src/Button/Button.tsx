import type { ReactNode } from 'react';
import './Button.css';

interface Common {
  readonly kind?: 'primary' | 'plain';
  readonly children: ReactNode;
}

export function Button({
  kind = 'plain',
  children,
  onClick,
}: Common & { readonly onClick: () => void }) {
  return (
    <button type="button" className={`button ${kind}`} onClick={onClick}>
      {children}
    </button>
  );
}

export function ButtonLink({ kind = 'plain', children, href }: Common & { readonly href: string }) {
  return (
    <a className={`button ${kind}`} href={href}>
      {children}
    </a>
  );
}
