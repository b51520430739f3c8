import type { Recording } from '@rostrum/client';
import { Mark } from '@rostrum/ui';
import { useWatchText } from '../strings/watch';
import { lengthOf, whenOf } from './recordings';

/** A past broadcast in a grid; the whole card is one link. */
export function RecordingCard({
  channel,
  name,
  recording,
}: {
  readonly channel: string;
  readonly name: string;
  readonly recording: Recording;
}) {
  const strings = useWatchText();
  const when = whenOf(recording);
  return (
    <a
      className="channel-card"
      href={`/watch/${encodeURIComponent(channel)}/replay/${recording.id}`}
    >
      <span className="channel-picture">
        {recording.thumbnailUrl ? (
          <img src={recording.thumbnailUrl} alt="" loading="lazy" width={320} height={180} />
        ) : (
          <Mark size={40} />
        )}
        {recording.clip && <span className="channel-badge clip-badge">{strings.clip}</span>}
        <span className="length-badge">{lengthOf(recording)}</span>
      </span>
      <span className="channel-title">{recording.name || name}</span>
      <span className="channel-facts" title={when.exact}>
        {when.short}
      </span>
    </a>
  );
}
