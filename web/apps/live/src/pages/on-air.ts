/**
 * Whether to call a channel live. The player sees the picture itself, some seconds before the next answer of
 * the server and without being wrong about it, so its word goes first.
 */
import type { Channel } from '@rostrum/client';
import type { PlayerState } from '@rostrum/media';

export type OnAir = 'live' | 'ended' | 'off';

export function onAir(channel: Channel | null, state: PlayerState): OnAir {
  switch (state) {
    case 'playing':
      return 'live';
    case 'ended':
      return 'ended';
    case 'waiting':
      return 'off';
    default:
      return channel?.live ? 'live' : 'off';
  }
}
