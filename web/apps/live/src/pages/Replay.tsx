import { lazy, Suspense, useMemo, useState } from 'react';
import { pastOf, pastOfPerson } from '@rostrum/client/chat';
import type { RostrumPlayer } from '@rostrum/media';
import { Icon, Player, ShareButton, Skeleton, usePoll } from '@rostrum/ui';
import { api } from '../api';
import { Main } from '../shell/Main';
import { lengthOf, whenOf } from '../parts/recordings';
import { ownerIn, useRecording } from '../parts/useRecording';
import { useWatchText } from '../strings/watch';
import { Unavailable } from '../shell/Unavailable';
import { to } from '../routes';
import { sourceOf } from './source';

const PastChat = lazy(() => import('../parts/PastChat').then((m) => ({ default: m.PastChat })));

/** `#t=90`: where to begin, in seconds. */
function startOf(hash: string): number | undefined {
  const seconds = Number(/^#t=(\d+)$/.exec(hash)?.[1]);
  return seconds > 0 ? seconds : undefined;
}

/** Without a token that the page's own address may carry. */
function shareUrl(owner: string | null): string {
  const url = new URL(location.pathname, location.href);
  if (owner !== null) url.searchParams.set('of', owner);
  return url.href;
}

async function downloadAnew(owner: string, recording: string): Promise<void> {
  const { findPersonsRecording } = await import('../parts/personsRecordings');
  const found = await findPersonsRecording(owner, recording, AbortSignal.timeout(10_000));
  if (!found?.downloadUrl) throw new Error('it is gone');
  location.assign(found.downloadUrl);
}

/** A past broadcast, with what was said in its chat. */
export function Replay({
  id,
  recording: wanted,
}: {
  readonly id: string;
  readonly recording: string;
}) {
  const strings = useWatchText();
  const { value: channel, error } = usePoll(`channel ${id}`, 30_000, (signal) =>
    api.channel(id, signal),
  );
  const owner = ownerIn(location.search);
  const { recording, isMissing } = useRecording(id, wanted, owner);
  // A person's channel has a page by its name; at its id there is another chat.
  const home = owner === null ? `/watch/${encodeURIComponent(id)}` : to.channel(owner);
  const said = useMemo(() => (owner === null ? pastOf(id) : pastOfPerson(owner)), [id, owner]);
  const [hasFailed, setFailed] = useState(false);
  const [player, setPlayer] = useState<RostrumPlayer | null>(null);
  const name = recording?.name || channel?.name || '';
  const when = recording ? whenOf(recording) : null;
  if (error?.notFound && !channel)
    return <Unavailable title={strings.noChannelTitle} text={strings.noChannelText} />;
  if (isMissing)
    return <Unavailable title={strings.noRecordingTitle} text={strings.noRecordingText} />;
  return (
    <Main title={name} className="watch with-chat" isImmersive>
      <div className="stage">
        <div className="screen">
          {recording ? (
            <Player
              src={sourceOf(recording.playbackUrl, location.search)}
              label={strings.replayLabel(name)}
              storyboard={
                recording.storyboardUrl && sourceOf(recording.storyboardUrl, location.search)
              }
              poster={recording.thumbnailUrl || undefined}
              startAt={startOf(location.hash)}
              onElement={setPlayer}
              pageKeys
            />
          ) : (
            <div className="player" />
          )}
        </div>
        <div className="below">
          {recording && channel ? (
            <>
              <div className="who">
                <a className="back" href={home} aria-label={strings.toChannel}>
                  <Icon name="arrowLeft" />
                </a>
                <div className="avatar" aria-hidden="true">
                  {[...channel.name][0]?.toUpperCase()}
                </div>
                <div className="names">
                  <h1>{name}</h1>
                  <p className="quiet" title={when?.exact}>
                    {when?.short} · {lengthOf(recording)}
                  </p>
                </div>
              </div>
              <div className="acts">
                <a className="elsewhere" href={home}>
                  {strings.toChannel}
                </a>
                {recording.downloadUrl && (
                  <a
                    className="act-link"
                    href={sourceOf(recording.downloadUrl, location.search)}
                    download=""
                    onClick={(event) => {
                      // What a members' page was given is good for some minutes only.
                      if (owner === null || !recording.downloadUrl.includes('?')) return;
                      event.preventDefault();
                      downloadAnew(owner, wanted).catch(() => setFailed(true));
                    }}
                  >
                    {strings.download}
                  </a>
                )}
                {hasFailed && (
                  <p role="alert" className="quiet">
                    {strings.downloadFailed}
                  </p>
                )}
                <ShareButton title={name} url={shareUrl(owner)} />
              </div>
            </>
          ) : (
            <div className="who" aria-busy="true">
              <Skeleton width="48px" height="48px" />
              <Skeleton width="240px" height="32px" />
            </div>
          )}
        </div>
      </div>
      <aside className="side" aria-label={strings.chatOfThen}>
        <Suspense fallback={null}>
          {recording && (
            <PastChat source={said} start={Date.parse(recording.startedAt)} player={player} />
          )}
        </Suspense>
      </aside>
    </Main>
  );
}
