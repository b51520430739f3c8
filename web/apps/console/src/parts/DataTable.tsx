import type { ReactNode } from 'react';
import { Skeleton } from '@rostrum/ui';
import './DataTable.css';

export interface Column<T> {
  readonly key: string;
  readonly label: string;
  readonly render: (row: T) => ReactNode;
  readonly numeric?: boolean;
  /** A track of CSS grid. */
  readonly width?: string;
  /** Only a button or two: without a label on phones. */
  readonly isActions?: boolean;
  /** Left out on phones. */
  readonly wideOnly?: boolean;
}

/**
 * Rows with a link each. On a phone every row is a card: the first cell its title, the others with their
 * labels. Roles are given because the display of tables takes them away.
 */
export function DataTable<T>({
  label,
  columns,
  rows,
  rowKey,
  waiting = 6,
}: {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  /** null while it is not known. */
  readonly rows: readonly T[] | null;
  readonly rowKey: (row: T) => string;
  readonly waiting?: number;
}) {
  const tracks = columns.map((column) => column.width ?? 'minmax(0, 1fr)').join(' ');
  return (
    <div
      className="table"
      role="table"
      aria-label={label}
      aria-busy={rows === null}
      style={{ ['--tracks' as string]: tracks }}
    >
      <div className="table-head" role="row">
        {columns.map((column) => (
          <span
            key={column.key}
            role="columnheader"
            className={column.numeric ? 'numeric' : undefined}
          >
            {column.isActions ? (
              <span className="visually-hidden">{column.label}</span>
            ) : (
              column.label
            )}
          </span>
        ))}
      </div>
      {rows === null
        ? Array.from({ length: waiting }, (_, i) => (
            <div key={i} className="table-row waiting" aria-hidden="true">
              <Skeleton width="60%" height="20px" />
            </div>
          ))
        : rows.map((row) => (
            <div key={rowKey(row)} className="table-row" role="row">
              {columns.map((column) => (
                <span
                  key={column.key}
                  role="cell"
                  className={`${column.numeric ? 'numeric' : ''}${column.isActions ? ' actions' : ''}${column.wideOnly ? ' wide-only' : ''}`}
                  data-label={column.isActions ? undefined : column.label}
                >
                  {column.render(row)}
                </span>
              ))}
            </div>
          ))}
    </div>
  );
}
