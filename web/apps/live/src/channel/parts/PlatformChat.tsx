import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { saidAttributes, type ChatMessage } from '@rostrum/client/chat';
import type { ChannelDetails, ReportAbout } from '@rostrum/client/channels';
import { Chat, useChat, type ChatDesk, type Gate } from '@rostrum/ui/chat';
import { go, to } from '../../routes';
import { useSession } from '../../shell/session';
import { useChannelText } from '../../strings/channel';
import { calls } from './calls';
import type { Following } from './useFollow';
import { usePlatformChat } from './usePlatformChat';
import { spanOf } from './words';

const ReportDialog = lazy(() => import('./ReportDialog'));

export interface PlatformChatProps {
  readonly channel: ChannelDetails;
  readonly following: Following;
  readonly onCollapse?: (() => void) | undefined;
  /** The chat says so before anything else does. */
  readonly onBanned: (until: number | null, reason: string) => void;
}

/** What moderators do, by the platform's own routes: bans hold for the picture, too. */
function deskFor(name: string, isOwner: boolean, report: ChatDesk['report']): ChatDesk {
  return {
    remove: (id) => calls.deleteMessage(name, id),
    ban: (person, seconds, reason) => calls.ban(name, person, seconds, reason),
    unban: (person) => calls.unban(name, person),
    pin: (id) => calls.pin(name, id),
    unpin: () => calls.unpin(name),
    setSlowMode: async (slowMode) =>
      calls.saveChatSettings(name, { ...(await calls.chatSettings(name)), slowMode }),
    ...(isOwner
      ? {
          appoint: (person, role, on) =>
            calls.appoint(name, person, role === 'VIP' ? 'vips' : 'moderators', on),
        }
      : {}),
    ...(report ? { report } : {}),
  };
}

/** The chat of somebody's channel: who may write, and who looks after it. */
export default function PlatformChat({
  channel,
  following,
  onCollapse,
  onBanned,
}: PlatformChatProps) {
  const words = useChannelText();
  const { account } = useSession();
  const { name, isOwner } = channel;
  const { connection, loadOlder, waitSeconds } = usePlatformChat(name, following.isFollowing);
  const { link, me } = useChat(connection);
  const [reporting, setReporting] = useState<(ReportAbout & { who: string; said: string }) | null>(
    null,
  );
  const isBanned = link.phase === 'ended' && link.reason === 'banned';
  useEffect(() => {
    if (isBanned) onBanned(link.until, link.words);
  }, [isBanned, link.until, link.words, onBanned]);
  const desk = useMemo(
    () =>
      deskFor(name, isOwner, ({ id, content, sender }: ChatMessage) =>
        setReporting({
          channel: name,
          person: sender.userId,
          messageId: id,
          said: content,
          who: sender.displayName,
        }),
      ),
    [name, isOwner],
  );
  const isOrdinary = me?.role === 'NONE' && !isOwner;
  const least = channel.chat.followersOnly;
  const forFollowers = least >= 0;
  const gate: Gate | null = !account
    ? {
        words: words.signInToWrite,
        action: { label: words.signIn, perform: () => go(to.login()) },
      }
    : isOrdinary && forFollowers && !following.isFollowing
      ? {
          words: words.followersOnly,
          ...(least > 0 ? { detail: words.followersFor(spanOf(least, words)) } : {}),
          action: { label: words.follow, perform: following.toggle },
        }
      : isOrdinary && forFollowers && waitSeconds > 0
        ? { words: words.followersFor(spanOf(least, words)) }
        : null;
  const mode = !forFollowers
    ? undefined
    : least > 0
      ? words.followersModeFor(spanOf(least, words))
      : words.followersMode;
  return (
    <>
      <Chat
        connection={connection}
        gate={gate}
        desk={desk}
        attributes={saidAttributes}
        mode={mode}
        loadOlder={loadOlder}
        onCollapse={onCollapse}
      />
      {reporting && (
        <Suspense fallback={null}>
          <ReportDialog
            about={{
              channel: reporting.channel,
              ...(reporting.person ? { person: reporting.person } : {}),
              ...(reporting.messageId ? { messageId: reporting.messageId } : {}),
            }}
            title={words.reportMessage(reporting.who)}
            quote={reporting.said}
            onClose={() => setReporting(null)}
          />
        </Suspense>
      )}
    </>
  );
}
