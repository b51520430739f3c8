import arrowDown from 'lucide-static/icons/arrow-down.svg?raw';
import ban from 'lucide-static/icons/ban.svg?raw';
import collapse from 'lucide-static/icons/panel-right-close.svg?raw';
import copy from 'lucide-static/icons/copy.svg?raw';
import host from 'lucide-static/icons/crown.svg?raw';
import mention from 'lucide-static/icons/at-sign.svg?raw';
import message from 'lucide-static/icons/message-square.svg?raw';
import moderator from 'lucide-static/icons/shield.svg?raw';
import more from 'lucide-static/icons/ellipsis.svg?raw';
import offline from 'lucide-static/icons/wifi-off.svg?raw';
import people from 'lucide-static/icons/users.svg?raw';
import pin from 'lucide-static/icons/pin.svg?raw';
import react from 'lucide-static/icons/smile-plus.svg?raw';
import report from 'lucide-static/icons/flag.svg?raw';
import remove from 'lucide-static/icons/trash-2.svg?raw';
import send from 'lucide-static/icons/arrow-up.svg?raw';
import settings from 'lucide-static/icons/settings-2.svg?raw';
import smile from 'lucide-static/icons/smile.svg?raw';
import timer from 'lucide-static/icons/timer.svg?raw';
import unpin from 'lucide-static/icons/pin-off.svg?raw';
import vip from 'lucide-static/icons/gem.svg?raw';
import warning from 'lucide-static/icons/triangle-alert.svg?raw';
import x from 'lucide-static/icons/x.svg?raw';
import { Drawing } from '../Icon/Icon';

const drawings = {
  arrowDown,
  ban,
  collapse,
  copy,
  host,
  mention,
  message,
  moderator,
  more,
  offline,
  people,
  pin,
  react,
  remove,
  report,
  send,
  settings,
  smile,
  timer,
  unpin,
  vip,
  warning,
  x,
};
export type ChatIconName = keyof typeof drawings;

export function ChatIcon({
  name,
  size = 20,
}: {
  readonly name: ChatIconName;
  readonly size?: number;
}) {
  return <Drawing svg={drawings[name]} size={size} />;
}
