import { useRef, useState, type KeyboardEvent } from 'react';
import { emoji, findEmoji } from './emoji';
import { chatStrings as strings } from './strings';

const columns = 8;

/** A few dozen that people use in a live chat, found by their names. */
export function EmojiPicker({
  onPick,
  onClose,
}: {
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}) {
  const [word, setWord] = useState('');
  const grid = useRef<HTMLDivElement>(null);
  const found = word.trim() === '' ? emoji : findEmoji(word.trim());
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      onClose();
      return;
    }
    const isWord = event.target instanceof HTMLInputElement;
    if (isWord && event.key === 'Enter' && found[0]) {
      event.preventDefault();
      onPick(found[0].text);
      return;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (step === undefined || (isWord && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    const all = [...(grid.current?.querySelectorAll('button') ?? [])];
    const now = all.indexOf(document.activeElement as HTMLButtonElement);
    if (now < 0) all[0]?.focus();
    else if (now + step < 0) event.currentTarget.querySelector('input')?.focus();
    else all[Math.min(all.length - 1, now + step)]?.focus();
  };
  return (
    <div className="chat-emoji" role="dialog" aria-label={strings.emoji} onKeyDown={onKeyDown}>
      <input
        type="search"
        value={word}
        autoFocus
        placeholder={strings.searchEmoji}
        aria-label={strings.searchEmoji}
        onChange={(event) => setWord(event.target.value)}
      />
      <div className="chat-emoji-grid" ref={grid}>
        {found.map((e, i) => (
          <button
            key={e.text}
            type="button"
            tabIndex={i === 0 ? 0 : -1}
            aria-label={(e.names[0] ?? '').replaceAll('_', ' ')}
            title={`:${e.names[0] ?? ''}:`}
            onClick={() => onPick(e.text)}
          >
            {e.text}
          </button>
        ))}
        {found.length === 0 && <p>{strings.noEmoji}</p>}
      </div>
    </div>
  );
}
