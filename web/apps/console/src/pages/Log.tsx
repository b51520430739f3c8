import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { rostrum } from '@rostrum/client/api';
import { Button, exactTime, SelectField, Skeleton, useCopy } from '@rostrum/ui';
import { PageHead, Symbol } from '../parts/bits';
import { Failed, Trouble } from '../parts/Failed';
import { useLog, type Level } from '../parts/useLog';
import { useTitle } from '../parts/useTitle';
import { useParameter } from '../routes';
import { strings } from '../strings';
import './Log.css';

const words = strings.log;
const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;
const stickWithin = 40;

const clock = (time: string) =>
  new Date(time).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });

export const asText = (lines: readonly rostrum.LogLine[]): string =>
  lines.map((line) => `${line.time} ${line.level} ${line.text}`).join('\n');

export function Log() {
  useTitle(words.title);
  const [chosen, setChosen] = useParameter('level');
  const level: Level = levels.find((one) => one === chosen) ?? 'INFO';
  const log = useLog(level);
  const [paused, setPaused] = useState<readonly rostrum.LogLine[] | null>(null);
  const [copied, copy] = useCopy();
  const box = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [isAway, setAway] = useState(false);
  const lines = paused ?? log.lines;
  useEffect(() => setPaused(null), [level]);
  useLayoutEffect(() => {
    const place = box.current;
    if (place && sticks.current) place.scrollTop = place.scrollHeight;
  }, [lines]);
  const last = paused?.at(-1)?.sequence ?? 0;
  const missed = paused ? (log.lines?.filter((line) => line.sequence > last).length ?? 0) : 0;
  const toEnd = () => {
    sticks.current = true;
    const place = box.current;
    if (place) place.scrollTop = place.scrollHeight;
  };
  return (
    <div className="page log-page">
      <PageHead title={words.title} note={words.text}>
        <Button onClick={() => setPaused(paused ? null : (log.lines ?? []))}>
          <Symbol name={paused ? 'play' : 'pause'} /> {paused ? words.resume : words.pause}
        </Button>
        <Button onClick={() => copy(asText(lines ?? []))}>
          {copied ? words.copied : words.copy}
        </Button>
      </PageHead>
      <div className="filters">
        <SelectField
          label={words.level}
          value={level}
          onChange={(to) => setChosen(to === 'INFO' ? '' : to)}
          options={levels.map((value) => ({ value, label: words.levels[value] }))}
        />
        <span className="quiet filters-note" role="status">
          {paused ? words.paused(missed) : ''}
        </span>
      </div>
      {lines && <Trouble error={log.error} again={log.again} />}
      {!lines && log.error ? (
        <Failed error={log.error} again={log.again} />
      ) : !lines ? (
        <Skeleton width="100%" height="400px" />
      ) : (
        <div className="log-frame">
          <div
            ref={box}
            className="log dark-room"
            role="log"
            aria-live="off"
            aria-label={words.lines}
            tabIndex={0}
            onScroll={(event) => {
              const place = event.currentTarget;
              sticks.current =
                place.scrollHeight - place.scrollTop - place.clientHeight < stickWithin;
              setAway(!sticks.current);
            }}
          >
            {lines.length === 0 && <p className="quiet">{words.first}</p>}
            {lines.map((line) => (
              <div key={line.sequence} className={`log-line ${line.level.toLowerCase()}`}>
                <time dateTime={line.time} title={exactTime(Date.parse(line.time))}>
                  {clock(line.time)}
                </time>
                <span className="log-level">{line.level}</span>
                <span className="log-text">{line.text}</span>
              </div>
            ))}
          </div>
          {isAway && (
            <span className="log-end">
              <Button small onClick={toEnd}>
                {words.toEnd}
              </Button>
            </span>
          )}
        </div>
      )}
    </div>
  );
}
