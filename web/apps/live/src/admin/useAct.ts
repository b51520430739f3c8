import { useState } from 'react';
import { platformError } from '@rostrum/client/platform';
import { toast, type ToastAction } from '@rostrum/ui';
import { placed } from '../account/problems';

/** Does one thing at a time; what came of it is said in passing. */
export function useAct(): {
  readonly busy: boolean;
  readonly act: (
    work: () => Promise<unknown>,
    done: string,
    undo?: ToastAction,
  ) => Promise<boolean>;
} {
  const [busy, setBusy] = useState(false);
  const act = async (work: () => Promise<unknown>, done: string, undo?: ToastAction) => {
    if (busy) return false;
    setBusy(true);
    try {
      await work();
      toast(done, 'done', undo);
      return true;
    } catch (cause) {
      toast(placed(platformError(cause)).text, 'problem');
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, act };
}
