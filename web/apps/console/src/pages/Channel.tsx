import { useState } from 'react';
import type { ivs, rostrum } from '@rostrum/client/api';
import {
  Blank,
  bitrate,
  Button,
  ButtonLink,
  CopyField,
  CopyText,
  count,
  Dialog,
  LiveBadge,
  Player,
  QrCode,
  Skeleton,
  Tag,
  usePoll,
} from '@rostrum/ui';
import { idOf } from '../arn';
import { stopStream } from '../actions';
import { Card, Elapsed, Symbol } from '../parts/bits';
import { ChannelFrame } from '../parts/ChannelFrame';
import { Confirm } from '../parts/Confirm';
import { GoLive } from '../parts/GoLive';
import { sentenceOf } from '../parts/Failed';
import { RecordingRow } from '../parts/RecordingRow';
import { healthWord, SessionLink, useSessions } from '@rostrum/ui/health';
import { useHealthSource, useLiveReport } from '../health/source';
import { to } from '../routes';
import { useApi, useReason } from '../session/context';
import { strings } from '../strings';
import './Channel.css';

const words = strings.channel;
const shownRows = 4;

function Preview({
  channel,
  live,
}: {
  readonly channel: ivs.Channel;
  readonly live: boolean | null;
}) {
  const name = channel.name || strings.channels.unnamed;
  if (channel.authorized) {
    return (
      <div className="preview blank-preview dark-room">
        <Blank title={words.privateTitle}>{words.privateText}</Blank>
      </div>
    );
  }
  if (!live) {
    return (
      <div className="preview blank-preview dark-room">
        {live === false && <Blank title={words.offlineTitle}>{words.offlineText}</Blank>}
      </div>
    );
  }
  return (
    <div className="preview">
      <Player src={channel.playbackUrl ?? ''} label={words.preview(name)} muted />
    </div>
  );
}

function Glance({
  channel,
  report,
}: {
  readonly channel: ivs.Channel;
  readonly report: rostrum.StreamHealthReport;
}) {
  const reason = useReason();
  const [stopping, setStopping] = useState(false);
  const name = channel.name || strings.channels.unnamed;
  const started = Date.parse(report.startTime ?? '');
  const health = healthWord(report);
  return (
    <Card
      title={words.glance}
      action={
        <Tag
          tone={health.tone === 'good' ? 'good' : health.tone === 'warning' ? 'warning' : 'plain'}
        >
          {health.word}
        </Tag>
      }
    >
      <dl className="figures">
        <div>
          <dt>{words.viewers}</dt>
          <dd>{count(report.viewerCount ?? 0)}</dd>
        </div>
        <div>
          <dt>{words.elapsed}</dt>
          <dd>{Number.isNaN(started) ? strings.unknown : <Elapsed since={started} />}</dd>
        </div>
        <div>
          <dt>{words.bitrate}</dt>
          <dd>{report.videoBitrate ? bitrate(report.videoBitrate) : strings.unknown}</dd>
        </div>
        <div>
          <dt>{words.frameRate}</dt>
          <dd>{report.frameRate ? strings.health.fps(report.frameRate) : strings.unknown}</dd>
        </div>
      </dl>
      <div className="glance-acts">
        <ButtonLink small href={to.health(idOf(channel.arn))}>
          <Symbol name="activity" /> {words.health}
        </ButtonLink>
        <Button small kind="danger" reason={reason} onClick={() => setStopping(true)}>
          <Symbol name="square" size={16} /> {words.stopStream}
        </Button>
      </div>
      <Confirm
        open={stopping}
        onClose={() => setStopping(false)}
        action={stopStream}
        input={channel.arn ?? ''}
        title={words.stopTitle(name)}
        text={words.stopText}
        done={words.stopped}
        onDone={() => undefined}
      />
    </Card>
  );
}

