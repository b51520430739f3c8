/** What happened while somebody was elsewhere: how many are new, for the bell and the page of notices. */
import {
  createContext,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  type ReactNode,
} from 'react';
import { createChannelPages, parseNotice, type LiveNotice } from '@rostrum/client/channels';
import { toast } from '@rostrum/ui';
import { to } from '../routes';
import { shellText } from '../strings/shell';
import { useFeed } from './feed';
import { platform } from './platform';
import { useSession } from './session';

export interface Notices {
  readonly unseen: number;
  /** What came while this page is open, newest first. */
  readonly fresh: readonly LiveNotice[];
  /** Somebody looks at them now. */
  readonly see: () => void;
  readonly told: (unseen: number) => void;
}

const Context = createContext<Notices>({
  unseen: 0,
  fresh: [],
  see: () => undefined,
  told: () => undefined,
});
const calls = createChannelPages(platform);

/** Where one does something about it: reports have a place of their own in the manager. */
export const placeOf = ({ kind, url }: LiveNotice): string =>
  kind === 'report' && url === to.manager ? to.reports : url;

export function NoticesProvider({ children }: { readonly children: ReactNode }) {
  const { account } = useSession();
  const id = account?.id ?? '';
  const [unseen, setUnseen] = useState(0);
  const [fresh, setFresh] = useState<readonly LiveNotice[]>([]);
  const ask = useCallback(() => {
    if (id === '') return;
    calls.notices().then(
      (page) => setUnseen(page.unseen),
      () => undefined, // the bell stays as it is
    );
  }, [id]);
  useEffect(() => {
    setUnseen(0);
    setFresh([]);
    ask();
  }, [ask]);
  useFeed({
    notice: (data) => {
      let notice: LiveNotice;
      try {
        notice = parseNotice(data.notice);
      } catch {
        return; // of a kind that this page does not know
      }
      setFresh((before) => [notice, ...before.filter((one) => one.id !== notice.id)].slice(0, 50));
      setUnseen((n) => n + 1);
      const words = shellText();
      const { name } = notice.channel;
      if (notice.kind === 'report') {
        toast(words.wasReported(name), 'done', { label: words.look, href: placeOf(notice) });
      } else if (notice.kind === 'refused') {
        toast(words.wasRefused, 'problem');
      } else {
        toast(words.isLive(name), 'done', { label: words.toChannel(name), href: notice.url });
      }
    },
    again: ask,
  });
  const see = useCallback(() => {
    setUnseen(0);
    calls.noticesSeen().catch(() => undefined);
  }, []);
  const notices = useMemo(() => ({ unseen, fresh, see, told: setUnseen }), [unseen, fresh, see]);
  return <Context value={notices}>{children}</Context>;
}

export const useNotices = (): Notices => use(Context);
