import captions from 'lucide-static/icons/captions.svg?raw';
import check from 'lucide-static/icons/check.svg?raw';
import close from 'lucide-static/icons/x.svg?raw';
import gauge from 'lucide-static/icons/activity.svg?raw';
import lock from 'lucide-static/icons/lock.svg?raw';
import maximize from 'lucide-static/icons/maximize.svg?raw';
import minimize from 'lucide-static/icons/minimize.svg?raw';
import pause from 'lucide-static/icons/pause.svg?raw';
import pip from 'lucide-static/icons/picture-in-picture-2.svg?raw';
import play from 'lucide-static/icons/play.svg?raw';
import quality from 'lucide-static/icons/sliders-horizontal.svg?raw';
import warning from 'lucide-static/icons/triangle-alert.svg?raw';
import volume from 'lucide-static/icons/volume-2.svg?raw';
import volumeLow from 'lucide-static/icons/volume-1.svg?raw';
import volumeOff from 'lucide-static/icons/volume-x.svg?raw';
import offline from 'lucide-static/icons/wifi-off.svg?raw';

const drawings = {
  captions,
  check,
  close,
  gauge,
  lock,
  maximize,
  minimize,
  pause,
  pip,
  play,
  quality,
  warning,
  volume,
  volumeLow,
  volumeOff,
  offline,
};
export type IconName = keyof typeof drawings;

/** The drawing as markup: our own constant text, decorative, so hidden from screen readers. */
export function icon(name: IconName): string {
  return drawings[name]
    .replace(/<!--[\s\S]*?-->/, '')
    .replace('<svg', '<svg aria-hidden="true" focusable="false"')
    .trim();
}
