import { Button, ChannelCardSkeleton, usePoll } from '@rostrum/ui';
import { api } from '../api';
import { Main } from '../shell/Main';
import { RecordingCard } from '../parts/RecordingCard';
import { useAllRecordings } from '../parts/recordings';
import { useWatchText } from '../strings/watch';
import { Unavailable } from '../shell/Unavailable';

/** Everything of a channel that can be watched again. */
export function Past({ id }: { readonly id: string }) {
  const strings = useWatchText();
  const { value: channel, error } = usePoll(`channel ${id}`, 30_000, (signal) =>
    api.channel(id, signal),
  );
  const { list, state, more } = useAllRecordings(id);
  const name = channel?.name ?? '';
  if (error?.notFound && !channel)
    return <Unavailable title={strings.noChannelTitle} text={strings.noChannelText} />;
  return (
    <Main title={name ? strings.pastOf(name) : strings.past} className="past-page">
      <p>
        <a href={`/watch/${encodeURIComponent(id)}`}>{strings.toChannel}</a>
      </p>
      <h1>{name ? strings.pastOf(name) : strings.past}</h1>
      {list?.length === 0 && state === 'all' && (
        <div className="blank">
          <h2>{strings.nothingPast}</h2>
          <p className="quiet">{strings.nothingPastText}</p>
        </div>
      )}
      <div className="grid">
        {list?.map((recording) => (
          <RecordingCard key={recording.id} channel={id} name={name} recording={recording} />
        ))}
        {list === null &&
          state !== 'failed' &&
          [1, 2, 3].map((n) => <ChannelCardSkeleton key={n} />)}
      </div>
      <div className="past-end" aria-live="polite">
        {state === 'failed' && <p role="alert">{strings.serverGone}</p>}
        {(state === 'failed' || (state === 'idle' && list !== null)) && (
          <Button onClick={() => void more()}>
            {state === 'failed' ? strings.retry : strings.morePast}
          </Button>
        )}
        {state === 'all' && list !== null && list.length > 0 && (
          <p className="quiet">{strings.endOfPast}</p>
        )}
      </div>
    </Main>
  );
}
