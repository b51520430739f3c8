import { useState } from 'react';
import type { rostrum } from '@rostrum/client/api';
import { bytes, elapsed, Tag } from '@rostrum/ui';
import { to } from '../routes';
import { strings } from '../strings';
import { When } from './bits';
import { nameOf } from './recording-words';
import './RecordingRow.css';

const words = strings.recordings;

export function Thumbnail({ url }: { readonly url: string | undefined }) {
  const [failed, setFailed] = useState(false);
  return (
    <span className="thumbnail dark-room">
      {url && !failed ? (
        <img src={url} alt="" loading="lazy" decoding="async" onError={() => setFailed(true)} />
      ) : (
        <span className="thumbnail-none">{words.noThumbnail}</span>
      )}
    </span>
  );
}

export function StateTag({ recording }: { readonly recording: rostrum.Recording }) {
  if (recording.state === 'RECORDING') return <Tag tone="good">{words.states.RECORDING}</Tag>;
  if (recording.state === 'FAILED') return <Tag tone="warning">{words.states.FAILED}</Tag>;
  return recording.clipOf ? <Tag>{words.clip}</Tag> : null;
}

/** A recording as it stands in lists: picture, name, when, how long. */
export function RecordingRow({
  recording,
  withChannel,
}: {
  readonly recording: rostrum.Recording;
  readonly withChannel?: boolean;
}) {
  const facts = [
    ...(withChannel && recording.channelName ? [recording.channelName] : []),
    ...(recording.durationMs ? [elapsed(recording.durationMs)] : []),
    ...(recording.sizeBytes ? [bytes(recording.sizeBytes)] : []),
  ];
  return (
    <li className="recording-row">
      <a className="recording-link" href={to.recording(recording.recordingId)}>
        <Thumbnail url={recording.thumbnailUrl} />
        <span className="recording-words">
          <span className="recording-name">
            <strong>{nameOf(recording)}</strong> <StateTag recording={recording} />
          </span>
          <span className="quiet">
            <When time={recording.startedAt} />
            {facts.length > 0 && ` · ${facts.join(' · ')}`}
          </span>
        </span>
      </a>
    </li>
  );
}
