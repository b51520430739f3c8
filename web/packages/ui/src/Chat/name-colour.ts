/** A person's colour is one of ten tokens that are readable in both themes, whatever the server wished. */
import type { ChatSender } from '@rostrum/client/chat';

export const colours = 10;
/** Hues of --color-name-0 to -9, in degrees. */
const hues = [2, 27, 41, 76, 153, 178, 197, 222, 270, 323];

function hueOf(colour: string): number | null {
  const found = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour.trim());
  if (!found) return null;
  const [r = 0, g = 0, b = 0] = found.slice(1).map((part) => Number.parseInt(part, 16));
  const most = Math.max(r, g, b);
  const range = most - Math.min(r, g, b);
  if (range < 16) return null;
  const sixth =
    most === r ? (g - b) / range : most === g ? 2 + (b - r) / range : 4 + (r - g) / range;
  return (sixth * 60 + 360) % 360;
}

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  return (hash ^ (hash >>> 15)) >>> 0;
}

export function colourOf(sender: Pick<ChatSender, 'userId' | 'attributes'>): number {
  const hue = hueOf(sender.attributes['color'] ?? '');
  if (hue === null) return hashOf(sender.userId) % colours;
  const away = (other: number) => Math.min(Math.abs(other - hue), 360 - Math.abs(other - hue));
  return hues.reduce((best, other, i) => (away(other) < away(hues[best] ?? 0) ? i : best), 0);
}

export const letterOf = (name: string): string => ([...name.trim()][0] ?? '?').toUpperCase();
