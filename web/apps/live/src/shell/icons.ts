/** Drawings of the frame, of settings and of administration. */
import bell from 'lucide-static/icons/bell.svg?raw';
import heart from 'lucide-static/icons/heart.svg?raw';
import home from 'lucide-static/icons/radio.svg?raw';
import logOut from 'lucide-static/icons/log-out.svg?raw';
import mail from 'lucide-static/icons/mail.svg?raw';
import manager from 'lucide-static/icons/sliders-horizontal.svg?raw';
import pulse from 'lucide-static/icons/activity.svg?raw';
import search from 'lucide-static/icons/search.svg?raw';
import settings from 'lucide-static/icons/settings.svg?raw';
import shield from 'lucide-static/icons/shield.svg?raw';
import tag from 'lucide-static/icons/tag.svg?raw';
import user from 'lucide-static/icons/user.svg?raw';
import broadcast from 'lucide-static/icons/video.svg?raw';
import x from 'lucide-static/icons/x.svg?raw';

export const icons = {
  bell,
  broadcast,
  heart,
  home,
  logOut,
  mail,
  manager,
  pulse,
  search,
  settings,
  shield,
  tag,
  user,
  x,
};
