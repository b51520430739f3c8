import { lazy, Suspense, useEffect, useState } from 'react';
import type { ChannelSummary, DirectoryPage } from '@rostrum/client/channels';
import { Button, ButtonLink, Drawing, usePoll } from '@rostrum/ui';
import { to, useParameter } from '../routes';
import { useFeed } from '../shell/feed';
import { Main } from '../shell/Main';
import { useSession } from '../shell/session';
import { Trouble } from '../shell/Trouble';
import { usePlatform } from '../shell/about';
import { useChannelText } from '../strings/channel';
import { calls } from './parts/calls';
import { CardSkeletons, LiveCard, PastCard } from './parts/cards';
import { Carousel } from './parts/Carousel';
import { Hero, HeroSkeleton } from './parts/Hero';
import { icons } from './parts/icons';
import './Directory.css';

/** Of a server without people's accounts: the channels that its operator made. */
const OperatorsChannels = lazy(() =>
  import('../pages/Directory').then((m) => ({ default: m.Directory })),
);

const renewedEveryMs = 30_000;
/** From so many on, what was on before is no longer needed to fill the page. */
const enoughLive = 4;

/** The most watched of those that are live; as long as it is, it stays. */
export function heroOf(
  live: readonly ChannelSummary[],
  before: string,
): ChannelSummary | undefined {
  const stays = live.find((one) => one.watchUrl === before);
  if (stays) return stays;
  return live.reduce<ChannelSummary | undefined>(
    (most, one) => (most && most.viewers >= one.viewers ? most : one),
    undefined,
  );
}

function Categories({
  chosen,
  onChoose,
}: {
  readonly chosen: string;
  readonly onChoose: (category: string) => void;
}) {
  const words = useChannelText();
  const { value } = usePoll('categories', 60_000, (signal) => calls.categories(signal));
  const known = (value ?? []).filter((one) => one.live > 0 || one.name === chosen);
  const all =
    chosen === '' || known.some((one) => one.name === chosen)
      ? known
      : [{ name: chosen, live: 0 }, ...known];
  if (all.length === 0) return null;
  const chip = (name: string, label: string, live: number | null) => (
    <button
      key={name}
      type="button"
      className="chip"
      aria-pressed={chosen === name}
      onClick={() => onChoose(chosen === name ? '' : name)}
    >
      {label}
      {live !== null && <span className="chip-count">{words.number(live)}</span>}
    </button>
  );
  return (
    <div className="chips" role="group" aria-label={words.categories}>
      {chip('', words.allCategories, null)}
      {all.map((one) => chip(one.name, one.name, one.live))}
    </div>
  );
}

function Nobody() {
  const words = useChannelText();
  const { account, isKnown } = useSession();
  const { registration } = usePlatform();
  const mayStream = account !== null && account.role !== 'viewer';
  return (
    <section className="nobody">
      <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" className="nobody-mark">
        <path d="M4 11a8 8 0 0 1 16 0" strokeWidth="1" strokeLinecap="round" className="arc" />
        <rect x="6" y="13.5" width="12" height="3" rx="1" fill="currentColor" />
        <rect x="3" y="18" width="18" height="3.5" rx="1" fill="currentColor" />
      </svg>
      <h1>{words.nobodyTitle}</h1>
      <p>{words.nobodyText}</p>
      {mayStream && (
        <>
          <ButtonLink kind="primary" href={to.manager}>
            <Drawing svg={icons.broadcast} size={18} /> {words.goLive}
          </ButtonLink>
          <p className="nobody-hint">{words.goLiveText}</p>
        </>
      )}
      {isKnown && !account && registration && (
        <>
          <ButtonLink kind="primary" href={to.register}>
            {words.join}
          </ButtonLink>
          <p className="nobody-hint">{words.joinText}</p>
        </>
      )}
    </section>
  );
}

