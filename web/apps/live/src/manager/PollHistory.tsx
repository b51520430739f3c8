import type { OverlayFields } from '@rostrum/client/overlays';
import type { ChannelPoll } from '@rostrum/client/channels';
import { Blank, Button, ButtonLink, Dialog, Drawing, Skeleton } from '@rostrum/ui';
import { usePages } from '../channel/parts/usePages';
import { Trouble } from '../shell/Trouble';
import { moment } from '../strings/text';
import { useManagerText } from '../strings/manager';
import { overlays } from './calls';
import { icons } from './icons';
import { PollBars } from './PollPanel';
import './PollHistory.css';

const draftOf = (poll: ChannelPoll): OverlayFields => ({
  question: poll.question,
  answers: poll.options.map((option) => option.text),
  duration: poll.duration,
  results: poll.results,
  visitors: poll.visitors,
});

/** The polls of before, with their votes to take along. */
export function PollHistory({
  onClose,
  onAgain,
}: {
  readonly onClose: () => void;
  readonly onAgain: (data: OverlayFields) => void;
}) {
  const words = useManagerText();
  const pages = usePages('my polls', (after, signal) => overlays.polls(after, signal));
  const { list } = pages;
  return (
    <Dialog open onClose={onClose} title={words.history} wide>
      <Trouble error={pages.error} again={pages.again} />
      {list === null && !pages.error && <Skeleton width="100%" height="200px" />}
      {list?.length === 0 && <Blank title={words.historyEmpty}>{words.historyEmptyText}</Blank>}
      {list && list.length > 0 && (
        <ul className="past-polls">
          {list.map((poll) => (
            <li key={poll.id}>
              <div className="past-poll-head">
                <h3>{poll.question}</h3>
                <p className="quiet">
                  <time dateTime={new Date(poll.startedAt).toISOString()}>
                    {moment(poll.startedAt)}
                  </time>
                  {' · '}
                  {words.votes(poll.total)}
                </p>
              </div>
              <PollBars poll={poll} />
              <div className="past-poll-acts">
                <Button small onClick={() => onAgain(draftOf(poll))}>
                  {words.again}
                </Button>
                <ButtonLink small href={overlays.votesAddress(poll.id)} download>
                  <Drawing svg={icons.download} size={16} /> {words.csv}
                  <span className="visually-hidden">{words.csvOf(poll.question)}</span>
                </ButtonLink>
              </div>
            </li>
          ))}
        </ul>
      )}
      {list !== null && !pages.isWhole && <Button onClick={pages.more}>{words.more}</Button>}
    </Dialog>
  );
}
