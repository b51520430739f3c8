import { useCallback, useEffect, useRef, useState } from 'react';
import { platformError, type OwnChannel, type PlatformError } from '@rostrum/client/platform';
import { useMedia } from '@rostrum/ui';
import { Tabs, type Tab } from '../channel/parts/Tabs';
import { useChannel } from '../channel/parts/useChannel';
import { Loading } from '../shell/Loading';
import { Main } from '../shell/Main';
import { Trouble } from '../shell/Trouble';
import { useManagerText } from '../strings/manager';
import { ownChannel } from './calls';
import { ChatPanel } from './ChatPanel';
import { Deck } from './Deck';
import { Stage } from './Stage';
import { useDeck } from './useDeck';
import './Manager.css';

type Part = 'stream' | 'overlays' | 'chat';
const wide = '(min-width: 1200px)';
const middle = '(min-width: 820px)';

/** Everything for whoever is about to stream, or does: picture, overlays, chat. */
function Desk({
  own,
  onChange,
}: {
  readonly own: OwnChannel;
  readonly onChange: (own: OwnChannel) => void;
}) {
  const words = useManagerText();
  const { channel } = useChannel(own.name);
  const isLive = channel?.live ?? own.live;
  const deck = useDeck(isLive);
  const isWide = useMedia(wide);
  const isMiddle = useMedia(middle);
  const [part, setPart] = useState<Part>('stream');
  const [said, setSaid] = useState('');
  const was = useRef<boolean | null>(null);
  useEffect(() => {
    if (was.current !== null && was.current !== isLive)
      setSaid(isLive ? words.youAreLive : words.youAreOffline);
    if (channel) was.current = isLive;
  }, [isLive, channel, words]);

  const stage = <Stage own={own} channel={channel} isLive={isLive} onChange={onChange} />;
  const overlays = <Deck deck={deck} isLive={isLive} />;
  const chat = <ChatPanel channel={channel} isLive={isLive} />;
  const tabs: Tab<Part>[] = [
    { id: 'stream', label: words.parts.stream, content: stage, isKept: true },
    { id: 'overlays', label: words.parts.overlays, content: overlays, isKept: true },
    { id: 'chat', label: words.parts.chat, content: chat, isKept: true },
  ];
  return (
    <Main
      title={words.title}
      className={isWide ? 'manager wide' : isMiddle ? 'manager middle' : 'manager'}
    >
      <h1 className="visually-hidden">{words.title}</h1>
      <div className="visually-hidden" role="status" aria-live="assertive">
        {said}
      </div>
      {isWide ? (
        <>
          <div className="manager-column">{stage}</div>
          <div className="manager-column">{overlays}</div>
          <aside className="manager-chat" aria-label={words.parts.chat}>
            {chat}
          </aside>
        </>
      ) : isMiddle ? (
        <>
          <div className="manager-column">
            {stage}
            {overlays}
          </div>
          <aside className="manager-chat" aria-label={words.parts.chat}>
            {chat}
          </aside>
        </>
      ) : (
        <Tabs
          label={words.columns}
          tabs={tabs}
          chosen={part}
          onChoose={setPart}
          className="manager-tabs"
        />
      )}
    </Main>
  );
}

export function Manager() {
  const [own, setOwn] = useState<OwnChannel | null>(null);
  const [error, setError] = useState<PlatformError | null>(null);
  const load = useCallback(() => {
    setError(null);
    ownChannel().then(setOwn, (cause: unknown) => setError(platformError(cause)));
  }, []);
  useEffect(load, [load]);
  if (own) return <Desk own={own} onChange={setOwn} />;
  return error ? <Trouble error={error} again={load} isPage /> : <Loading page="manager" />;
}
