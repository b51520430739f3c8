/** Drawings of the stream manager. */
import amazon_product from 'lucide-static/icons/shopping-cart.svg?raw';
import ban from 'lucide-static/icons/ban.svg?raw';
import celebration from 'lucide-static/icons/party-popper.svg?raw';
import download from 'lucide-static/icons/download.svg?raw';
import external from 'lucide-static/icons/external-link.svg?raw';
import flag from 'lucide-static/icons/flag.svg?raw';
import history from 'lucide-static/icons/history.svg?raw';
import left from 'lucide-static/icons/chevron-left.svg?raw';
import notice from 'lucide-static/icons/megaphone.svg?raw';
import pencil from 'lucide-static/icons/pencil.svg?raw';
import play from 'lucide-static/icons/play.svg?raw';
import plus from 'lucide-static/icons/plus.svg?raw';
import poll from 'lucide-static/icons/vote.svg?raw';
import product from 'lucide-static/icons/shopping-bag.svg?raw';
import pulse from 'lucide-static/icons/activity.svg?raw';
import quiz from 'lucide-static/icons/lightbulb.svg?raw';
import refresh from 'lucide-static/icons/refresh-cw.svg?raw';
import right from 'lucide-static/icons/chevron-right.svg?raw';
import search from 'lucide-static/icons/search.svg?raw';
import settings from 'lucide-static/icons/settings-2.svg?raw';
import stop from 'lucide-static/icons/square.svg?raw';
import trash from 'lucide-static/icons/trash-2.svg?raw';
import trophy from 'lucide-static/icons/trophy.svg?raw';
import upload from 'lucide-static/icons/upload.svg?raw';
import video from 'lucide-static/icons/video-off.svg?raw';

export const icons = {
  amazon_product,
  ban,
  celebration,
  download,
  external,
  flag,
  history,
  left,
  notice,
  pencil,
  play,
  plus,
  poll,
  product,
  pulse,
  quiz,
  refresh,
  right,
  search,
  settings,
  stop,
  trash,
  trophy,
  upload,
  video,
};
