import { useEffect, useMemo, useRef, useState } from 'react';
import {
  average,
  emptySeries,
  encoderRows,
  feedOf,
  latest,
  type SessionRow,
} from '@rostrum/client/health';
import { LiveBadge } from '../Badge/LiveBadge';
import { Blank } from '../Blank/Blank';
import { Button } from '../Button/Button';
import { Dialog } from '../Dialog/Dialog';
import { count, elapsed, exactTime } from '../format';
import { usePoll } from '../hooks/usePoll';
import { Skeleton } from '../Skeleton/Skeleton';
import { Card, Failed, Symbol, Trouble, useServerNow } from './bits';
import { Charts } from './Charts';
import { Encoder, Renditions, Repairs } from './Encoder';
import { Feed, keyOfEvent } from './Feed';
import { useHealthPlace } from './source';
import { useHealthText } from './strings';
import { useMetrics } from './useMetrics';
import { useReport } from './useReport';
import { endedSentence, healthWord, liveSentence, remarkOf } from './words';

/** The charts of a running broadcast reach back so far. */
const longestLiveMs = 3 * 60 * 60_000;

/** One session: a sentence, a bar of values, charts, what happened, what the encoder sends. */
export function SessionView({
  streamId,
  row,
}: {
  readonly streamId: string;
  /** As the list has it; null if it is not that far back. */
  readonly row: SessionRow | null;
}) {
  const words = useHealthText();
  const { source, channelType } = useHealthPlace();
  const [over, setOver] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [ended, setEnded] = useState(row?.end !== null && row !== null);
  const report = useReport(source, streamId, ended ? 300_000 : 1000);
  const live = report.value ? report.value.state === 'LIVE' : !ended && row !== null;
  const session = usePoll(`session ${streamId}`, live ? 5000 : 60_000, (signal) =>
    source.session(streamId, signal),
  );
  const metrics = useMetrics(source, streamId, live);

  const wasLive = useRef(false);
  useEffect(() => {
    if (report.value?.state === 'LIVE') {
      wasLive.current = true;
    } else if (report.value?.state === 'OFFLINE') {
      if (wasLive.current) setOver(true);
      wasLive.current = false;
      setEnded(true);
    }
  }, [report.value]);

  const start = Date.parse(session.value?.startTime ?? '') || row?.start || Number.NaN;
  const end = Date.parse(session.value?.endTime ?? '') || row?.end || null;
  const now = useServerNow(1000);
  const feed = useMemo(
    () => feedOf(session.value?.truncatedEvents ?? [], metrics.value?.events ?? [], live),
    [session.value, metrics.value, live],
  );
  const keyframes = metrics.value?.series.get('KeyframeInterval') ?? emptySeries;
  const keyframeSeconds = useMemo(() => {
    const usual = metrics.value?.averages.get('KeyframeInterval') ?? average(keyframes);
    if (usual !== null) return usual;
    const nowMs = report.value?.keyframeIntervalMs;
    return nowMs === undefined ? null : nowMs / 1000;
  }, [metrics.value, keyframes, report.value]);
  const rows = encoderRows({
    channelType: session.value?.channel?.type ?? channelType,
    ingest: session.value?.ingestConfiguration,
    report: report.value,
    keyframeSeconds,
  });
  const views = metrics.value?.series.get('ConcurrentViews') ?? emptySeries;
  const averageViews = metrics.value?.averages.get('ConcurrentViews') ?? average(views);
  const averages = {
    bitrate: metrics.value?.averages.get('IngestVideoBitrate') ?? null,
    frameRate: metrics.value?.averages.get('IngestFramerate') ?? null,
  };
  const length = Number.isNaN(start) ? null : (end ?? now) - start;
  const health = healthWord(report.value);
  const times = [...(metrics.value?.series.values() ?? [])].flatMap((one) => [
    ...one.times.slice(0, 1),
    ...one.times.slice(-1),
  ]);
  const lastFigure = times.length > 0 ? Math.max(...times) + (metrics.value?.period ?? 0) : start;
  const whole = live
    ? {
        from: Math.max(start, lastFigure - longestLiveMs),
        to: Math.max(start + 30_000, lastFigure),
      }
    : { from: start, to: Math.max(start + 1000, end ?? lastFigure) };

  if (session.error?.notFound && !session.value)
    return <Blank title={words.notFound}>{words.notFoundText}</Blank>;

  const notes = live ? (report.value?.notes ?? []) : (metrics.value?.notes ?? []);
  // What is wrong stands before what could be better.
  const told = [
    ...notes.filter((note) => note.severity === 'ERROR'),
    ...notes.filter((note) => note.severity === 'WARNING'),
  ];
  return (
    <div className="session-view">
      <div className={`verdict ${live ? health.tone : 'plain'}`}>
        <p className="verdict-words">
          {live && report.value
            ? liveSentence(report.value)
            : !live && length !== null && metrics.value
              ? endedSentence(length, averages)
              : '\u00a0'}
        </p>
        <div className="verdict-bar">
          {live ? <LiveBadge /> : <span className="offline-badge">{words.offlineWord}</span>}
          <span
            className="verdict-value"
            title={Number.isNaN(start) ? undefined : exactTime(start)}
          >
            <span className="verdict-name">{live ? words.elapsed : words.length}</span>
            <span role="timer">{length === null ? words.unknown : elapsed(length)}</span>
          </span>
          <span className="verdict-value">
            <span className="verdict-name">{live ? words.views : words.averageViews}</span>
            <span>
              {live
                ? count(report.value?.viewerCount ?? latest(views) ?? 0)
                : averageViews === null
                  ? words.unknown
                  : count(averageViews)}
            </span>
          </span>
          <span className="verdict-value">
            <span className="verdict-name">{words.stability}</span>
            <span role="status" className={`verdict-health ${live ? health.tone : 'plain'}`}>
              {live && report.value ? health.word : live ? words.unknownWord : words.offlineWord}
            </span>
          </span>
        </div>
        {told.length > 0 && (
          <ul className="verdict-notes" aria-label={live ? words.notes : words.notesOver}>
            {told.map((note) => {
              const { title, explanation } = remarkOf(note);
              return (
                <li key={note.code}>
                  <Symbol name={note.severity === 'ERROR' ? 'circleAlert' : 'triangle'} />
                  <p>
                    <strong>{title}.</strong> {explanation}
                  </p>
                </li>
              );
            })}
          </ul>
        )}
      </div>
      <Trouble
        error={
          session.error ?? (metrics.value ? metrics.error : null) ?? (live ? report.error : null)
        }
        again={() => {
          session.again();
          metrics.again();
          report.again();
        }}
      />
      <Card>
        {metrics.value && !Number.isNaN(start) ? (
          <Charts
            metrics={metrics.value}
            feed={feed}
            live={live}
            whole={whole}
            onEvent={(event) => setChosen(keyOfEvent(event))}
          />
        ) : metrics.error && !metrics.value ? (
          <Failed error={metrics.error} again={metrics.again} />
        ) : (
          <Skeleton width="100%" height="460px" />
        )}
      </Card>
      <div className="session-pair">
        <Card title={words.happened}>
          {session.value || metrics.value ? (
            <Feed events={feed} chosen={chosen} />
          ) : (
            <Skeleton width="100%" height="200px" />
          )}
        </Card>
        <div className="session-side">
          <Card title={words.encoder}>
            <Encoder rows={rows} />
          </Card>
          {live && (report.value?.renditions?.length ?? 0) > 1 && (
            <Card title={words.rendition}>
              <Renditions list={report.value?.renditions ?? []} />
            </Card>
          )}
          {live && report.value?.repairs && (
            <Card title={words.repairs}>
              <Repairs report={report.value} />
            </Card>
          )}
        </div>
      </div>
      <Dialog
        open={over}
        onClose={() => setOver(false)}
        title={words.overTitle}
        description={words.overText}
        actions={
          <>
            <Button onClick={() => setOver(false)}>{words.close}</Button>
            <Button kind="primary" onClick={() => location.reload()}>
              {words.reload}
            </Button>
          </>
        }
      />
    </div>
  );
}
