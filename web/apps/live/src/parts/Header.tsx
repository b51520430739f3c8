import { Logo } from '@rostrum/ui';
import { strings } from '../strings';

export function Header() {
  return (
    <>
      <a className="skip" href="#content">
        {strings.skip}
      </a>
      <header className="top">
        <a href="/" className="home" aria-label={strings.home}>
          <Logo />
        </a>
      </header>
    </>
  );
}
