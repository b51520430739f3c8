import { Blank, ButtonLink } from '@rostrum/ui';
import { to } from '../routes';
import { strings } from '../strings';

export function Nowhere({
  title = strings.nowhere,
  text = strings.nowhereText,
}: {
  readonly title?: string;
  readonly text?: string;
}) {
  return (
    <Blank
      isPage
      title={title}
      action={<ButtonLink href={to.overview}>{strings.toOverview}</ButtonLink>}
    >
      {text}
    </Blank>
  );
}
