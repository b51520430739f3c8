import {
  bitrate,
  Blank,
  Button,
  ButtonLink,
  bytes,
  count,
  elapsed,
  exactTime,
  LiveBadge,
  Skeleton,
  Tag,
  usePoll,
  viewers,
} from '@rostrum/ui';
import type { rostrum } from '@rostrum/client/api';
import { idOf } from '../arn';
import { Card, PageHead, Symbol, When } from '../parts/bits';
import { useLiveChannels, type LiveChannel } from '../parts/data';
import { readEvent, type ChannelEvent } from '../parts/events';
import { Failed, sentenceOf, Trouble } from '../parts/Failed';
import { useTitle } from '../parts/useTitle';
import { to } from '../routes';
import { useApi, useReason, useServerNow } from '../session/context';
import { strings } from '../strings';
import './Overview.css';

const words = strings.overview;

function LiveRow({ channel, now }: { readonly channel: LiveChannel; readonly now: number }) {
  const id = idOf(channel.arn);
  const started = Date.parse(channel.stream?.startTime ?? '');
  return (
    <li className="live-row">
      <a className="row-title" href={to.channel(id)}>
        {channel.name || strings.channels.unnamed}
      </a>
      <span className="live-row-facts">
        <LiveBadge />
        {channel.stream?.health === 'STARVING' && (
          <Tag tone="warning">{strings.channels.starving}</Tag>
        )}
        <span>{viewers(channel.stream?.viewerCount ?? 0)}</span>
        {!Number.isNaN(started) && <span title={exactTime(started)}>{elapsed(now - started)}</span>}
      </span>
      <ButtonLink kind="quiet" small href={to.health(id)}>
        {strings.channel.health}
      </ButtonLink>
    </li>
  );
}

/** A part of a whole as a bar; past nine tenths it asks for attention. */
function Meter({
  name,
  part,
  children,
  note,
}: {
  readonly name: string;
  /** 0 to 1. */
  readonly part: number;
  readonly children: string;
  readonly note?: string;
}) {
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100);
  return (
    <div className={percent >= 90 ? 'meter full' : 'meter'}>
      <span className="meter-name">{name}</span>
      <span className="meter-value">{percent} %</span>
      <span
        className="meter-bar"
        role="meter"
        aria-label={name}
        aria-valuenow={percent}
        aria-valuetext={words.meter(name, percent)}
      >
        <i style={{ width: `${percent}%` }} />
      </span>
      <span className="quiet">
        {children}
        {note ? `, ${note}` : ''}
      </span>
    </div>
  );
}

const share = (part: number | undefined, whole: number | undefined): number =>
  part !== undefined && whole ? part / whole : 0;

function Machine({ status }: { readonly status: rostrum.ServerStatus }) {
  const load = status.load ?? {};
  const budget = status.renditions;
  const cores = load.cpuCores ?? 1;
  const isOff = budget?.mode === 'OFF';
  return (
    <>
      <div className="meters">
        <Meter name={words.cpu} part={share(load.cpuUsed, cores)}>
          {words.cpuOf((load.cpuUsed ?? 0).toFixed(1), cores)}
        </Meter>
        <Meter name={words.memory} part={share(load.memoryUsed, load.memoryTotal)}>
          {words.of(bytes(load.memoryUsed ?? 0), bytes(load.memoryTotal ?? 0))}
        </Meter>
        <Meter
          name={words.disk}
          part={share(load.diskUsed, load.diskTotal)}
          {...(load.spoolBytes ? { note: words.spool(bytes(load.spoolBytes)) } : {})}
        >
          {words.free(bytes(Math.max(0, (load.diskTotal ?? 0) - (load.diskUsed ?? 0))))}
        </Meter>
        {budget && !isOff && (
          <Meter
            name={words.renditions}
            part={share(budget.coresUsed, budget.cores)}
            note={
              budget.renditionsShed
                ? words.renditionsShed(budget.renditionsShed)
                : words.renditionsRunning(budget.renditionsRunning ?? 0)
            }
          >
            {words.renditionsRoom(
              (budget.coresUsed ?? 0).toFixed(1),
              (budget.cores ?? 0).toFixed(1),
            )}
          </Meter>
        )}
      </div>
      <dl className="figures">
        <div>
          <dt>{words.traffic}</dt>
          <dd>{bitrate(load.sentBitsPerSecond ?? 0)}</dd>
          <dd className="under">{words.trafficIn(bitrate(load.receivedBitsPerSecond ?? 0))}</dd>
        </div>
        <div>
          <dt>{words.connections}</dt>
          <dd>{count(load.connections ?? 0)}</dd>
          <dd className="under">{words.chat(count(load.chatConnections ?? 0))}</dd>
        </div>
        {isOff && (
          <div>
            <dt>{words.renditions}</dt>
            <dd className="under">{words.renditionsOff}</dd>
          </div>
        )}
      </dl>
      <p className="quiet machine-foot">
        {status.version ? words.version(status.version) : ''}
        {status.startedAt && (
          <span title={exactTime(Date.parse(status.startedAt))}>
            {words.since(
              new Date(status.startedAt).toLocaleString([], {
                dateStyle: 'medium',
                timeStyle: 'short',
              }),
            )}
          </span>
        )}
      </p>
    </>
  );
}

