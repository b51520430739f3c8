/** Small things that many pages have. */
import type { ReactNode } from 'react';
import { ago, Drawing, elapsed, exactTime } from '@rostrum/ui';
import { icons } from '../icons';
import { useServerNow } from '../session/context';

export const Symbol = ({
  name,
  size = 18,
}: {
  readonly name: keyof typeof icons;
  readonly size?: number;
}) => <Drawing svg={icons[name]} size={size} />;

/** How long ago, with the exact time at hand. */
export function When({ time }: { readonly time: number | string | undefined }) {
  const now = useServerNow(20_000);
  const at = typeof time === 'number' ? time : Date.parse(time ?? '');
  if (Number.isNaN(at)) return <span>–</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {ago(at, now)}
    </time>
  );
}

export function Elapsed({ since }: { readonly since: number }) {
  const now = useServerNow(1000);
  return <>{elapsed(now - since)}</>;
}

export interface Tab {
  readonly href: string;
  readonly label: string;
}

/** Pages that belong together, as links. */
export function PageTabs({
  tabs,
  here,
  label,
}: {
  readonly tabs: readonly Tab[];
  readonly here: string;
  readonly label: string;
}) {
  return (
    <nav className="page-tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} aria-current={tab.href === here ? 'page' : undefined}>
          {tab.label}
        </a>
      ))}
    </nav>
  );
}

export function Card({
  title,
  action,
  children,
  className = '',
}: {
  readonly title?: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <section className={`card ${className}`} aria-label={title}>
      {title && (
        <div className="card-head">
          <h2>{title}</h2>
          {action}
        </div>
      )}
      {children}
    </section>
  );
}

/** The head of a page: where one is, and the one thing to do here. */
export function PageHead({
  title,
  note,
  children,
  above,
}: {
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly children?: ReactNode;
  readonly above?: ReactNode;
}) {
  return (
    <div className="page-head">
      <div className="page-head-words">
        {above}
        <h1>{title}</h1>
        {note && <p className="quiet">{note}</p>}
      </div>
      {children && <div className="page-head-acts">{children}</div>}
    </div>
  );
}
