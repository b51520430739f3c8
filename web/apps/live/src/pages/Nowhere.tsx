import { ButtonLink } from '@rostrum/ui';
import { Header } from '../parts/Header';
import { strings } from '../strings';

export function Nowhere({
  title = strings.noPageTitle,
  text,
}: {
  readonly title?: string;
  readonly text?: string;
}) {
  return (
    <>
      <Header />
      <main id="content" className="page nowhere">
        <h1>{title}</h1>
        {text && <p className="quiet">{text}</p>}
        <ButtonLink kind="primary" href="/">
          {strings.toChannels}
        </ButtonLink>
      </main>
    </>
  );
}
