import type { ReactNode } from 'react';
import { Icon, type IconName } from '../Icon/Icon';
import './Notice.css';

/** Something went wrong, in a sentence, with what can be done about it. */
export function Notice({
  icon = 'warning',
  children,
}: {
  readonly icon?: IconName;
  readonly children: ReactNode;
}) {
  return (
    <div className="notice-line" role="status">
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}
