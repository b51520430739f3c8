/** The operator's colour as CSS variables, with an ink that can be read on it. */
import type { About } from '@rostrum/client/platform';

type Rgb = readonly [number, number, number];

export function rgbOf(hex: string): Rgb | null {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (!found) return null;
  const part = (i: number) => Number.parseInt(found[i] as string, 16);
  return [part(1), part(2), part(3)];
}

/** WCAG 2.2, relative luminance. */
export function luminance([r, g, b]: Rgb): number {
  const linear = (value: number) => {
    const v = value / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

export const contrast = (a: number, b: number): number =>
  (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

const mixed = (a: Rgb, b: Rgb, share: number): Rgb =>
  [0, 1, 2].map((i) =>
    Math.round((a[i] as number) * (1 - share) + (b[i] as number) * share),
  ) as unknown as Rgb;
const hexOf = (colour: Rgb): string =>
  `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

const ink: Rgb = [18, 19, 15];
const paper: Rgb = [250, 250, 245];

export interface BrandColours {
  readonly accent: string;
  /** Text on the accent. */
  readonly on: string;
  /** The accent as a line or letters on dark surfaces. */
  readonly onDark: string;
}

/** What a colour needs to serve: null if it is none. */
export function brandColours(accent: string): BrandColours | null {
  const colour = rgbOf(accent);
  if (!colour) return null;
  const light = luminance(colour);
  const on = contrast(light, luminance(ink)) >= contrast(light, luminance(paper)) ? ink : paper;
  let onDark = colour;
  for (let step = 1; step <= 10 && contrast(luminance(onDark), luminance(ink)) < 4.5; step += 1)
    onDark = mixed(colour, paper, step / 10);
  return { accent, on: hexOf(on), onDark: hexOf(onDark) };
}

export function applyBrand({ accent }: Pick<About, 'accent'>): void {
  const { style } = document.documentElement;
  const colours = brandColours(accent);
  const set = (name: string, value: string | undefined) =>
    value ? style.setProperty(name, value) : style.removeProperty(name);
  set('--color-brand', colours?.accent);
  set('--color-on-brand', colours?.on);
  set('--color-brand-on-dark', colours?.onDark);
}
