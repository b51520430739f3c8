import { useCallback, useRef, useState } from 'react';
import type { RostrumPlayer } from '@rostrum/media';
import type { rostrum } from '@rostrum/client/api';
import {
  Button,
  ButtonLink,
  bitrate,
  bytes,
  CopyText,
  elapsed,
  exactTime,
  Notice,
  Player,
  Skeleton,
  TextField,
  toast,
  usePoll,
} from '@rostrum/ui';
import { clipRecording, deleteRecording } from '../actions';
import { idOf } from '../arn';
import { Card, PageHead, Symbol, When } from '../parts/bits';
import { Confirm } from '../parts/Confirm';
import { ActionError, Failed, Trouble } from '../parts/Failed';
import { nameOf, readTime, writeTime } from '../parts/recording-words';
import { StateTag } from '../parts/RecordingRow';
import { useAction } from '../parts/useAction';
import { useTitle } from '../parts/useTitle';
import { go, to } from '../routes';
import { useApi, useReason } from '../session/context';
import { strings } from '../strings';
import { Nowhere } from './Nowhere';
import './Recording.css';

const words = strings.recordings;

interface ClipProblem {
  readonly start: string | null;
  readonly end: string | null;
}

/** What is wrong with a clip's ends; both null if nothing is. */
export function clipProblem(
  start: number | null,
  end: number | null,
  durationMs: number | undefined,
): ClipProblem {
  if (start === null) return { start: words.timeWrong, end: null };
  if (end === null) return { start: null, end: words.timeWrong };
  if (end <= start) return { start: null, end: words.orderWrong };
  // Written to the tenth: the last one may be rounded up.
  if (durationMs !== undefined && end > durationMs + 100)
    return { start: null, end: words.endWrong(writeTime(durationMs)) };
  return { start: null, end: null };
}

