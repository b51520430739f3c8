/** lucide's drawings that the console uses. */
import activity from 'lucide-static/icons/activity.svg?raw';
import arrowLeft from 'lucide-static/icons/arrow-left.svg?raw';
import bell from 'lucide-static/icons/bell.svg?raw';
import chevronLeft from 'lucide-static/icons/chevron-left.svg?raw';
import chevronRight from 'lucide-static/icons/chevron-right.svg?raw';
import circleAlert from 'lucide-static/icons/circle-alert.svg?raw';
import circleCheck from 'lucide-static/icons/circle-check.svg?raw';
import circleDot from 'lucide-static/icons/circle-dot.svg?raw';
import download from 'lucide-static/icons/download.svg?raw';
import external from 'lucide-static/icons/external-link.svg?raw';
import film from 'lucide-static/icons/film.svg?raw';
import filter from 'lucide-static/icons/funnel.svg?raw';
import gauge from 'lucide-static/icons/gauge.svg?raw';
import keyRound from 'lucide-static/icons/key-round.svg?raw';
import logOut from 'lucide-static/icons/log-out.svg?raw';
import menu from 'lucide-static/icons/menu.svg?raw';
import pause from 'lucide-static/icons/pause.svg?raw';
import play from 'lucide-static/icons/play.svg?raw';
import plus from 'lucide-static/icons/plus.svg?raw';
import qrCode from 'lucide-static/icons/qr-code.svg?raw';
import radio from 'lucide-static/icons/radio.svg?raw';
import refresh from 'lucide-static/icons/refresh-cw.svg?raw';
import scissors from 'lucide-static/icons/scissors.svg?raw';
import scrollText from 'lucide-static/icons/scroll-text.svg?raw';
import settings from 'lucide-static/icons/settings.svg?raw';
import shield from 'lucide-static/icons/shield.svg?raw';
import square from 'lucide-static/icons/square.svg?raw';
import trash from 'lucide-static/icons/trash-2.svg?raw';
import triangle from 'lucide-static/icons/triangle-alert.svg?raw';
import tv from 'lucide-static/icons/tv.svg?raw';

export const icons = {
  activity,
  arrowLeft,
  bell,
  chevronLeft,
  chevronRight,
  circleAlert,
  circleCheck,
  circleDot,
  download,
  external,
  film,
  filter,
  gauge,
  keyRound,
  logOut,
  menu,
  pause,
  play,
  plus,
  qrCode,
  radio,
  refresh,
  scissors,
  scrollText,
  settings,
  shield,
  square,
  trash,
  triangle,
  tv,
};
