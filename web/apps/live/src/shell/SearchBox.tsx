import {
  useEffect,
  useId,
  useRef,
  useState,
  type FormEvent,
  type KeyboardEvent,
  type Ref,
} from 'react';
import { createChannelPages, type Found } from '@rostrum/client/channels';
import { Avatar, Drawing, LiveBadge } from '@rostrum/ui';
import { go, to, useParameter, usePath } from '../routes';
import { useShellText } from '../strings/shell';
import { icons } from './icons';
import { platform } from './platform';

const calls = createChannelPages(platform);
const afterMs = 160;
const mostShown = 6;

interface Choice {
  readonly key: string;
  readonly href: string;
}

/** Results as one types; Enter without a choice opens the page of all results. */
export function SearchBox({ field }: { readonly field: Ref<HTMLInputElement> }) {
  const words = useShellText();
  const id = useId();
  const path = usePath();
  const [asked] = useParameter('q');
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const box = useRef<HTMLFormElement>(null);
  const query = text.trim();
  useEffect(() => {
    setOpen(false);
    setText(path === to.search() ? asked : '');
  }, [path, asked]);
  useEffect(() => {
    setAt(-1);
    if (query === '') {
      setFound(null);
      return;
    }
    const asked = new AbortController();
    const timer = setTimeout(() => {
      // Suggestions are a help: where there are none, Enter still searches.
      calls.search(query, mostShown, asked.signal).then(setFound, () => setFound(null));
    }, afterMs);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [query]);
  useEffect(() => {
    if (!isOpen) return;
    const elsewhere = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', elsewhere);
    return () => document.removeEventListener('pointerdown', elsewhere);
  }, [isOpen]);
  const channels = found?.channels.slice(0, mostShown) ?? [];
  const categories = found?.categories.slice(0, 3) ?? [];
  const choices: Choice[] = [
    ...channels.map((one) => ({ key: one.name, href: one.watchUrl })),
    ...categories.map((name) => ({
      key: `category ${name}`,
      href: `${to.directory}?category=${encodeURIComponent(name)}`,
    })),
    ...(query === '' ? [] : [{ key: 'all', href: to.search(query) }]),
  ];
  const isShown = isOpen && query !== '' && choices.length > 0;
  const chosen = choices[at];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setOpen(false);
    if (chosen) go(chosen.href);
    else if (query !== '') go(to.search(query));
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      if (isShown) setOpen(false);
      else if (text === '') (event.target as HTMLElement).blur();
      else setText('');
      event.preventDefault();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      // One place beyond the last is the field itself.
      setAt((before) => ((before + 1 + step + choices.length + 1) % (choices.length + 1)) - 1);
    }
  };
  const optionOf = (index: number) => ({
    id: `${id}-${index}`,
    role: 'option',
    'aria-selected': index === at,
    tabIndex: -1,
    href: choices[index]?.href ?? '',
    className: index === at ? 'found here' : 'found',
    onClick: () => setOpen(false),
  });
  return (
    <form className="search-box" role="search" ref={box} onSubmit={submit} action={to.search()}>
      <Drawing svg={icons.search} size={18} />
      <input
        ref={field}
        type="search"
        name="q"
        role="combobox"
        aria-label={words.searchLabel}
        placeholder={words.searchHint}
        aria-expanded={isShown}
        aria-controls={isShown ? `${id}-list` : undefined}
        aria-autocomplete="list"
        aria-activedescendant={chosen && isShown ? `${id}-${at}` : undefined}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={100}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={pressed}
      />
      <kbd aria-hidden="true">/</kbd>
      {isShown && (
        <div
          className="search-found"
          id={`${id}-list`}
          role="listbox"
          aria-label={words.searchLabel}
        >
          {channels.map((one, i) => (
            <a key={one.name} {...optionOf(i)}>
              <Avatar face={one} size={32} />
              <span className="found-words">
                <span className="found-name">{one.name}</span>
                {one.title && <span className="quiet">{one.title}</span>}
              </span>
              {one.live && <LiveBadge label={words.live} />}
            </a>
          ))}
          {categories.map((name, i) => (
            <a key={name} {...optionOf(channels.length + i)}>
              <span className="found-sign">
                <Drawing svg={icons.tag} size={18} />
              </span>
              <span className="found-words">
                <span className="found-name">{name}</span>
                <span className="quiet">{words.category}</span>
              </span>
            </a>
          ))}
          <a {...optionOf(choices.length - 1)}>
            <span className="found-sign">
              <Drawing svg={icons.search} size={18} />
            </span>
            <span className="found-words">{words.searchAll(query)}</span>
          </a>
        </div>
      )}
      <span className="visually-hidden" role="status">
        {isShown && found ? words.searchFound(channels.length + categories.length) : ''}
      </span>
    </form>
  );
}
