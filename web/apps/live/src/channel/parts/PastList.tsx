import type { PastBroadcast } from '@rostrum/client/channels';
import { Blank, Button } from '@rostrum/ui';
import { useChannelText } from '../../strings/channel';
import { PastCard, CardSkeletons } from './cards';
import type { Pages } from './usePages';

/** Everything of a channel that can be watched again. */
export function PastList({ past }: { readonly past: Pages<PastBroadcast> }) {
  const words = useChannelText();
  const { list, error, isLoading, isWhole, more } = past;
  if (list?.length === 0) return <Blank title={words.noPast}>{words.noPastText}</Blank>;
  return (
    <>
      <ul className="cards past-cards" aria-busy={isLoading}>
        {list?.map((one) => (
          <li key={one.watchUrl}>
            <PastCard past={one} />
          </li>
        ))}
        {list === null && !error && (
          <li className="cards-bones">
            <CardSkeletons many={3} withFace={false} />
          </li>
        )}
      </ul>
      {error && (
        <Blank title={words.pastFailed} action={<Button onClick={more}>{words.retry}</Button>} />
      )}
      {!error && list && !isWhole && (
        <div className="list-end">
          <Button onClick={more}>{words.more}</Button>
        </div>
      )}
    </>
  );
}
