import { useEffect, useRef, useState } from 'react';
import type { Found } from '@rostrum/client/channels';
import { platformError, type PlatformError } from '@rostrum/client/platform';
import { Blank, Button, Drawing } from '@rostrum/ui';
import { to, useParameter } from '../routes';
import { Main } from '../shell/Main';
import { useChannelText } from '../strings/channel';
import { calls } from './parts/calls';
import { CardSkeletons, LiveCard } from './parts/cards';
import { icons } from './parts/icons';
import './Search.css';

const most = 48;
const pauseMs = 200;

/** Everything that is found, as one types. */
export function Search() {
  const words = useChannelText();
  const [asked, setAsked] = useParameter('q');
  const [text, setText] = useState(asked);
  const [answer, setAnswer] = useState<{ readonly to: string; readonly found: Found } | null>(null);
  const [error, setError] = useState<PlatformError | null>(null);
  const [round, setRound] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const query = asked.trim();
  useEffect(() => {
    // The bar above changes what is asked for, too.
    setText((now) => (now.trim() === query ? now : asked));
  }, [asked, query]);
  useEffect(() => {
    if (text.trim() === query) return;
    const timer = setTimeout(() => setAsked(text.trim()), pauseMs);
    return () => clearTimeout(timer);
  }, [text, query]);
  useEffect(() => {
    setError(null);
    if (query === '') {
      setAnswer(null);
      return;
    }
    const controller = new AbortController();
    calls.search(query, most, controller.signal).then(
      (found) => setAnswer({ to: query, found }),
      (cause: unknown) => {
        if (!controller.signal.aborted) setError(platformError(cause));
      },
    );
    return () => controller.abort();
  }, [query, round]);
  useEffect(() => {
    if (query !== '') return;
    // Where the bar has a field this one is hidden, and cannot be focused; on phones it is the other way round.
    document.querySelector<HTMLElement>('.search-box input')?.focus({ preventScroll: true });
    field.current?.focus({ preventScroll: true });
  }, []);
  const { channels = [], categories = [] } = (query !== '' && answer?.found) || {};
  const isFirst = query !== '' && answer === null && !error;
  const isNothing =
    query !== '' && answer?.to === query && channels.length + categories.length === 0;
  return (
    <Main title={words.searchTitle} className="page search-page" isBusy={isFirst}>
      <h1>{query === '' ? words.searchTitle : words.resultsFor(query)}</h1>
      <form
        className="search-field"
        role="search"
        aria-label={words.searchTitle}
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(text.trim());
          field.current?.blur();
        }}
      >
        <Drawing svg={icons.search} size={20} />
        <input
          ref={field}
          type="search"
          value={text}
          aria-label={words.searchLabel}
          placeholder={words.searchHint}
          maxLength={100}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="search"
          onChange={(event) => setText(event.target.value)}
        />
      </form>
      {categories.length > 0 && (
        <section aria-label={words.categories} className="search-categories">
          {categories.map((name) => (
            <a
              key={name}
              className="chip"
              href={`${to.directory}?category=${encodeURIComponent(name)}`}
            >
              {name}
            </a>
          ))}
        </section>
      )}
      <ul className="cards">
        {isFirst && (
          <li className="cards-bones">
            <CardSkeletons many={6} />
          </li>
        )}
        {channels.map((channel) => (
          <li key={channel.watchUrl}>
            <LiveCard channel={channel} />
          </li>
        ))}
      </ul>
      {error && (
        <Blank
          title={words.searchFailed}
          action={<Button onClick={() => setRound(round + 1)}>{words.retry}</Button>}
        />
      )}
      {isNothing && <Blank title={words.nothingFound(query)}>{words.nothingFoundText}</Blank>}
      {query === '' && <Blank title={words.searchStart}>{words.searchStartText}</Blank>}
      <p className="visually-hidden" role="status">
        {query !== '' && answer ? words.found(channels.length) : ''}
      </p>
    </Main>
  );
}
