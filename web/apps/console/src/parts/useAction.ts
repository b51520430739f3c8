import { useCallback, useRef, useState } from 'react';
import { ApiFailure } from '@rostrum/client/api';
import type { Action } from '../actions';
import { useApi, useReason } from '../session/context';

export interface Running<I, O> {
  /** Does it; null if it failed, then `error` says why. */
  readonly run: (input: I) => Promise<O | null>;
  readonly busy: boolean;
  readonly error: ApiFailure | null;
  readonly forget: () => void;
  /** Why it is not offered; undefined if it is. */
  readonly reason: string | undefined;
  readonly label: string;
}

export function useAction<I, O>(action: Action<I, O>): Running<I, O> {
  const api = useApi();
  const reason = useReason();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiFailure | null>(null);
  const running = useRef(false);
  const run = useCallback(
    async (input: I): Promise<O | null> => {
      if (running.current) return null;
      running.current = true;
      setBusy(true);
      setError(null);
      try {
        return await action.perform(api, input);
      } catch (cause) {
        setError(cause instanceof ApiFailure ? cause : new ApiFailure('broken', String(cause)));
        return null;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [action, api],
  );
  const forget = useCallback(() => setError(null), []);
  return { run, busy, error, forget, reason, label: action.label };
}
