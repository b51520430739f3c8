import { Icon } from '../Icon/Icon';
import { Button } from '../Button/Button';
import { words } from '../words';
import { useCopy } from '../hooks/useCopy';

/** The phone's own share sheet where there is one, else the link is copied. */
export function ShareButton({ title, url }: { readonly title: string; readonly url: string }) {
  const [copied, copy] = useCopy();
  const share = () => {
    const touch = matchMedia('(pointer: coarse)').matches;
    if (touch && typeof navigator.share === 'function')
      void navigator.share({ title, url }).catch(() => undefined);
    else copy(url);
  };
  return (
    <Button onClick={share}>
      <Icon name={copied ? 'check' : 'share'} size={18} />
      <span aria-live="polite">{copied ? words.linkCopied : words.share}</span>
    </Button>
  );
}
