import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { pollTold, type ChannelPoll } from '@rostrum/client/channels';
import type { OverlayFields, OverlayKind } from '@rostrum/client/overlays';
import { PlatformError, platformError } from '@rostrum/client/platform';
import { activeTold, type ActiveNow, type OverlayState } from '@rostrum/client/studio';
import { toast } from '@rostrum/ui';
import { failureWords } from '../shell/failure';
import { useFeed } from '../shell/feed';
import { managerText } from '../strings/manager';
import { byOwnClock, clockAhead } from '../channel/parts/poll-clock';
import { overlays } from './calls';

/** What is on, by this computer's clock. */
export interface OnNow {
  readonly kind: OverlayKind;
  readonly data: OverlayFields;
  readonly startedAt: number;
  readonly endsAt: number | null;
}

export interface Deck {
  /** null until the server has said. */
  readonly drafts: OverlayState['drafts'] | null;
  readonly active: OnNow | null;
  readonly poll: ChannelPoll | null;
  readonly error: PlatformError | null;
  readonly again: () => void;
  /** What is being started, or 'stop'. */
  readonly busy: OverlayKind | 'stop' | null;
  /** Whether it worked; why it did not is said, or thrown for the form that can place it. */
  readonly start: (kind: OverlayKind, data: OverlayFields) => Promise<boolean>;
  readonly stop: () => Promise<void>;
  readonly save: (kind: OverlayKind, data: OverlayFields) => Promise<void>;
}

/** By our clock: what has just begun began now; nothing lasts longer than it does. */
export function byThisClock(told: ActiveNow, now: number, isNew: boolean): OnNow {
  const { kind, data, startedAt, expiresAt } = told;
  if (expiresAt === null) return { kind, data, startedAt, endsAt: null };
  const length = expiresAt - startedAt;
  const begun = isNew ? now : Math.min(now, startedAt);
  return {
    kind,
    data,
    startedAt: begun,
    endsAt: isNew ? now + length : Math.min(expiresAt, now + length),
  };
}

export function startTrouble(error: PlatformError): string {
  const words = managerText();
  if (error.type === 'NotLive') return words.notLive;
  if (error.type === 'TooLarge') return words.tooLarge;
  if (error.type === 'Invalid') return words.unfinished;
  return failureWords(error);
}

/** The overlays of one's own channel, in step with one's other tabs. */
export function useDeck(isLive: boolean): Deck {
  const [drafts, setDrafts] = useState<OverlayState['drafts'] | null>(null);
  const [active, setActive] = useState<OnNow | null>(null);
  const [poll, setPoll] = useState<ChannelPoll | null>(null);
  const [error, setError] = useState<PlatformError | null>(null);
  const [busy, setBusy] = useState<Deck['busy']>(null);
  const ahead = useRef(0);
  const current = useRef<ChannelPoll | null>(null);

  const takeActive = useCallback((told: ActiveNow | null, isNew: boolean) => {
    setActive(told && told.kind !== 'poll' ? byThisClock(told, Date.now(), isNew) : null);
  }, []);
  const takePoll = useCallback((told: ChannelPoll | null, isNews: boolean) => {
    if (!told || told.state === 'closed') {
      current.current = null;
      setPoll(null);
      return;
    }
    ahead.current = clockAhead(
      told,
      Date.now(),
      isNews && current.current?.id !== told.id,
      ahead.current,
    );
    current.current = told;
    setPoll(byOwnClock(told, ahead.current));
  }, []);

  const ask = useCallback(() => {
    overlays.state().then(
      (state) => {
        setDrafts(state.drafts);
        takeActive(state.active, false);
        takePoll(state.poll, false);
        setError(null);
      },
      (cause: unknown) => setError(platformError(cause)),
    );
  }, [takeActive, takePoll]);
  useEffect(ask, [ask]);
  useFeed({
    overlay: (data) => takeActive(activeTold(data), true),
    poll: (data) => takePoll(pollTold(data), true),
    offline: () => {
      takeActive(null, false);
      takePoll(null, false);
    },
    again: ask,
  });
  useEffect(() => {
    if (!isLive) setActive(null);
  }, [isLive]);

  // At its end nothing is told: it is over by itself.
  const endsAt = active?.endsAt ?? null;
  useEffect(() => {
    if (endsAt === null) return;
    const timer = setTimeout(() => setActive(null), Math.max(0, endsAt - Date.now()));
    return () => clearTimeout(timer);
  }, [endsAt]);
  const pollGone = poll ? poll.expiresAt + 2000 : null;
  useEffect(() => {
    if (pollGone === null) return;
    const timer = setTimeout(() => takePoll(null, false), Math.max(0, pollGone - Date.now()));
    return () => clearTimeout(timer);
  }, [pollGone, takePoll]);

  const start = useCallback(
    async (kind: OverlayKind, data: OverlayFields) => {
      setBusy(kind);
      try {
        const answer = await overlays.start(kind, data);
        takeActive(answer.active, true);
        takePoll(answer.poll, true);
        toast(managerText().kinds[kind].started);
        return true;
      } catch (cause) {
        toast(startTrouble(platformError(cause)), 'problem');
        return false;
      } finally {
        setBusy(null);
      }
    },
    [takeActive, takePoll],
  );
  const stop = useCallback(async () => {
    setBusy('stop');
    try {
      await overlays.stop();
      takeActive(null, false);
      takePoll(null, false);
      toast(managerText().ended);
    } catch (cause) {
      toast(failureWords(platformError(cause)), 'problem');
    } finally {
      setBusy(null);
    }
  }, [takeActive, takePoll]);
  const save = useCallback(async (kind: OverlayKind, data: OverlayFields) => {
    await overlays.save(kind, data);
    setDrafts((before) => ({ ...before, [kind]: data }));
  }, []);
  return useMemo(
    () => ({ drafts, active, poll, error, again: ask, busy, start, stop, save }),
    [drafts, active, poll, error, ask, busy, start, stop, save],
  );
}
