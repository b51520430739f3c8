import { sharesOf, type ChannelPoll } from '@rostrum/client/overlays';
import type { ReactNode } from 'react';
import check from 'lucide-static/icons/check.svg?raw';
import trophy from 'lucide-static/icons/trophy.svg?raw';
import { count } from '../format';
import { Drawing } from '../Icon/Icon';
import { Tag } from '../Tag/Tag';
import { useSecondsLeft } from './CountdownRing';
import { OverlayCard, type OverlayPlace } from './OverlayCard';
import { useOverlayWords, type OverlayWords } from './strings';

export interface PollCardProps {
  readonly poll: ChannelPoll;
  readonly onVote: (option: number) => void;
  /** Whether this person may vote here, whatever the poll's state. */
  readonly canVote: boolean;
  /** A vote is on its way. */
  readonly pending?: number | null;
  /** Instead of voting, for example a link to sign in; or why the vote did not count. */
  readonly children?: ReactNode;
  readonly place?: OverlayPlace;
  readonly onDismiss?: () => void;
}

function sentence(poll: ChannelPoll, isOpen: boolean, words: OverlayWords): string {
  if (poll.state === 'open' && !isOpen) return words.counting;
  if (poll.state === 'open') {
    if (poll.myChoice === null) return '';
    return poll.results === 'hidden' ? words.thanksHidden : words.thanks;
  }
  if (poll.total === 0) return words.noVotes;
  return poll.isTie ? words.tie : '';
}

/** What people vote on, and what they voted for. The server counts. */
export function PollCard({
  poll,
  onVote,
  canVote,
  pending = null,
  children,
  place = 'picture',
  onDismiss,
}: PollCardProps) {
  const words = useOverlayWords();
  const seconds = useSecondsLeft(poll.state === 'open' ? poll.closesAt : null);
  const isOpen = poll.state === 'open' && seconds > 0;
  const mine = poll.myChoice ?? pending;
  const mayVote = isOpen && canVote && mine === null;
  const shares = sharesOf(poll);
  const hasResults = poll.options.some((option) => option.votes !== null);
  // Whoever has not voted yet is not told what others think, so the choice is their own.
  const showsResults = hasResults && !mayVote;
  const said = sentence(poll, isOpen, words);
  return (
    <OverlayCard
      kind={words.poll}
      place={place}
      className="poll-card"
      time={isOpen ? { endsAt: poll.closesAt, total: poll.duration * 1000 } : null}
      note={poll.state === 'open' ? null : <Tag>{words.pollClosed}</Tag>}
      onDismiss={onDismiss}
    >
      <p className="overlay-question">{poll.question}</p>
      <ul className="overlay-options">
        {poll.options.map((option, i) => {
          const isWinner = poll.state !== 'open' && poll.winner === i;
          const state = mayVote ? 'open' : isWinner ? 'winner' : 'over';
          return (
            <li key={i}>
              <button
                type="button"
                className={`overlay-option ${state}${mine === i ? ' mine' : ''}`}
                aria-disabled={!mayVote || undefined}
                aria-busy={pending === i && poll.myChoice === null ? true : undefined}
                onClick={mayVote ? () => onVote(i) : undefined}
              >
                {showsResults && (
                  <span
                    className="overlay-bar"
                    aria-hidden="true"
                    style={{ transform: `scaleX(${(shares[i] ?? 0) / 100})` }}
                  />
                )}
                <span className="overlay-text">{option.text}</span>
                {mine === i && (
                  <>
                    <Drawing svg={check} size={16} />
                    <span className="visually-hidden">{words.yourVote}</span>
                  </>
                )}
                {isWinner && (
                  <>
                    <Drawing svg={trophy} size={16} />
                    <span className="visually-hidden">{words.winner}</span>
                  </>
                )}
                {showsResults && (
                  <span className="overlay-share">
                    {words.share(shares[i] ?? 0)}
                    <span className="visually-hidden">
                      {words.votes(count(option.votes ?? 0), option.votes === 1)}
                    </span>
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
      <div className="overlay-foot">
        <p role="status" className="overlay-outcome">
          {said}
        </p>
        {(showsResults || poll.total > 0) && (
          <span className="overlay-total">{words.votes(count(poll.total), poll.total === 1)}</span>
        )}
      </div>
      {children}
    </OverlayCard>
  );
}
