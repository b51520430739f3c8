import { Skeleton } from '@rostrum/ui';
import { Main } from '../shell/Main';
import { platform } from '../shell/platform';
import { Trouble } from '../shell/Trouble';
import { Unavailable } from '../shell/Unavailable';
import { useAsked } from '../shell/useAsked';
import { useShellText } from '../strings/shell';
import { useAccountText } from '../strings/account';
import { Markdown } from './markdown';
import './account.css';

/** The operator's own text: terms of use, or what happens with personal data. */
export function Document({ which }: { readonly which: 'terms' | 'privacy' }) {
  const words = useAccountText();
  const shell = useShellText();
  const title = which === 'terms' ? shell.terms : shell.privacy;
  const { value, error, again } = useAsked(which, (signal) =>
    platform.text(`/${which}`, { signal }),
  );
  if (error?.notFound) return <Unavailable text={words.documentNone} />;
  if (error) return <Trouble error={error} again={again} isPage />;
  return (
    <Main title={title} className="column document" isBusy={value === null}>
      <h1>{title}</h1>
      {value === null ? <Skeleton width="100%" height="240px" /> : <Markdown source={value} />}
    </Main>
  );
}
