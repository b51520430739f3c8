/** Drawings of the pages of channels. */
import ban from 'lucide-static/icons/ban.svg?raw';
import broadcast from 'lucide-static/icons/video.svg?raw';
import flag from 'lucide-static/icons/flag.svg?raw';
import heart from 'lucide-static/icons/heart.svg?raw';
import lock from 'lucide-static/icons/lock-keyhole.svg?raw';
import more from 'lucide-static/icons/ellipsis.svg?raw';
import play from 'lucide-static/icons/play.svg?raw';
import search from 'lucide-static/icons/search.svg?raw';
import user from 'lucide-static/icons/user.svg?raw';

export const icons = { ban, broadcast, flag, heart, lock, more, play, search, user };
