import { useEffect, useState } from 'react';
import type { ChatLinkState } from '@rostrum/client/chat';
import { ChatIcon } from './icons';
import { chatStrings as strings } from './strings';

const notBeforeMs = 1200;
/** The first time the outlines of messages say it; a slow line takes its time, and nothing should jump. */
const firstNotBeforeMs = 5000;

/** Says that the connection is being made again; short breaks pass without a word. */
export function LinkNotice({
  link,
  onTry,
}: {
  readonly link: ChatLinkState;
  readonly onTry: () => void;
}) {
  const isAway =
    link.phase === 'connecting' || link.phase === 'reconnecting' || link.phase === 'offline';
  const patience = link.phase === 'connecting' ? firstNotBeforeMs : notBeforeMs;
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!isAway) return;
    const timer = setTimeout(() => setLate(true), patience);
    return () => clearTimeout(timer);
  }, [isAway, patience]);
  if (!isAway || (!isLate && link.phase !== 'offline')) return null;
  const words = { connecting: strings.connecting, reconnecting: strings.reconnecting };
  return (
    <div className="chat-notice" role="status">
      <ChatIcon name="offline" size={16} />
      <span>
        {link.phase === 'connecting' || link.phase === 'reconnecting'
          ? words[link.phase]
          : strings.offline}
      </span>
      {link.phase !== 'offline' && link.attempts > 1 && (
        <button type="button" className="chat-link" onClick={onTry}>
          {strings.tryNow}
        </button>
      )}
    </div>
  );
}
