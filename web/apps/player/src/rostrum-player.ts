/**
 * The player for pages of others: `<script type="module" src="https://server/player/rostrum-player.js">`
 * defines `<rostrum-player>` (see packages/media/src/element.ts) and is a module to import from as well.
 */
import { definePlayer, RostrumPlayer } from '@rostrum/media';

definePlayer();

export { RostrumPlayer };
