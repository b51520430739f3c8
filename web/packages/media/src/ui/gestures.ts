/**
 * Fingers and mice on the picture. A mouse click plays and pauses, a double click is full screen; a finger
 * shows and hides the controls, two taps at a side go back or forward, in the middle full screen.
 */
export interface Gestures {
  click(): void;
  tap(): void;
  doubleTap(where: 'left' | 'middle' | 'right'): void;
  move(): void;
}

const doubleWithin = 280;

export function watchGestures(surface: HTMLElement, gestures: Gestures): void {
  let lastTap = Number.NEGATIVE_INFINITY;
  let lastKind = '';
  surface.addEventListener('pointerup', (event) => {
    if (event.button !== 0) return;
    lastKind = event.pointerType;
    if (event.pointerType === 'mouse') {
      gestures.click();
      return;
    }
    if (event.timeStamp - lastTap < doubleWithin) {
      lastTap = Number.NEGATIVE_INFINITY;
      const box = surface.getBoundingClientRect();
      const at = (event.clientX - box.left) / (box.width || 1);
      gestures.doubleTap(at < 1 / 3 ? 'left' : at > 2 / 3 ? 'right' : 'middle');
      return;
    }
    lastTap = event.timeStamp;
    gestures.tap();
  });
  surface.addEventListener('dblclick', () => {
    // Browsers make one out of two taps as well; those were answered above.
    if (lastKind === 'mouse') gestures.doubleTap('middle');
  });
  surface.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse') gestures.move();
  });
}
