import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import type { PlayerState, RostrumPlayer } from '@rostrum/media';
import { Button, Icon, useMedia } from '@rostrum/ui';
import { useVisibleHeight } from '../parts/useVisibleHeight';
import { Main } from '../shell/Main';
import { useSession } from '../shell/session';
import { Trouble } from '../shell/Trouble';
import { Unavailable } from '../shell/Unavailable';
import { useChannelText } from '../strings/channel';
import { About } from './parts/About';
import { calls } from './parts/calls';
import { ChannelInfo } from './parts/ChannelInfo';
import { BannedCurtain, MembersCurtain, OfflineCurtain } from './parts/Curtain';
import { kept } from './parts/kept';
import { PastList } from './parts/PastList';
import { Confetti, Screen, StageCards } from './parts/Screen';
import { Tabs, type Tab } from './parts/Tabs';
import { useBallot } from './parts/useBallot';
import { useChannel } from './parts/useChannel';
import { useChatKeys } from './parts/useChatKeys';
import { useFollow } from './parts/useFollow';
import { usePages } from './parts/usePages';
import { useStage } from './parts/useStage';
import './Channel.css';

const PlatformChat = lazy(() => import('./parts/PlatformChat'));

type Panel = 'chat' | 'about' | 'past';
const besides = '(min-width: 990px)';
const overPicture = '(max-height: 480px) and (orientation: landscape)';
const moving: readonly PlayerState[] = ['playing', 'buffering', 'paused'];