function ClipForm({
  recording,
  playhead,
}: {
  readonly recording: rostrum.Recording;
  readonly playhead: () => number | null;
}) {
  const reason = useReason();
  const clipping = useAction(clipRecording);
  const [start, setStart] = useState('0:00.0');
  const [end, setEnd] = useState(writeTime(Math.min(recording.durationMs ?? 30_000, 30_000)));
  const [name, setName] = useState('');
  const [made, setMade] = useState<rostrum.Recording | null>(null);
  const [from, until] = [readTime(start), readTime(end)];
  const problem = clipProblem(from, until, recording.durationMs);
  const isFine = problem.start === null && problem.end === null;
  const here = (set: (text: string) => void) => {
    const at = playhead();
    if (at !== null) set(writeTime(at));
  };
  const submit = async () => {
    if (!isFine || from === null || until === null) return;
    setMade(null);
    const answer = await clipping.run({
      recordingId: recording.recordingId,
      startMs: from,
      endMs: Math.min(until, recording.durationMs ?? until),
      ...(name.trim() === '' ? {} : { name: name.trim() }),
    });
    if (!answer?.recording) return;
    toast(words.clipMade);
    setMade(answer.recording);
  };
  return (
    <Card title={words.clipTitle}>
      <p className="quiet">{words.clipText}</p>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="form-row clip-ends">
          <div className="clip-end">
            <TextField
              label={words.clipStart}
              value={start}
              onChange={setStart}
              error={problem.start}
              hint={words.timeHint}
              autoComplete="off"
            />
            <Button small onClick={() => here(setStart)}>
              {words.setStart}
            </Button>
          </div>
          <div className="clip-end">
            <TextField
              label={words.clipEnd}
              value={end}
              onChange={setEnd}
              error={problem.end}
              autoComplete="off"
            />
            <Button small onClick={() => here(setEnd)}>
              {words.setEnd}
            </Button>
          </div>
        </div>
        <TextField
          label={words.clipName}
          value={name}
          onChange={setName}
          maxLength={128}
          autoComplete="off"
        />
        <ActionError error={clipping.error} />
        <div className="clip-foot">
          <span className="quiet">
            {isFine && from !== null && until !== null
              ? words.clipLength(writeTime(until - from))
              : ''}
          </span>
          {made && <ButtonLink href={to.recording(made.recordingId)}>{words.openClip}</ButtonLink>}
          <Button kind="primary" type="submit" reason={reason} disabled={!isFine || clipping.busy}>
            <Symbol name="scissors" /> {clipping.label}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Facts({ recording }: { readonly recording: rostrum.Recording }) {
  const channel = idOf(recording.channelArn);
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    [
      words.channel,
      <a key="c" href={to.channel(channel)}>
        {recording.channelName || channel}
      </a>,
    ],
    [words.started, <When key="w" time={recording.startedAt} />],
    [words.length, recording.durationMs ? elapsed(recording.durationMs) : null],
    [words.size, recording.sizeBytes ? bytes(recording.sizeBytes) : null],
    [
      words.renditions,
      recording.renditions?.length
        ? recording.renditions
            .map((one) =>
              one.height
                ? `${one.height}p${one.bandwidth ? ` (${bitrate(one.bandwidth)})` : ''}`
                : words.audioOnly,
            )
            .join(', ')
        : null,
    ],
    [
      words.sessions,
      recording.streamIds?.length ? (
        <span key="s" className="recording-sessions">
          {recording.streamIds.map((id, i, all) => (
            <a key={id} href={to.health(channel, id)} title={id}>
              {words.health(i + 1, all.length)}
            </a>
          ))}
        </span>
      ) : null,
    ],
    [
      words.clipOf,
      recording.clipOf ? (
        <a key="o" href={to.recording(recording.clipOf)}>
          {recording.clipOf}
        </a>
      ) : null,
    ],
    [
      words.store,
      recording.keyPrefix ? (
        <CopyText
          key="k"
          value={`${recording.bucketName ?? ''}/${recording.keyPrefix}`}
          name={words.store}
        />
      ) : null,
    ],
    [
      words.recordingId,
      <CopyText key="i" value={recording.recordingId} name={words.recordingId} />,
    ],
  ];
  return (
    <Card title={words.facts}>
      <dl className="rows">
        {rows.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      {recording.expiresAt && (
        <p className="quiet">{words.expires(exactTime(Date.parse(recording.expiresAt)))}</p>
      )}
    </Card>
  );
}

export function Recording({ id }: { readonly id: string }) {
  const api = useApi();
  const reason = useReason();
  const [deleting, setDeleting] = useState(false);
  const player = useRef<RostrumPlayer | null>(null);
  const keep = useCallback((element: RostrumPlayer | null) => {
    player.current = element;
  }, []);
  const polled = usePoll(`recording ${id}`, 5000, async (signal) => {
    const answer = await api.rostrum('GetRecording', { recordingId: id }, signal);
    return answer.recording ?? null;
  });
  const recording = polled.value;
  const name = recording ? nameOf(recording) : '';
  useTitle(name);
  // Its address carries a session, which is new with every answer: the first one goes on.
  const source = useRef('');
  if (source.current === '' && recording?.playbackUrl) source.current = recording.playbackUrl;
  if (!recording && polled.error?.notFound)
    return <Nowhere title={words.notFoundTitle} text={words.notFoundText} />;
  if (!recording && polled.error)
    return <Failed isPage error={polled.error} again={polled.again} />;
  if (!recording) return <Skeleton width="100%" height="480px" />;
  const playhead = () => {
    const video = player.current?.video;
    return video ? video.currentTime * 1000 : null;
  };
  return (
    <div className="page">
      <PageHead
        above={
          <a className="page-above" href={to.recordings}>
            <Symbol name="chevronLeft" size={16} /> {words.title}
          </a>
        }
        title={
          <>
            {name} <StateTag recording={recording} />
          </>
        }
      >
        {recording.downloadUrl && (
          <ButtonLink href={recording.downloadUrl} download>
            <Symbol name="download" /> {words.download}
          </ButtonLink>
        )}
        <Button kind="danger" reason={reason} onClick={() => setDeleting(true)}>
          <Symbol name="trash" /> {words.deleteOpen}
        </Button>
      </PageHead>
      <Trouble error={polled.error} again={polled.again} />
      {recording.state === 'FAILED' && (
        <Notice>
          {recording.stateReason ? words.failed(recording.stateReason) : words.failedPlain}
        </Notice>
      )}
      {recording.state === 'RECORDING' && <p className="quiet">{words.running}</p>}
      <div className="recording">
        <div className="recording-main">
          <div className="recording-player">
            {source.current ? (
              <Player
                src={source.current}
                label={words.player(name)}
                poster={recording.thumbnailUrl}
                storyboard={recording.storyboardUrl}
                onElement={keep}
              />
            ) : (
              <div className="player" />
            )}
          </div>
          {recording.state !== 'FAILED' && <ClipForm recording={recording} playhead={playhead} />}
        </div>
        <Facts recording={recording} />
      </div>
      <Confirm
        open={deleting}
        onClose={() => setDeleting(false)}
        action={deleteRecording}
        input={id}
        title={words.deleteTitle(name)}
        text={words.deleteText}
        done={words.deleted}
        onDone={() => go(to.recordings, 'replace')}
      />
    </div>
  );
}
