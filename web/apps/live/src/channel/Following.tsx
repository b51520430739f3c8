import { Blank, Button, ButtonLink } from '@rostrum/ui';
import { to } from '../routes';
import { useFeed } from '../shell/feed';
import { Main } from '../shell/Main';
import { useChannelText } from '../strings/channel';
import { calls } from './parts/calls';
import { CardSkeletons, LiveCard } from './parts/cards';
import { usePages } from './parts/usePages';
import './Following.css';

/** Whom one follows: those who are live first, then those followed last. */
export function Following() {
  const words = useChannelText();
  const { list, error, isWhole, more, again } = usePages('following', calls.following);
  useFeed({ directory: again, again });
  const live = list?.filter((one) => one.live) ?? [];
  const others = list?.filter((one) => !one.live) ?? [];
  return (
    <Main title={words.followingTitle} className="page following-page" isBusy={!list && !error}>
      <h1>{words.followingTitle}</h1>
      {list?.length === 0 && (
        <Blank
          title={words.noneFollowed}
          action={
            <ButtonLink kind="primary" href={to.directory}>
              {words.toDirectory}
            </ButtonLink>
          }
        >
          {words.noneFollowedText}
        </Blank>
      )}
      {list === null && !error && (
        <ul className="cards">
          <li className="cards-bones">
            <CardSkeletons many={6} />
          </li>
        </ul>
      )}
      {[
        { title: words.liveGroup, channels: live },
        { title: words.offlineGroup, channels: others },
      ].map(
        ({ title, channels }) =>
          channels.length > 0 && (
            <section key={title} aria-label={title}>
              <div className="section-head">
                <h2>{title}</h2>
              </div>
              <ul className="cards">
                {channels.map((channel) => (
                  <li key={channel.name}>
                    <LiveCard channel={channel} />
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
      {error && (
        <Blank title={words.failed} action={<Button onClick={again}>{words.retry}</Button>} />
      )}
      {!error && list && !isWhole && (
        <div className="list-end">
          <Button onClick={more}>{words.more}</Button>
        </div>
      )}
    </Main>
  );
}
