import { ButtonLink, Mark } from '@rostrum/ui';
import { to } from '../routes';
import { useShellText } from '../strings/shell';
import { Main } from './Main';

/** There is no such page, or not for this person: nobody learns which. */
export function Unavailable({ title, text }: { readonly title?: string; readonly text?: string }) {
  const words = useShellText();
  return (
    <Main title={title ?? words.unavailable} className="page nowhere">
      <span className="nowhere-mark" aria-hidden="true">
        <Mark size={56} />
      </span>
      <h1>{title ?? words.unavailable}</h1>
      <p className="quiet">{text ?? words.unavailableText}</p>
      <ButtonLink kind="primary" href={to.directory}>
        {words.toDirectory}
      </ButtonLink>
    </Main>
  );
}

/** As a page at an address. */
export const UnavailablePage = () => <Unavailable />;
