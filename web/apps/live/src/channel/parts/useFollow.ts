import { useCallback, useEffect, useRef, useState } from 'react';
import { toast } from '@rostrum/ui';
import { go, to, useParameter } from '../../routes';
import { useSession } from '../../shell/session';
import { useChannelText } from '../../strings/channel';
import { calls } from './calls';

export interface Following {
  readonly isFollowing: boolean;
  /** Added to what the server counted, until it counts anew. */
  readonly change: number;
  readonly toggle: () => void;
}

const wish = 'follow';

/**
 * Following somebody: shown at once, taken back if it did not work. Who is not signed in goes there first, comes
 * back, and then follows without pressing anything again.
 */
export function useFollow(name: string, known: boolean, isOwner: boolean): Following {
  const words = useChannelText();
  const { account, isKnown } = useSession();
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [wished, setWished] = useParameter(wish);
  const isFollowing = wanted ?? known;
  const running = useRef(false);
  useEffect(() => {
    // What the server says now is what was wished for, or newer.
    if (!running.current) setWanted(null);
  }, [known]);
  const set = useCallback(
    (on: boolean) => {
      setWanted(on);
      running.current = true;
      calls
        .follow(name, on)
        .then(
          () => toast(on ? words.didFollow(name) : words.didUnfollow(name)),
          () => {
            setWanted(null);
            toast(words.followFailed, 'problem');
          },
        )
        .finally(() => {
          running.current = false;
        });
    },
    [name, words],
  );
  const isWished = wished !== '';
  useEffect(() => {
    if (!isWished || !isKnown || !account) return;
    setWished('');
    if (!isOwner && !known) set(true);
    // Once, when it is known who came back.
  }, [isWished, isKnown, account?.id]);
  const toggle = () => {
    if (account) set(!isFollowing);
    else go(to.login(`${location.pathname}?${wish}=1`));
  };
  const change = wanted === null || wanted === known ? 0 : wanted ? 1 : -1;
  return { isFollowing, change, toggle };
}
