/** Keys of the player. Each is an action with a name, so that a page can list them. */
export type Command =
  | 'toggle'
  | 'mute'
  | 'fullscreen'
  | 'captions'
  | 'statistics'
  | 'back'
  | 'forward'
  | 'louder'
  | 'softer'
  | 'live'
  | 'start'
  | 'end'
  | 'escape';

const keys: Readonly<Record<string, Command>> = {
  ' ': 'toggle',
  k: 'toggle',
  m: 'mute',
  f: 'fullscreen',
  c: 'captions',
  i: 'statistics',
  l: 'live',
  Home: 'start',
  End: 'end',
  ArrowLeft: 'back',
  ArrowRight: 'forward',
  ArrowUp: 'louder',
  ArrowDown: 'softer',
  Escape: 'escape',
};

/** What a key press asks of the player, or null when it is meant for something else. */
export function commandFor(event: KeyboardEvent, target: EventTarget | null): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null;
  const command = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
  if (command === null || !(target instanceof HTMLElement)) return command;
  if (target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName)) return null;
  if (target instanceof HTMLInputElement) {
    // A slider keeps its arrows; a text field keeps everything.
    return target.type === 'range' && !event.key.startsWith('Arrow') ? command : null;
  }
  // Space and Enter press the button that has the focus.
  if (event.key === ' ' && (target.tagName === 'BUTTON' || target.tagName === 'A')) return null;
  return command;
}
