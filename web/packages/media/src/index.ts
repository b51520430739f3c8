export { definePlayer, RostrumPlayer, type PlayerEventMap } from './element';
export { preloadEngine } from './engine/preload';
export type { Metadata, PlayerState, Stats, Trouble } from './player/types';
export { delay } from './ui/strings';
