import type { ApiError } from '@rostrum/client';
import { Blank, Button, Notice } from '@rostrum/ui';
import { useShellText } from '../strings/shell';
import { failureWords } from './failure';
import { Main } from './Main';

/** Something could not be had: what happened, and a way to try again. */
export function Trouble({
  error,
  again,
  isPage,
}: {
  readonly error: ApiError | null;
  readonly again: () => void;
  /** It stands in the place of the whole page. */
  readonly isPage?: boolean;
}) {
  const words = useShellText();
  if (!error) return null;
  const offline = navigator.onLine === false;
  if (isPage)
    return (
      <Main title={words.wentWrong} className="page nowhere">
        <Blank
          isPage
          title={words.wentWrong}
          action={<Button onClick={again}>{words.retry}</Button>}
        >
          {failureWords(error)}
        </Blank>
      </Main>
    );
  return (
    <Notice icon={offline ? 'offline' : 'warning'}>
      <span>{failureWords(error)}</span>
      <Button onClick={again}>{words.retry}</Button>
    </Notice>
  );
}
