import type { ApiError } from '@rostrum/client';
import { ApiFailure } from '@rostrum/client/api';
import { Blank, Button, Notice } from '@rostrum/ui';
import { strings } from '../strings';

export function sentenceOf(error: ApiError): string {
  if (navigator.onLine === false) return strings.offline;
  if (error.status === 0) return strings.serverGone;
  if (error instanceof ApiFailure) {
    if (error.kind === 'not-allowed') return strings.notAllowed;
    if (error.kind === 'not-there-yet') return strings.notThereYet;
  }
  return error.message;
}

/** Over what is shown already: it may be old. */
export function Trouble({
  error,
  again,
}: {
  readonly error: ApiError | null;
  readonly again: () => void;
}) {
  if (!error) return null;
  return (
    <Notice icon={navigator.onLine === false ? 'offline' : 'warning'}>
      <span>{sentenceOf(error)}</span>
      <Button small onClick={again}>
        {strings.retry}
      </Button>
    </Notice>
  );
}

/** In the place of what could not be had. */
export function Failed({
  error,
  again,
  isPage = false,
}: {
  readonly error: ApiError;
  readonly again: () => void;
  readonly isPage?: boolean;
}) {
  return (
    <div role="alert">
      <Blank
        isPage={isPage}
        title={sentenceOf(error)}
        action={<Button onClick={again}>{strings.retry}</Button>}
      />
    </div>
  );
}

/** Why an action did not work, beside its button. */
export function ActionError({ error }: { readonly error: ApiError | null }) {
  return (
    <div role="alert" className="action-error">
      {error && <Notice>{strings.failed(sentenceOf(error))}</Notice>}
    </div>
  );
}