const Waiting = ({ lines }: { readonly lines: number }) => (
  <div className="waiting-lines" aria-busy="true">
    {Array.from({ length: lines }, (_, i) => (
      <Skeleton key={i} width={`${92 - ((i * 17) % 30)}%`} height="20px" />
    ))}
  </div>
);

function EventRow({ event }: { readonly event: ChannelEvent }) {
  const bad = event.severity === 'ERROR' || event.severity === 'WARNING';
  return (
    <li className="note-row">
      <span className={bad ? 'note-mark warning' : 'note-mark'}>
        <Symbol name={bad ? 'triangle' : 'circleDot'} size={16} />
      </span>
      <span className="note-words">
        <strong>{event.title}</strong>
        {event.channelId && (
          <a href={to.channel(event.channelId)}>{event.channelName || event.channelId}</a>
        )}
      </span>
      <span className="quiet">
        <When time={event.time} />
      </span>
    </li>
  );
}

export function Overview() {
  useTitle(words.title);
  const api = useApi();
  const reason = useReason();
  const now = useServerNow(1000);
  const channels = useLiveChannels();
  const status = usePoll('status', 2000, (signal) => api.rostrum('GetServerStatus', {}, signal));
  const events = usePoll('events', 5000, async (signal) => {
    const answer = await api.rostrum('ListEvents', { maxResults: 8 }, signal);
    return answer.events.flatMap((one) => readEvent(one) ?? []);
  });
  const log = usePoll('log', 5000, async (signal) => {
    const answer = await api.rostrum('ListLogLines', { level: 'WARNING', maxResults: 50 }, signal);
    return answer.lines.slice(-6).reverse();
  });
  const all = channels.value;
  const live = all?.filter((channel) => channel.stream) ?? null;
  const watching = live?.reduce((sum, c) => sum + (c.stream?.viewerCount ?? 0), 0) ?? 0;
  return (
    <div className="page">
      <PageHead
        title={words.title}
        note={live ? words.sentence(live.length, viewers(watching)) : '\u00a0'}
      />
      {all && <Trouble error={channels.error} again={channels.again} />}
      <div className="overview">
        <div className="overview-column">
          <Card
            title={words.live}
            className="overview-live"
            action={
              <a className="card-link" href={to.channels}>
                {words.allChannels}
              </a>
            }
          >
            {!all ? (
              channels.error ? (
                <Failed error={channels.error} again={channels.again} />
              ) : (
                <Waiting lines={3} />
              )
            ) : all.length === 0 ? (
              <Blank
                title={words.firstTitle}
                action={
                  reason === undefined ? (
                    <ButtonLink kind="primary" href={`${to.channels}?create=1`}>
                      <Symbol name="plus" /> {strings.channels.create}
                    </ButtonLink>
                  ) : (
                    <Button kind="primary" reason={reason}>
                      <Symbol name="plus" /> {strings.channels.create}
                    </Button>
                  )
                }
              >
                {words.firstText}
              </Blank>
            ) : live?.length === 0 ? (
              <Blank title={words.quietTitle}>{words.quietText}</Blank>
            ) : (
              <ul className="list">
                {live?.map((channel) => (
                  <LiveRow key={channel.arn} channel={channel} now={now} />
                ))}
              </ul>
            )}
          </Card>
          <Card
            title={words.events}
            action={
              <a className="card-link" href={to.events}>
                {words.allEvents}
              </a>
            }
          >
            {!events.value ? (
              events.error ? (
                <p className="quiet">{sentenceOf(events.error)}</p>
              ) : (
                <Waiting lines={5} />
              )
            ) : events.value.length === 0 ? (
              <p className="quiet">{words.noEvents}</p>
            ) : (
              <ul className="list">
                {events.value.map((event) => (
                  <EventRow key={event.id} event={event} />
                ))}
              </ul>
            )}
          </Card>
        </div>
        <div className="overview-column">
          <Card title={words.machine} className="overview-machine">
            {status.value?.status ? (
              <Machine status={status.value.status} />
            ) : status.error ? (
              <p className="quiet">{sentenceOf(status.error)}</p>
            ) : (
              <Waiting lines={6} />
            )}
          </Card>
          <Card
            title={words.problems}
            action={
              <a className="card-link" href={`${to.log}?level=WARNING`}>
                {words.allLog}
              </a>
            }
          >
            {!log.value ? (
              log.error ? (
                <p className="quiet">{sentenceOf(log.error)}</p>
              ) : (
                <Waiting lines={5} />
              )
            ) : log.value.length === 0 ? (
              <p className="quiet all-well">
                <Symbol name="circleCheck" /> {words.noProblems}
              </p>
            ) : (
              <ul className="list">
                {log.value.map((line) => (
                  <li key={line.sequence} className="note-row">
                    <span className="note-mark warning">
                      <Symbol
                        name={line.level === 'ERROR' ? 'circleAlert' : 'triangle'}
                        size={16}
                      />
                    </span>
                    <code className="note-words log-words">{line.text}</code>
                    <span className="quiet">
                      <When time={line.time} />
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Card>
        </div>
      </div>
    </div>
  );
}