function Playback({ channel }: { readonly channel: ivs.Channel }) {
  const [shown, setShown] = useState(false);
  const watch = new URL(`/watch/${encodeURIComponent(idOf(channel.arn))}`, location.href).href;
  return (
    <Card
      title={words.playback}
      action={
        <Button small onClick={() => setShown(true)}>
          <Symbol name="qrCode" /> {words.qr}
        </Button>
      }
    >
      <CopyField label={words.watchUrl} value={watch} />
      <CopyField label={words.playbackUrl} value={channel.playbackUrl ?? ''} />
      <Dialog
        open={shown}
        onClose={() => setShown(false)}
        title={words.qrTitle(channel.name || strings.channels.unnamed)}
        description={words.qrText}
      >
        <div className="qr-pair">
          <figure>
            <QrCode text={watch} label={words.qrLabel(watch)} />
            <figcaption>{words.watchUrl}</figcaption>
          </figure>
          <figure>
            <QrCode
              text={channel.playbackUrl ?? ''}
              label={words.qrLabel(channel.playbackUrl ?? '')}
            />
            <figcaption>{words.playbackUrl}</figcaption>
          </figure>
        </div>
      </Dialog>
    </Card>
  );
}

function Sessions({ channel }: { readonly channel: ivs.Channel }) {
  const id = idOf(channel.arn);
  const sessions = useSessions(useHealthSource(channel.arn ?? ''));
  return (
    <Card
      title={words.sessions}
      action={
        <a className="card-link" href={to.health(id)}>
          {words.allSessions}
        </a>
      }
    >
      {!sessions.rows ? (
        sessions.error ? (
          <p className="quiet">{sentenceOf(sessions.error)}</p>
        ) : (
          <Skeleton width="100%" height="120px" />
        )
      ) : sessions.rows.length === 0 ? (
        <p className="quiet">{words.noSessions}</p>
      ) : (
        <div className="session-rows">
          {sessions.rows.slice(0, shownRows).map((row) => (
            <SessionLink
              key={row.streamId}
              href={to.health(id, row.streamId)}
              row={row}
              here={false}
            />
          ))}
        </div>
      )}
    </Card>
  );
}

function Recordings({ channel }: { readonly channel: ivs.Channel }) {
  const api = useApi();
  const channelArn = channel.arn ?? '';
  const recordings = usePoll(`recordings ${channelArn}`, 15_000, (signal) =>
    api.rostrum('ListRecordings', { channelArn, maxResults: shownRows }, signal),
  );
  return (
    <Card
      title={words.recordings}
      action={
        <a className="card-link" href={to.recordingsOf(idOf(channelArn))}>
          {words.allRecordings}
        </a>
      }
    >
      {!recordings.value ? (
        recordings.error ? (
          <p className="quiet">{sentenceOf(recordings.error)}</p>
        ) : (
          <Skeleton width="100%" height="120px" />
        )
      ) : recordings.value.recordings.length === 0 ? (
        <p className="quiet">
          {channel.recordingConfigurationArn ? words.noRecordings : words.notRecorded}
        </p>
      ) : (
        <ul className="list">
          {recordings.value.recordings.map((recording) => (
            <RecordingRow key={recording.recordingId} recording={recording} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Page({ channel }: { readonly channel: ivs.Channel }) {
  const report = useLiveReport(channel.arn ?? '', 1000);
  const live = report.known ? report.value?.state === 'LIVE' : null;
  return (
    <>
      <div className="channel">
        <div className="channel-main">
          <Preview channel={channel} live={live} />
          {live && report.value && <Glance channel={channel} report={report.value} />}
          <div className="channel-pair">
            <Sessions channel={channel} />
            <Recordings channel={channel} />
          </div>
        </div>
        <div className="channel-side">
          <GoLive channel={channel} />
          <Playback channel={channel} />
        </div>
      </div>
    </>
  );
}

export function Channel({ id }: { readonly id: string }) {
  return (
    <ChannelFrame
      id={id}
      here={to.channel(id)}
      title={(name) => name}
      badge={(channel) => <LiveMark arn={channel.arn ?? ''} />}
      note={(channel) => (
        <>
          {channel.type ? `${strings.types[channel.type]} · ` : ''}
          <CopyText value={channel.arn ?? ''} shown={id} name="ARN" />
        </>
      )}
    >
      {(channel) => <Page channel={channel} />}
    </ChannelFrame>
  );
}

/** Whether it is live, beside the name. */
function LiveMark({ arn }: { readonly arn: string }) {
  const report = useLiveReport(arn, 3000);
  if (!report.known) return null;
  return report.value?.state === 'LIVE' ? (
    <LiveBadge />
  ) : (
    <span className="offline-badge">{strings.channels.offline}</span>
  );
}
