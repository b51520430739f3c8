import { useEffect } from 'react';
import { go } from '../routes';
import { places } from './navigation';

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const secondKeyWithinMs = 1500;

/** `/` to the filter, `?` for help, `g` and a letter to a page. Not while somebody writes or a dialog is up. */
export function useKeys(help: () => void): void {
  useEffect(() => {
    let goes = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isWriting(event.target) || document.querySelector('[role="dialog"]')) return;
      if (event.key === '/') {
        const field = document.querySelector<HTMLInputElement>('[data-filter] input');
        if (!field) return;
        event.preventDefault();
        field.focus();
        field.select();
      } else if (event.key === '?') {
        event.preventDefault();
        help();
      } else if (event.key === 'g') {
        goes = event.timeStamp;
        return;
      } else if (goes > 0 && event.timeStamp - goes < secondKeyWithinMs) {
        const place = places.find((one) => one.key === event.key);
        if (place) go(place.href);
      }
      goes = 0;
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [help]);
}
