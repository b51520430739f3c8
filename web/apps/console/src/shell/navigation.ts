/** The places of the console, for its menus and shortcuts. */
import type { icons } from '../icons';
import { to, type Route } from '../routes';
import { strings } from '../strings';

export interface Place {
  readonly key: string;
  readonly label: string;
  readonly href: string;
  readonly icon: keyof typeof icons;
  readonly pages: readonly Route['page'][];
  /** In the bar at the foot of a phone. */
  readonly first: boolean;
}

const words = strings.nav;

export const places: readonly Place[] = [
  {
    key: 'o',
    label: words.overview,
    href: to.overview,
    icon: 'gauge',
    pages: ['overview'],
    first: true,
  },
  {
    key: 'c',
    label: words.channels,
    href: to.channels,
    icon: 'radio',
    pages: ['channels', 'channel', 'channel-settings', 'health'],
    first: true,
  },
  {
    key: 'r',
    label: words.recordings,
    href: to.recordings,
    icon: 'film',
    pages: ['recordings', 'recording', 'recording-configurations'],
    first: true,
  },
  {
    key: 'e',
    label: words.events,
    href: to.events,
    icon: 'activity',
    pages: ['events'],
    first: true,
  },
  {
    key: 'l',
    label: words.log,
    href: to.log,
    icon: 'scrollText',
    pages: ['log'],
    first: false,
  },
  {
    key: 'k',
    label: words.keys,
    href: to.keys,
    icon: 'keyRound',
    pages: ['keys', 'playback-keys'],
    first: false,
  },
  {
    key: 'u',
    label: words.rules,
    href: to.policies,
    icon: 'shield',
    pages: ['policies', 'event-rules'],
    first: false,
  },
];
