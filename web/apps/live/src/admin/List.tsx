import type { ReactNode } from 'react';
import { Blank, Button, Skeleton } from '@rostrum/ui';
import { Trouble } from '../shell/Trouble';
import { useAdminText } from '../strings/admin';
import type { Pages } from './usePages';

/** A paged list with its states: coming, nothing, failed, more. */
export function List<T>({
  pages,
  emptyTitle,
  emptyText,
  keyOf,
  children,
}: {
  readonly pages: Pages<T>;
  readonly emptyTitle: string;
  readonly emptyText: string;
  readonly keyOf: (row: T) => string;
  readonly children: (row: T) => ReactNode;
}) {
  const words = useAdminText();
  const { rows, error, hasMore, busy } = pages;
  return (
    <div aria-busy={busy}>
      {rows === null && !error && (
        <div className="admin-waiting">
          {[1, 2, 3, 4, 5].map((n) => (
            <Skeleton key={n} width="100%" height="64px" />
          ))}
        </div>
      )}
      {rows?.length === 0 && !error && <Blank title={emptyTitle}>{emptyText}</Blank>}
      {rows !== null && rows.length > 0 && (
        <ul className="admin-rows">
          {rows.map((row) => (
            <li key={keyOf(row)}>{children(row)}</li>
          ))}
        </ul>
      )}
      <Trouble error={error} again={pages.again} />
      {hasMore && !error && (
        <div className="admin-more">
          <Button onClick={pages.more} disabled={busy}>
            {words.more}
          </Button>
        </div>
      )}
    </div>
  );
}
