import { useEffect, useRef, type CSSProperties, type ReactNode, type Ref } from 'react';
import { usePlatform } from './about';
import { hasGone } from '../routes';

export interface MainProps {
  /** Of the page, without the platform's name; empty for the directory. */
  readonly title: string;
  readonly className?: string;
  readonly style?: CSSProperties;
  readonly ref?: Ref<HTMLElement>;
  /** The page is a picture with a chat: on phones it has the whole screen. */
  readonly isImmersive?: boolean;
  readonly isBusy?: boolean;
  readonly children?: ReactNode;
}

/** A page's content: its title in the tab, and where reading goes on after a link was followed. */
export function Main({
  title,
  className = 'page',
  style,
  ref,
  isImmersive,
  isBusy,
  children,
}: MainProps) {
  const { name } = usePlatform();
  const own = useRef<HTMLElement | null>(null);
  useEffect(() => {
    document.title = title ? `${title} · ${name}` : name;
  }, [title, name]);
  useEffect(() => {
    if (hasGone() && !own.current?.contains(document.activeElement))
      own.current?.focus({ preventScroll: true });
  }, []);
  return (
    <main
      id="content"
      tabIndex={-1}
      className={isImmersive ? `${className} immersive` : className}
      style={style}
      aria-busy={isBusy || undefined}
      ref={(element) => {
        own.current = element;
        if (typeof ref === 'function') return ref(element);
        if (ref) ref.current = element;
        return undefined;
      }}
    >
      {children}
    </main>
  );
}