/** Somebody's channel: the picture, the chat beside it, and what else there is to know. */
export function Channel({ name: asked }: { readonly name: string }) {
  const words = useChannelText();
  const { account, isKnown } = useSession();
  const { channel, error, again, ban, banned } = useChannel(asked);
  const name = channel?.name ?? asked;
  const [state, setState] = useState<PlayerState>('idle');
  const [player, setPlayer] = useState<RostrumPlayer | null>(null);
  const [isHidden, setHidden] = useState(kept.isChatHidden);
  const [panel, setPanel] = useState<Panel>('chat');
  const main = useRef<HTMLElement>(null);
  const isOver = useMedia(overPicture);
  const isBeside = useMedia(besides) || isOver;
  useVisibleHeight(main);
  const hide = useCallback((hidden: boolean) => {
    setHidden(hidden);
    kept.hideChat(hidden);
  }, []);
  const collapse = useCallback(() => hide(true), [hide]);

  const following = useFollow(name, channel?.isFollowing ?? false, channel?.isOwner ?? false);
  const isForMembers = channel?.membersOnly === true && channel.playbackUrl === '' && !ban;
  const isSignedOut = isKnown && !account;
  const isClosed = ban !== null || (isForMembers && isSignedOut);
  // The picture runs some seconds behind the news that it has ended.
  const wasOn = useRef(false);
  const canPlay = channel !== null && channel.playbackUrl !== '' && !isClosed;
  const isOn = canPlay && (channel.live || (wasOn.current && moving.includes(state)));
  const isLive = isOn || (channel?.live === true && isForMembers && isSignedOut);
  const hasBeenOn = useRef(false);
  wasOn.current = isOn;
  if (isOn) hasBeenOn.current = true;
  useEffect(() => {
    if (!isOn) setState('idle');
  }, [isOn]);

  const [shown, clear] = useStage(player, isOn);
  const ballot = useBallot(name, channel?.poll ?? null, isOn, ban !== null);
  const wantsPast = channel !== null && !isClosed && (!isOn || panel === 'past');
  const [hadPast, setHadPast] = useState(false);
  useEffect(() => {
    if (wantsPast) setHadPast(true);
  }, [wantsPast]);
  const past = usePages(hadPast ? `past of ${name}` : '', (before, signal) =>
    calls.pastOf(name, before, signal),
  );
  useEffect(() => {
    // What has just ended may be watched again now.
    if (hadPast && !isOn) past.again();
  }, [isOn]);

  // While nothing is known yet its place is kept.
  const hasChat = !isClosed;
  const isChatShown = hasChat && (isBeside ? !isHidden : panel === 'chat');
  useChatKeys(main, {
    toggle: () => (isBeside ? hide(!isHidden) : setPanel(panel === 'chat' ? 'about' : 'chat')),
    write: () => (isBeside ? hide(false) : setPanel('chat')),
  });

  if (error?.notFound && !channel)
    return <Unavailable title={words.noChannel} text={words.noChannelText} />;
  if (error && !channel) return <Trouble error={error} again={again} isPage />;

  const chat = channel ? (
    <Suspense fallback={<div className="chat-coming" />}>
      <PlatformChat
        key={account?.id ?? 'nobody'}
        channel={channel}
        following={following}
        onCollapse={isBeside ? collapse : undefined}
        onBanned={banned}
      />
    </Suspense>
  ) : (
    <div className="chat-coming" />
  );
  const isParty = shown?.overlay.kind === 'celebration' && !ballot.poll;
  const hasCard = ballot.poll !== null || (shown !== null && shown.overlay.kind !== 'celebration');
  const isNotice = !ballot.poll && shown?.overlay.kind === 'notice';
  const place = isBeside ? 'picture' : 'page';
  const cards = hasCard && (
    <div className={isNotice ? `stage-cards ${place} wide` : `stage-cards ${place}`}>
      <Suspense fallback={null}>
        <StageCards shown={shown} ballot={ballot} place={place} onOver={clear} />
      </Suspense>
    </div>
  );
  const confetti = isParty && <Confetti shown={shown} />;
  const tabs: Tab<Panel>[] = [
    ...(hasChat && !isBeside
      ? [
          {
            id: 'chat' as const,
            label: words.chat,
            isKept: true,
            content: (
              <>
                {chat}
                {confetti}
              </>
            ),
          },
        ]
      : []),
    { id: 'about', label: words.about, content: channel && <About channel={channel} /> },
    ...(isClosed
      ? []
      : [{ id: 'past' as const, label: words.past, content: <PastList past={past} /> }]),
  ];
  const chosen = tabs.some((tab) => tab.id === panel) ? panel : 'about';
  const classes = [
    'channel-page',
    isBeside ? 'is-beside' : 'is-stacked',
    isChatShown ? 'has-chat' : '',
    hasCard && !isBeside ? 'has-card' : '',
  ];
  return (
    <Main
      title={channel ? name : asked}
      className={classes.filter(Boolean).join(' ')}
      ref={main}
      isImmersive
      isBusy={channel === null}
    >
      <div className="channel-stage">
        <div className="channel-screen">
          {!channel ? (
            <div className="player" />
          ) : ban ? (
            <BannedCurtain ban={ban} />
          ) : isForMembers && isSignedOut ? (
            <MembersCurtain name={name} picture={channel.thumbnailUrl || channel.bannerUrl} />
          ) : isOn ? (
            <Screen channel={channel} onState={setState} onElement={setPlayer} />
          ) : (
            <OfflineCurtain
              channel={channel}
              latest={past.list?.[0] ?? null}
              following={following}
              justEnded={hasBeenOn.current}
            />
          )}
          {isBeside && cards}
          {isBeside && !isChatShown && confetti}
          {hasChat && isHidden && isOver && (
            <span className="chat-back dark-room">
              <Button onClick={() => hide(false)} label={words.showChat}>
                <Icon name="message" size={18} />
              </Button>
            </span>
          )}
        </div>
        {!isBeside && cards}
        <ChannelInfo
          channel={channel}
          isOn={isLive}
          isBanned={ban !== null}
          following={following}
          onShowChat={hasChat && isBeside && isHidden ? () => hide(false) : undefined}
        />
        {error && channel && (
          <div className="channel-trouble">
            <Trouble error={error} again={again} />
          </div>
        )}
        {isBeside && (
          <Tabs
            className="channel-tabs"
            label={words.tabs}
            tabs={tabs}
            chosen={chosen}
            onChoose={setPanel}
          />
        )}
      </div>
      {isBeside && isChatShown && (
        <aside
          className={isOver ? 'channel-side dark-room' : 'channel-side'}
          aria-label={words.chatColumn}
        >
          {chat}
          {confetti}
        </aside>
      )}
      {!isBeside && (
        <Tabs
          className="channel-tabs"
          label={words.tabs}
          tabs={tabs}
          chosen={chosen}
          onChoose={setPanel}
        />
      )}
      <div className="visually-hidden" role="status" aria-live="assertive">
        {isOn ? words.isLive(name) : hasBeenOn.current ? words.hasEnded : ''}
      </div>
      <div className="visually-hidden" role="status">
        {ballot.poll?.state === 'open' ? words.pollHere(ballot.poll.question) : ''}
      </div>
    </Main>
  );
}
