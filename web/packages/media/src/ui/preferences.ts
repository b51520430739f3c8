/** What a viewer set once and expects again. Kept in the browser only; absent where storage is refused. */
export interface Preferences {
  volume: number;
  muted: boolean;
  captions: boolean;
}

const name = 'rostrum.player';

export function readPreferences(): Preferences {
  const found: Preferences = { volume: 1, muted: false, captions: false };
  try {
    const stored = JSON.parse(localStorage.getItem(name) ?? '{}') as Partial<
      Record<keyof Preferences, unknown>
    >;
    if (typeof stored.volume === 'number') found.volume = Math.min(1, Math.max(0, stored.volume));
    found.muted = stored.muted === true;
    found.captions = stored.captions === true;
  } catch {
    // Private windows refuse storage; defaults do.
  }
  return found;
}

export function writePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(name, JSON.stringify(preferences));
  } catch {
    // As above.
  }
}
