import { useEffect, useRef, useState, type FormEvent, type RefObject } from 'react';
import { platformError, type PlatformError } from '@rostrum/client/platform';
import { placed, type Placed } from './problems';

export type Problems<F extends string> = Partial<Record<F, string | undefined>>;

export interface FormState<F extends string> {
  readonly ref: RefObject<HTMLFormElement | null>;
  readonly onSubmit: (event: FormEvent) => void;
  readonly busy: boolean;
  readonly errors: Problems<F>;
  /** About the form as a whole. */
  readonly failure: string;
  /** The refusal itself, for pages that do something about it. */
  readonly refusal: PlatformError | null;
  /** What a field tells and is told; when somebody corrects it, what was said about it goes. */
  readonly input: (
    field: F,
    set: (value: string) => void,
  ) => { readonly error: string | undefined; readonly onChange: (value: string) => void };
  readonly forget: () => void;
}

/** A form that is sent once at a time; what is wrong stands at its field, and the first such field has focus. */
export function useForm<F extends string>(options: {
  readonly fields: readonly F[];
  readonly check?: () => Problems<F>;
  readonly send: () => Promise<void>;
  /** Another place or sentence than usual; null: as usual. */
  readonly place?: (error: PlatformError) => Placed | null;
}): FormState<F> {
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Problems<F>>({});
  const [failure, setFailure] = useState('');
  const [refusal, setRefusal] = useState<PlatformError | null>(null);
  const [round, setRound] = useState(0);
  const running = useRef(false);
  const ref = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (round > 0) ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [round]);
  const show = (problems: Problems<F>, whole: string) => {
    setErrors(problems);
    setFailure(whole);
    setRound((n) => n + 1);
  };
  const submit = async () => {
    if (running.current) return;
    const problems = options.check?.() ?? {};
    if (Object.values(problems).some(Boolean)) {
      show(problems, '');
      return;
    }
    running.current = true;
    setBusy(true);
    setErrors({});
    setFailure('');
    setRefusal(null);
    try {
      await options.send();
    } catch (cause) {
      const error = platformError(cause);
      const { field, text } = options.place?.(error) ?? placed(error);
      const known = options.fields.find((one) => one === field);
      setRefusal(error);
      if (known) show({ [known]: text } as Problems<F>, '');
      else show({}, text);
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return {
    ref,
    onSubmit: (event) => {
      event.preventDefault();
      void submit();
    },
    busy,
    errors,
    failure,
    refusal,
    input: (field, set) => ({
      error: errors[field],
      onChange: (value) => {
        set(value);
        if (errors[field]) setErrors((before) => ({ ...before, [field]: undefined }));
        if (failure) setFailure('');
      },
    }),
    forget: () => {
      setErrors({});
      setFailure('');
      setRefusal(null);
    },
  };
}
