import { ButtonLink } from '@rostrum/ui';
import { platform } from '../shell/platform';
import { usePlatform } from '../shell/about';
import { useAccountText } from '../strings/account';

/** Whoever else says who people are. These links leave the app: the server sends people on. */
export function Providers({ next }: { readonly next: string }) {
  const words = useAccountText();
  const { providers } = usePlatform();
  if (providers.length === 0) return null;
  return (
    <>
      <p className="or">
        <span>{words.orWith}</span>
      </p>
      <div className="providers">
        {providers.map(({ id, name }) => (
          <ButtonLink
            key={id}
            href={platform.address(`/oidc/${encodeURIComponent(id)}/start`, { next })}
          >
            {words.signInWith(name)}
          </ButtonLink>
        ))}
      </div>
    </>
  );
}
