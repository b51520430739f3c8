import arrowLeft from 'lucide-static/icons/arrow-left.svg?raw';
import check from 'lucide-static/icons/check.svg?raw';
import clock from 'lucide-static/icons/clock.svg?raw';
import copy from 'lucide-static/icons/copy.svg?raw';
import eye from 'lucide-static/icons/eye.svg?raw';
import message from 'lucide-static/icons/message-square.svg?raw';
import offline from 'lucide-static/icons/wifi-off.svg?raw';
import share from 'lucide-static/icons/share-2.svg?raw';
import warning from 'lucide-static/icons/triangle-alert.svg?raw';

const drawings = { arrowLeft, check, clock, copy, eye, message, offline, share, warning };
export type IconName = keyof typeof drawings;

/** lucide's drawing as its inner markup: constant text of ours, never of a user. */
const inner = (svg: string): string =>
  svg.replace(/<!--[\s\S]*?-->/, '').replace(/^\s*<svg[^>]*>|<\/svg>\s*$/g, '');

export function Drawing({ svg, size }: { readonly svg: string; readonly size: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: 'none' }}
      dangerouslySetInnerHTML={{ __html: inner(svg) }}
    />
  );
}

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return <Drawing svg={drawings[name]} size={size} />;
}