export function Directory() {
  const words = useChannelText();
  const { account } = useSession();
  const [category, setCategory] = useParameter('category');
  const key = `directory ${category} ${account?.id ?? ''}`;
  const { value, error, again } = usePoll(key, renewedEveryMs, (signal) =>
    calls.directory({ category }, signal),
  );
  useFeed({ directory: again, again });
  const [added, setAdded] = useState<{ key: string; pages: readonly DirectoryPage[] }>({
    key,
    pages: [],
  });
  const [heroUrl, setHeroUrl] = useState('');
  const pages = added.key === key ? added.pages : [];
  const next = (pages.at(-1) ?? value)?.next ?? null;
  const more = () => {
    if (next === null) return;
    calls
      .directory({ category, after: next })
      .then((page) => setAdded({ key, pages: [...pages, page] }), again);
  };
  const seen = new Set<string>();
  const live = [...(value?.live ?? []), ...pages.flatMap((page) => page.live)].filter(
    ({ watchUrl }) => !seen.has(watchUrl) && seen.add(watchUrl),
  );
  const hero = category === '' ? heroOf(live, heroUrl) : undefined;
  useEffect(() => setHeroUrl(hero?.watchUrl ?? ''), [hero?.watchUrl]);
  if (error?.status === 404 && !value)
    return (
      <Suspense fallback={null}>
        <OperatorsChannels />
      </Suspense>
    );
  const others = live.filter((one) => one !== hero);
  const isEmpty = value !== null && live.length === 0;
  const following = value?.following ?? [];
  const recent = value?.recent ?? [];
  return (
    <Main title={category} className="page directory" isBusy={value === null && error === null}>
      {!value && category === '' && <h1 className="visually-hidden">{words.onNow}</h1>}
      <Trouble error={value ? null : error} again={again} />
      {value === null && error === null && category === '' && <HeroSkeleton />}
      {isEmpty && category === '' && <Nobody />}
      {hero && (
        <>
          <h1 className="visually-hidden">{words.onNow}</h1>
          <Hero key={hero.watchUrl} channel={hero} />
        </>
      )}
      {category !== '' && <h1 className="directory-title">{words.liveIn(category)}</h1>}
      {following.length > 0 && category === '' && (
        <section aria-labelledby="followed-title">
          <div className="section-head">
            <h2 id="followed-title">{words.followedTitle}</h2>
            <a className="section-link" href={to.following}>
              {words.viewAll}
            </a>
          </div>
          <Carousel label={words.followedTitle}>
            {following.map((one) => (
              <LiveCard key={one.watchUrl} channel={one} />
            ))}
          </Carousel>
        </section>
      )}
      {(value === null || others.length > 0 || category !== '') && (
        <section aria-labelledby={others.length > 0 && category === '' ? 'also-title' : undefined}>
          {others.length > 0 && category === '' && (
            <div className="section-head">
              <h2 id="also-title">{words.alsoLive}</h2>
            </div>
          )}
          <Categories chosen={category} onChoose={setCategory} />
          {isEmpty && category !== '' && (
            <div className="nobody-in">
              <p>{words.nobodyIn(category)}</p>
              <Button onClick={() => setCategory('')}>{words.showAll}</Button>
            </div>
          )}
          <ul className="cards">
            {value === null && error === null && (
              <li className="cards-bones">
                <CardSkeletons many={6} />
              </li>
            )}
            {others.map((one, i) => (
              <li key={one.watchUrl}>
                <LiveCard channel={one} isFirst={i < 3} />
              </li>
            ))}
          </ul>
          {next !== null && (
            <div className="list-end">
              <Button onClick={more}>{words.more}</Button>
            </div>
          )}
        </section>
      )}
      {recent.length > 0 && live.length < enoughLive && category === '' && (
        <section aria-labelledby="recent-title">
          <div className="section-head">
            <h2 id="recent-title">{words.recent}</h2>
          </div>
          <ul className="cards">
            {recent.map((past) => (
              <li key={past.watchUrl}>
                <PastCard past={past} withName />
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="visually-hidden" role="status">
        {value ? words.newCount(value.total) : ''}
      </p>
    </Main>
  );
}
