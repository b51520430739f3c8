import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { pollTold, type ChannelPoll } from '@rostrum/client/channels';
import { PlatformError } from '@rostrum/client/platform';
import { useFeed } from '../../shell/feed';
import { useSession } from '../../shell/session';
import { calls } from './calls';
import { kept } from './kept';
import { byOwnClock, clockAhead } from './poll-clock';

export type VoteTrouble = 'failed' | 'late' | 'twice' | 'signIn';

export interface Ballot {
  /** By this computer's clock, with one's own choice; null: nothing to vote on, nothing to see. */
  readonly poll: ChannelPoll | null;
  /** The option whose vote is on its way. */
  readonly pending: number | null;
  readonly canVote: boolean;
  readonly trouble: VoteTrouble | null;
  readonly vote: (option: number) => void;
}

/** A result that the server does not take back is taken away here, so long after its time. */
const forcedMs = 2000;

const troubleOf = (error: unknown): VoteTrouble => {
  if (!(error instanceof PlatformError)) return 'failed';
  if (error.type === 'AlreadyVoted') return 'twice';
  if (error.type === 'Closed') return 'late';
  return error.status === 401 ? 'signIn' : 'failed';
};

/**
 * The poll of a channel. `known` is what came with the channel; from there on the feed tells. The server counts;
 * what this person chose is remembered here until the server says it.
 */
export function useBallot(
  name: string,
  known: ChannelPoll | null,
  isLive: boolean,
  isBanned: boolean,
): Ballot {
  const { account } = useSession();
  const [poll, setPoll] = useState<ChannelPoll | null>(null);
  const [pending, setPending] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<VoteTrouble | null>(null);
  const ahead = useRef(0);
  const mine = useRef<{ poll: string; option: number } | null>(null);
  const current = useRef<ChannelPoll | null>(null);
  /** The poll that ended last. */
  const over = useRef('');

  const take = useCallback((told: ChannelPoll | null, isNews: boolean) => {
    const before = current.current;
    if (!told || told.state === 'closed') {
      over.current = told?.id ?? before?.id ?? over.current;
      current.current = null;
      setPoll(null);
      return;
    }
    // An answer to an older question than the feed has settled.
    const isOld =
      told.id === over.current ||
      (before?.id === told.id && before.state === 'result' && told.state === 'open');
    if (isOld) return;
    const isNew = before?.id !== told.id;
    if (isNew) {
      setPending(null);
      setTrouble(null);
    }
    ahead.current = clockAhead(told, Date.now(), isNews && isNew, ahead.current);
    if (told.myChoice !== null) mine.current = { poll: told.id, option: told.myChoice };
    const remembered =
      mine.current?.poll === told.id ? mine.current.option : kept.choiceIn(told.id);
    current.current = told;
    setPoll({ ...byOwnClock(told, ahead.current), myChoice: told.myChoice ?? remembered });
  }, []);

  const knownId = known ? `${known.id} ${known.state} ${known.total} ${known.myChoice}` : '';
  useEffect(() => take(known, false), [knownId, take]);

  const ask = useCallback(() => {
    calls.poll(name).then(
      (told) => take(told, false),
      () => undefined, // the feed, or the channel's next answer, says it as well
    );
  }, [name, take]);
  useFeed({
    poll: (data) => {
      try {
        take(pollTold(data), true);
      } catch {
        ask();
      }
    },
    again: ask,
  });

  // What the server forgets to take back.
  const expiresAt = poll?.expiresAt ?? null;
  const id = poll?.id ?? '';
  useEffect(() => {
    if (expiresAt === null) return;
    const timer = setTimeout(
      () => take(null, false),
      Math.max(0, expiresAt + forcedMs - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [id, expiresAt, take]);

  const vote = useCallback(
    (option: number) => {
      const told = current.current;
      if (!told) return;
      setPending(option);
      setTrouble(null);
      const send = async (isSecond = false): Promise<void> => {
        let visitor = '';
        if (!account) {
          visitor = isSecond ? '' : kept.pollVisitor(name);
          if (visitor === '') {
            visitor = await calls.pollVisitor(name);
            kept.setPollVisitor(name, visitor);
          }
        }
        try {
          const answer = await calls.vote(name, told.id, option, visitor);
          mine.current = { poll: told.id, option };
          if (!account) kept.setChoice(told.id, option);
          take(answer ?? { ...told, myChoice: option }, false);
        } catch (error) {
          // A token of long ago: with a new one it is a first attempt.
          const isStale =
            !account && !isSecond && error instanceof PlatformError && error.status === 400;
          if (isStale) return send(true);
          throw error;
        }
      };
      send()
        .catch((error: unknown) => {
          setTrouble(troubleOf(error));
          ask();
        })
        .finally(() => setPending(null));
    },
    [account, name, take, ask],
  );

  const canVote = !isBanned && (account !== null || poll?.visitors === true);
  return useMemo(
    () => ({ poll: isLive && !isBanned ? poll : null, pending, canVote, trouble, vote }),
    [poll, pending, canVote, trouble, vote, isLive, isBanned],
  );
}
