import { useEffect } from 'react';
import { go, to } from '../routes';

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const secondKeyWithinMs = 1500;
const places: Readonly<Record<string, string>> = {
  h: to.directory,
  f: to.following,
  m: to.manager,
  s: to.settings(),
};

/** `/` to the search, `?` for help, `g` and a letter to a page. Not while somebody writes or a dialog is up. */
export function useKeys(help: () => void, search: () => void): void {
  useEffect(() => {
    let goes = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isWriting(event.target) || document.querySelector('[role="dialog"]')) return;
      const place = places[event.key];
      if (event.key === '/') {
        event.preventDefault();
        search();
      } else if (event.key === '?') {
        event.preventDefault();
        help();
      } else if (event.key === 'g') {
        goes = event.timeStamp;
        return;
      } else if (place && goes > 0 && event.timeStamp - goes < secondKeyWithinMs) {
        // Beside a picture the same letters are the player's: these two keys were meant for us.
        event.preventDefault();
        event.stopPropagation();
        go(place);
      }
      goes = 0;
    };
    document.addEventListener('keydown', pressed, { capture: true });
    return () => document.removeEventListener('keydown', pressed, { capture: true });
  }, [help, search]);
}
