import { lazy, Suspense, useState } from 'react';
import type { ChannelDetails } from '@rostrum/client/channels';
import {
  Avatar,
  Button,
  ButtonLink,
  count,
  Drawing,
  Icon,
  LiveBadge,
  ShareButton,
  Skeleton,
  toast,
} from '@rostrum/ui';
import { go, to, useParameter } from '../../routes';
import { Menu } from '../../shell/Menu';
import { useSession } from '../../shell/session';
import { useChannelText } from '../../strings/channel';
import { calls } from './calls';
import { Elapsed } from './cards';
import { FollowButton } from './FollowButton';
import { icons } from './icons';
import type { Following } from './useFollow';
import './ChannelInfo.css';

const ReportDialog = lazy(() => import('./ReportDialog'));
const ChannelReports = lazy(() => import('../../manager/ChannelReports'));

/** What one can do about somebody: look them up, report them, keep them out of one's own channel. */
export function PersonMenu({ channel }: { readonly channel: ChannelDetails }) {
  const words = useChannelText();
  const { account } = useSession();
  const [isReporting, setReporting] = useState(false);
  // In the address: the notice of a report leads here.
  const [judged, setJudged] = useParameter('reports');
  const [isOut, setOut] = useState<boolean | null>(null);
  const { name } = channel;
  const moderates = channel.role === 'MODERATOR';
  const report = () => (account ? setReporting(true) : go(to.login()));
  const told = (work: Promise<unknown>, out: boolean, done: string) =>
    work.then(
      () => {
        setOut(out);
        toast(done);
      },
      () => toast(words.failedAct, 'problem'),
    );
  const ban = () => {
    if (!account) return;
    if (isOut) void told(calls.unban(account.name, name), false, words.didUnbanFromMine(name));
    else void told(calls.ban(account.name, name), true, words.didBanFromMine(name));
  };
  /** Somebody is about to open it: whether this person is out of one's own channel. */
  const look = () => {
    if (!account || isOut !== null) return;
    setOut(false);
    calls.bans(account.name).then(
      ({ list }) => setOut(list.some((one) => one.name === name)),
      () => undefined, // who has no channel yet has banned nobody
    );
  };
  const item = (icon: keyof typeof icons, label: string, perform: () => void) => (
    <button type="button" role="menuitem" className="menu-place" onClick={perform}>
      <Drawing svg={icons[icon]} size={20} />
      <span>{label}</span>
    </button>
  );
  return (
    <span className="person-menu" onPointerEnter={look} onFocus={look}>
      <Menu
        label={words.moreAbout(name)}
        className="button plain more-button"
        trigger={<Drawing svg={icons.more} size={20} />}
      >
        {item('user', words.profile, () => go(to.profile(name)))}
        {item('flag', words.report, report)}
        {moderates && item('flag', words.reports, () => setJudged('open'))}
        {account && item('ban', isOut ? words.unbanFromMine : words.banFromMine, ban)}
      </Menu>
      {isReporting && (
        <Suspense fallback={null}>
          <ReportDialog
            about={{ channel: name }}
            title={words.reportChannel(name)}
            onClose={() => setReporting(false)}
          />
        </Suspense>
      )}
      {moderates && judged !== '' && (
        <Suspense fallback={null}>
          <ChannelReports name={name} onClose={() => setJudged('')} />
        </Suspense>
      )}
    </span>
  );
}

/** Below the picture: who it is, what it is about, how many watch. */
export function ChannelInfo({
  channel,
  isOn,
  isBanned,
  following,
  onShowChat,
}: {
  readonly channel: ChannelDetails | null;
  readonly isOn: boolean;
  readonly isBanned: boolean;
  readonly following: Following;
  /** Only while the chat is hidden. */
  readonly onShowChat?: (() => void) | undefined;
}) {
  const words = useChannelText();
  if (!channel)
    return (
      <div className="info" aria-busy="true">
        <div className="info-who">
          <Skeleton width="52px" height="52px" />
          <div className="info-names">
            <Skeleton width="260px" height="24px" />
            <Skeleton width="140px" height="18px" />
          </div>
        </div>
      </div>
    );
  const { name, title, category, isOwner, startedAt } = channel;
  const followers = channel.followers + following.change;
  return (
    <div className="info">
      <div className="info-who">
        <a className="info-back" href={to.directory} aria-label={words.back}>
          <Icon name="arrowLeft" />
        </a>
        <a className="info-face" href={to.profile(name)} tabIndex={-1} aria-hidden="true">
          <Avatar face={channel} size={52} />
        </a>
        <div className="info-names">
          <h1 dir="auto">{title || name}</h1>
          <p className="info-line">
            {title && (
              <a className="info-name" href={to.profile(name)}>
                {name}
              </a>
            )}
            <span className="info-followers">{words.followers(followers, count(followers))}</span>
            {category && (
              <a
                className="info-category"
                href={`${to.directory}?category=${encodeURIComponent(category)}`}
              >
                {category}
              </a>
            )}
          </p>
        </div>
      </div>
      <div className="info-facts">
        {isOn ? (
          <>
            <LiveBadge label={words.live} />
            <span className="info-fact" role="status">
              <Icon name="eye" size={18} />
              <span className="info-short" aria-hidden="true">
                {count(channel.viewers)}
              </span>
              <span className="info-long">
                {words.viewers(channel.viewers, count(channel.viewers))}
              </span>
            </span>
            {startedAt !== null && (
              <span className="info-fact">
                <Icon name="clock" size={18} /> <Elapsed since={startedAt} />
              </span>
            )}
          </>
        ) : (
          !isBanned && <span className="info-off">{words.offline}</span>
        )}
      </div>
      <div className="info-acts">
        {isOwner ? (
          <ButtonLink kind="primary" href={to.manager}>
            <Drawing svg={icons.broadcast} size={18} /> {words.manager}
          </ButtonLink>
        ) : (
          !isBanned && <FollowButton name={name} following={following} />
        )}
        <span className="info-more">
          <ShareButton title={title || name} url={new URL(to.channel(name), location.href).href} />
          {onShowChat && (
            <Button onClick={onShowChat}>
              <Icon name="message" size={18} /> {words.showChat}
            </Button>
          )}
          {!isOwner && <PersonMenu channel={channel} />}
        </span>
      </div>
    </div>
  );
}
