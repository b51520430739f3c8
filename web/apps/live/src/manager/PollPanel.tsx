import { sharesOf } from '@rostrum/client/overlays';
import type { ChannelPoll } from '@rostrum/client/channels';
import { Button, Drawing, Tag } from '@rostrum/ui';
import { CountdownRing, useSecondsLeft } from '@rostrum/ui/overlays';
import { number } from '../strings/text';
import { useManagerText } from '../strings/manager';
import { icons } from './icons';
import './PollPanel.css';

/** How the options of a poll stand. */
export function PollBars({ poll }: { readonly poll: ChannelPoll }) {
  const words = useManagerText();
  const shares = sharesOf(poll);
  const most = Math.max(0, ...poll.options.map((option) => option.votes ?? 0));
  return (
    <ul className="poll-bars">
      {poll.options.map((option, i) => {
        const isFirst = option.votes !== null && option.votes > 0 && option.votes === most;
        return (
          <li key={i} className={isFirst ? 'first' : undefined}>
            <span className="visually-hidden">
              {words.votesOf(option.text, words.votes(option.votes ?? 0), shares[i] ?? 0)}
            </span>
            <span aria-hidden="true" className="poll-bar-words">
              <span>{option.text}</span>
              <span>
                {number(option.votes ?? 0)} <small>{shares[i] ?? 0}%</small>
              </span>
            </span>
            <span aria-hidden="true" className="poll-bar">
              <span style={{ transform: `scaleX(${(shares[i] ?? 0) / 100})` }} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** The poll that is on, as the server counts it. */
export function PollPanel({
  poll,
  busy,
  onStop,
}: {
  readonly poll: ChannelPoll;
  readonly busy: boolean;
  readonly onStop: () => void;
}) {
  const words = useManagerText();
  const isOpen = poll.state === 'open';
  const seconds = useSecondsLeft(isOpen ? poll.closesAt : null);
  const winner = poll.winner === null ? null : poll.options[poll.winner];
  const said = isOpen
    ? seconds === 0
      ? words.pollClosing
      : poll.results === 'hidden'
        ? words.hiddenForViewers
        : ''
    : poll.total === 0
      ? words.nobody
      : winner
        ? words.winner(winner.text)
        : words.tie;
  return (
    <section className="poll-panel" aria-label={words.openPoll}>
      <div className="poll-panel-head">
        {isOpen && seconds > 0 ? (
          <CountdownRing endsAt={poll.closesAt} total={poll.duration * 1000} size={52} />
        ) : (
          <span className="deck-icon on">
            <Drawing svg={isOpen ? icons.poll : icons.trophy} size={24} />
          </span>
        )}
        <div className="poll-panel-words">
          <p className="quiet">
            {words.openPoll} <Tag>{isOpen ? words.pollOpen : words.pollResult}</Tag>
          </p>
          <h3>{poll.question}</h3>
        </div>
        <Button onClick={onStop} disabled={busy}>
          <Drawing svg={icons.stop} size={18} /> {isOpen ? words.closePoll : words.stop}
        </Button>
      </div>
      <PollBars poll={poll} />
      <p className="poll-panel-foot">
        <span role="status">{said}</span>
        <span className="quiet">{words.votes(poll.total)}</span>
      </p>
    </section>
  );
}
