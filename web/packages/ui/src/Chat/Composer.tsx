import {
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from 'react';
import type { ChatMessage, ChatSnapshot } from '@rostrum/client/chat';
import { completionFor, type Completion } from './completion';
import { withEmoji } from './emoji';
import { EmojiPicker } from './EmojiPicker';
import { ChatIcon } from './icons';
import { codePoints } from './rich-text';
import { chatStrings as strings } from './strings';
import { useSecondsUntil } from './useChat';

/** Instead of writing: why not, and what can be done about it. */
export interface Gate {
  readonly words: string;
  readonly detail?: string;
  readonly action?: { readonly label: string; readonly perform: () => void };
}

export interface ComposerHandle {
  focus(): void;
  insert(text: string): void;
}

export interface ComposerProps {
  readonly handle?: Ref<ComposerHandle>;
  readonly name: string;
  readonly limits: ChatSnapshot['limits'];
  readonly waitUntil: ChatSnapshot['waitUntil'];
  /** Slow mode is not for everybody. */
  readonly isSlowed: boolean;
  readonly speakers: () => readonly ChatMessage['sender'][];
  readonly gate: Gate | null;
  /** What holds for all who write here. */
  readonly mode?: string | undefined;
  readonly onSend: (text: string) => void;
}

const showCounterAt = 60;

export function Composer(props: ComposerProps) {
  const { name, limits, waitUntil, isSlowed, speakers, gate, onSend, handle } = props;
  const [text, setText] = useState('');
  const [completion, setCompletion] = useState<Completion | null>(null);
  const [chosen, setChosen] = useState(0);
  const [picking, setPicking] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | null>(null);
  const id = useId();
  const wait = useSecondsUntil(waitUntil?.at ?? null);
  const left = limits.maximumLength - codePoints(withEmoji(text.trim()));
  const mayShow = left <= showCounterAt && limits.maximumLength > showCounterAt;
  const canSend = text.trim() !== '' && left >= 0 && wait === 0;

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
    if (caret.current !== null) {
      element.setSelectionRange(caret.current, caret.current);
      caret.current = null;
    }
  }, [text, gate]);
  useEffect(() => setChosen(0), [completion?.from, completion?.kind]);

  const change = (next: string, at: number): void => {
    setText(next);
    const found = completionFor(next, at, speakers());
    setCompletion(found);
    setChosen((now) => (found ? Math.min(now, found.choices.length - 1) : 0));
  };
  const insert = (piece: string, from?: number): void => {
    const element = area.current;
    const end = element?.selectionEnd ?? text.length;
    const begin = from ?? element?.selectionStart ?? end;
    const next = text.slice(0, begin) + piece + text.slice(end);
    caret.current = begin + piece.length;
    setCompletion(null);
    setText(next);
    element?.focus();
  };
  useImperativeHandle(handle, () => ({
    focus: () => area.current?.focus(),
    insert: (piece) => insert(text === '' || /\s$/.test(text) ? piece : ` ${piece}`),
  }));
  const send = (): void => {
    if (!canSend) return;
    onSend(withEmoji(text.trim()));
    setText('');
    setCompletion(null);
    area.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    event.stopPropagation(); // the player's keys are letters here
    if (event.nativeEvent.isComposing) return;
    if (completion) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const choice = completion.choices[chosen];
      if (step !== undefined) {
        const count = completion.choices.length;
        setChosen((chosen + step + count) % count);
      } else if ((event.key === 'Enter' || event.key === 'Tab') && choice) {
        insert(choice.text, completion.from);
      } else if (event.key === 'Escape') setCompletion(null);
      else return;
      event.preventDefault();
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };

  if (gate) {
    return (
      <div className="chat-gate">
        <p>
          {gate.words}
          {gate.detail && <span className="chat-gate-detail">{gate.detail}</span>}
        </p>
        {gate.action && (
          <button type="button" className="chat-primary" onClick={gate.action.perform}>
            {gate.action.label}
          </button>
        )}
      </div>
    );
  }
  const hint =
    wait > 0 && waitUntil
      ? waitUntil.why === 'slow_mode'
        ? strings.slowFor(strings.countdown(wait))
        : strings.tooFast
      : isSlowed && limits.slowModeSeconds > 0
        ? strings.slowOn(strings.seconds(limits.slowModeSeconds))
        : (props.mode ?? '');
  return (
    <div className="chat-composer">
      {completion && (
        <ul
          id={`${id}-choices`}
          className="chat-choices"
          role="listbox"
          aria-label={completion.kind === 'person' ? strings.people : strings.emojiNames}
        >
          {completion.choices.map((choice, i) => (
            <li
              key={choice.userId ?? choice.label}
              id={`${id}-choice-${i}`}
              role="option"
              aria-selected={i === chosen}
              onPointerDown={(event) => {
                event.preventDefault();
                insert(choice.text, completion.from);
              }}
            >
              <span aria-hidden="true">{choice.sign}</span>
              <bdi>{choice.label}</bdi>
            </li>
          ))}
        </ul>
      )}
      {picking && (
        <EmojiPicker
          onPick={(emoji) => insert(emoji)}
          onClose={() => {
            setPicking(false);
            area.current?.focus();
          }}
        />
      )}
      <div className="chat-field">
        <textarea
          ref={area}
          rows={1}
          value={text}
          placeholder={name ? strings.writeAs(name) : strings.write}
          aria-label={strings.write}
          aria-describedby={`${id}-hint`}
          role="combobox"
          aria-expanded={completion !== null}
          aria-controls={completion ? `${id}-choices` : undefined}
          aria-activedescendant={completion ? `${id}-choice-${chosen}` : undefined}
          aria-autocomplete="list"
          aria-invalid={left < 0}
          enterKeyHint="send"
          autoComplete="off"
          onChange={(event) => change(event.target.value, event.target.selectionEnd)}
          onKeyDown={onKeyDown}
          onBlur={() => setCompletion(null)}
        />
        <button
          type="button"
          className="chat-tool"
          aria-label={strings.emoji}
          aria-expanded={picking}
          onClick={() => setPicking(!picking)}
        >
          <ChatIcon name="smile" />
        </button>
        <button
          type="button"
          className="chat-send"
          aria-label={strings.send}
          aria-disabled={!canSend}
          // The keyboard of a phone stays open.
          onPointerDown={(event) => event.preventDefault()}
          onClick={send}
        >
          {wait > 0 ? <span className="chat-wait">{wait}</span> : <ChatIcon name="send" />}
        </button>
      </div>
      <div className="chat-hint" id={`${id}-hint`}>
        <span>{hint}</span>
        {(mayShow || left < 0) && (
          <span className={left < 0 ? 'chat-count over' : 'chat-count'}>
            {left < 0 ? strings.tooLong(-left) : strings.left(left)}
          </span>
        )}
      </div>
    </div>
  );
}
