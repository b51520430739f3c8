import { useEffect, type RefObject } from 'react';

/** A keyboard takes at least this much. */
const keyboardPx = 140;

/**
 * Tells an element how much of the window can be seen (`--visible`, in pixels) while a phone's keyboard covers
 * the rest, and marks it `typing` meanwhile. Some browsers make the window smaller by themselves, some do not.
 */
export function useVisibleHeight(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const view = window.visualViewport;
    if (!view) return;
    let fullHeight = window.innerHeight;
    let width = window.innerWidth;
    const changed = () => {
      if (window.innerWidth !== width) {
        width = window.innerWidth;
        fullHeight = window.innerHeight;
      }
      fullHeight = Math.max(fullHeight, window.innerHeight);
      const target = element.current;
      if (!target || view.scale > 1.05) return; // pinched: that is no keyboard
      const isTyping =
        fullHeight - view.height > keyboardPx &&
        document.activeElement?.matches('textarea, input') === true;
      target.classList.toggle('typing', isTyping);
      if (isTyping) {
        target.style.setProperty('--visible', `${view.height}px`);
        window.scrollTo(0, 0); // iOS moves the page to show what is typed in
      } else target.style.removeProperty('--visible');
    };
    view.addEventListener('resize', changed);
    view.addEventListener('scroll', changed);
    document.addEventListener('focusin', changed);
    document.addEventListener('focusout', changed);
    return () => {
      view.removeEventListener('resize', changed);
      view.removeEventListener('scroll', changed);
      document.removeEventListener('focusin', changed);
      document.removeEventListener('focusout', changed);
    };
  }, [element]);
}
