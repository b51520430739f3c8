import type { ApiError } from '@rostrum/client';
import { Button, Notice } from '@rostrum/ui';
import { strings } from '../strings';

/** The server does not answer: what happened, what happens next, and a way to hurry it. */
export function Trouble({
  error,
  again,
}: {
  readonly error: ApiError | null;
  readonly again: () => void;
}) {
  if (!error) return null;
  const offline = navigator.onLine === false;
  return (
    <Notice icon={offline ? 'offline' : 'warning'}>
      <span>{offline ? strings.offline : strings.serverGone}</span>
      <Button onClick={again}>{strings.retry}</Button>
    </Notice>
  );
}
