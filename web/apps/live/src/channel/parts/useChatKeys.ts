import { useEffect, useRef, type RefObject } from 'react';

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `h` shows or hides the chat, `t` goes to where one writes. The other letters are the player's. */
export function useChatKeys(
  page: RefObject<HTMLElement | null>,
  acts: { readonly toggle: () => void; readonly write: () => void },
): void {
  const newest = useRef(acts);
  newest.current = acts;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isWriting(event.target) || document.querySelector('[role=dialog], dialog[open]')) return;
      if (event.key === 'h') newest.current.toggle();
      else if (event.key === 't') {
        newest.current.write();
        setTimeout(() => page.current?.querySelector<HTMLElement>('.chat textarea')?.focus());
      } else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [page]);
}
