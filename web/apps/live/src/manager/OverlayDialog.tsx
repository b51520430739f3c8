import { useEffect, useMemo, useRef, useState } from 'react';
import {
  maxOverlayOctets,
  overlayOctets,
  problemsOf,
  type OverlayFields,
  type OverlayKind,
  type OverlayProblem,
} from '@rostrum/client/overlays';
import { PlatformError, platformError } from '@rostrum/client/platform';
import { Button, Dialog, Notice, toast } from '@rostrum/ui';
import { guardLeaving } from '../routes';
import { failureWords } from '../shell/failure';
import { number } from '../strings/text';
import { useManagerText, type ManagerText } from '../strings/manager';
import { cleaned, filled, sameFields } from './drafts';
import { OverlayFieldsForm } from './OverlayFieldsForm';
import { OverlayPreview } from './OverlayPreview';
import './OverlayDialog.css';

type Problems = Readonly<Record<string, string>>;

function sentenceOf({ field, code, limit }: OverlayProblem, words: ManagerText): string {
  const said = words.problems;
  if (field === 'correctAnswerIndex') return said.no_right;
  const one = said[code];
  return typeof one === 'function' ? one(limit) : one;
}

/** The first problem of each field. */
function problemsIn(kind: OverlayKind, data: OverlayFields, words: ManagerText): Problems {
  const found: Record<string, string> = {};
  for (const problem of problemsOf(kind, data)) {
    found[problem.field] ??= sentenceOf(problem, words);
  }
  return found;
}

/** How much of the stream's room an overlay takes. */
function Room({ used }: { readonly used: number }) {
  const words = useManagerText();
  const left = maxOverlayOctets - used;
  const said = left >= 0 ? words.roomLeft(left) : words.roomOver(-left);
  return (
    <div className={left < 0 ? 'room over' : 'room'}>
      <div className="room-words">
        <span>{words.roomLabel}</span>
        <span>
          {said}{' '}
          <span className="quiet">({words.room(number(used), number(maxOverlayOctets))})</span>
        </span>
      </div>
      <meter
        min={0}
        max={maxOverlayOctets}
        high={maxOverlayOctets - 1}
        value={Math.min(used, maxOverlayOctets)}
        aria-label={words.roomLabel}
      />
      <p className="field-hint">{left < 0 ? words.tooLarge : words.roomHint}</p>
    </div>
  );
}

/** One overlay being written: saved unfinished or not, started when nothing is missing. */
export function OverlayDialog({
  kind,
  draft,
  isLive,
  onSave,
  onStart,
  onClose,
}: {
  readonly kind: OverlayKind;
  readonly draft: OverlayFields | undefined;
  readonly isLive: boolean;
  readonly onSave: (data: OverlayFields) => Promise<void>;
  readonly onStart: (data: OverlayFields) => Promise<boolean>;
  readonly onClose: () => void;
}) {
  const words = useManagerText();
  const [saved, setSaved] = useState(() => filled(kind, draft));
  const [data, setData] = useState(saved);
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const [leaving, setLeaving] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const sent = useMemo(() => cleaned(data), [data]);
  const isChanged = !sameFields(data, saved);
  const problems = useMemo(() => problemsIn(kind, sent, words), [kind, sent, words]);
  // Too much is said at once, what is missing when somebody wants to start.
  const shown = checked
    ? problems
    : Object.fromEntries(
        problemsOf(kind, sent)
          .filter(({ code }) => code === 'too_long' || code === 'twice')
          .map((one) => [one.field, sentenceOf(one, words)]),
      );
  const used = kind === 'poll' || kind === 'amazon_product' ? null : overlayOctets(kind, sent);

  const isLost = useRef(isChanged);
  isLost.current = isChanged;
  useEffect(() => guardLeaving(() => !isLost.current || window.confirm(words.leave)), [words]);

  const close = () => (isChanged ? setLeaving(true) : onClose());
  const save = async (): Promise<boolean> => {
    setBusy(true);
    setFailure('');
    try {
      await onSave(sent);
      setSaved(data);
      return true;
    } catch (cause) {
      const error = platformError(cause);
      const isPlain = error instanceof PlatformError && error.type === 'TooLarge';
      setFailure(isPlain ? words.tooLarge : failureWords(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  const saveOnly = async () => {
    if (await save()) {
      toast(words.draftSaved);
      onClose();
    }
  };
  const start = async () => {
    setChecked(true);
    if (Object.keys(problems).length > 0 || (used ?? 0) > maxOverlayOctets) {
      // The fields tell what is wrong after this render.
      setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    if ((await save()) && (await onStart(sent))) onClose();
  };
  const { name, what } = words.kinds[kind];
  if (leaving) {
    return (
      <Dialog
        open
        onClose={() => setLeaving(false)}
        title={words.discardTitle}
        description={words.discardText}
        actions={
          <>
            <Button kind="danger" onClick={onClose}>
              {words.discard}
            </Button>
            <Button onClick={() => setLeaving(false)}>{words.keepWriting}</Button>
          </>
        }
      />
    );
  }
  return (
    <Dialog
      open
      onClose={close}
      title={name}
      description={what}
      wide
      actions={
        <>
          <Button onClick={() => void saveOnly()} disabled={busy}>
            {busy ? words.saving : words.saveDraft}
          </Button>
          <Button
            kind="primary"
            onClick={() => void start()}
            disabled={busy}
            reason={isLive ? undefined : words.onlyLive}
          >
            {words.saveAndStart}
          </Button>
        </>
      }
    >
      <form
        ref={form}
        className="overlay-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isLive) void start();
        }}
      >
        <div className="overlay-fields">
          <OverlayFieldsForm kind={kind} data={data} problems={shown} onChange={setData} />
          {used !== null && <Room used={used} />}
          <div role="alert">{failure && <Notice>{failure}</Notice>}</div>
        </div>
        <OverlayPreview kind={kind} data={sent} />
        <button type="submit" hidden tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  );
}
