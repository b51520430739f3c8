import type { ReactNode } from 'react';
import './Button.css';

type Kind = 'primary' | 'plain' | 'danger' | 'quiet';

interface Common {
  readonly kind?: Kind;
  readonly small?: boolean;
  readonly children: ReactNode;
}

const classes = (kind: Kind, small: boolean | undefined) =>
  `button ${kind}${small ? ' small' : ''}`;

export function Button({
  kind = 'plain',
  small,
  children,
  onClick,
  type = 'button',
  label,
  disabled,
  reason,
}: Common & {
  readonly onClick?: () => void;
  readonly type?: 'button' | 'submit';
  /** What it does, where the content is only a picture. */
  readonly label?: string;
  readonly disabled?: boolean;
  /** Why it cannot be used; it stays reachable, so that the reason is. */
  readonly reason?: string | undefined;
}) {
  const isOff = disabled === true || reason !== undefined;
  return (
    <button
      type={type}
      className={classes(kind, small)}
      onClick={isOff ? undefined : onClick}
      aria-label={label}
      aria-disabled={isOff || undefined}
      title={reason ?? label}
      {...(isOff && type === 'submit' ? { onClickCapture: (e) => e.preventDefault() } : {})}
    >
      {children}
    </button>
  );
}

export function ButtonLink({
  kind = 'plain',
  small,
  children,
  href,
  download,
}: Common & { readonly href: string; readonly download?: boolean }) {
  return (
    <a className={classes(kind, small)} href={href} {...(download ? { download: '' } : {})}>
      {children}
    </a>
  );
}
