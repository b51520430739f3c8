import { lazy, Suspense } from 'react';
import type { ChannelDetails } from '@rostrum/client/channels';
import { Button, Drawing, Icon, Skeleton, viewers } from '@rostrum/ui';
import { useParameter } from '../routes';
import { useManagerText } from '../strings/manager';
import { icons } from './icons';
import './ChatPanel.css';

const PlatformChat = lazy(() => import('../channel/parts/PlatformChat'));
const ChatSettings = lazy(() => import('./ChatSettings'));

const nothing = () => undefined;
const noFollowing = { isFollowing: false, change: 0, toggle: nothing };

/** The chat of one's own channel, and the way to its rules. */
export function ChatPanel({
  channel,
  isLive,
}: {
  readonly channel: ChannelDetails | null;
  readonly isLive: boolean;
}) {
  const words = useManagerText();
  /** In the address, so that a notice leads to what it is about. */
  const [part, setPart] = useParameter('chat');
  return (
    <div className="own-chat">
      <div className="own-chat-bar">
        <span className="own-viewers">
          {isLive && channel && (
            <>
              <Icon name="eye" size={18} /> {viewers(channel.viewers)}
            </>
          )}
        </span>
        <span className="own-chat-acts">
          <Button small kind="quiet" label={words.reports} onClick={() => setPart('reports')}>
            <Drawing svg={icons.flag} size={18} />
          </Button>
          <Button small kind="quiet" onClick={() => setPart('rules')}>
            <Drawing svg={icons.settings} size={18} /> {words.chatTools}
          </Button>
        </span>
      </div>
      <div className="own-chat-room">
        {channel ? (
          <Suspense fallback={<Skeleton width="100%" height="100%" />}>
            <PlatformChat channel={channel} following={noFollowing} onBanned={nothing} />
          </Suspense>
        ) : (
          <Skeleton width="100%" height="100%" />
        )}
      </div>
      {part !== '' && channel && (
        <Suspense fallback={null}>
          <ChatSettings
            name={channel.name}
            part={part}
            onChoose={setPart}
            onClose={() => setPart('')}
          />
        </Suspense>
      )}
    </div>
  );
}
