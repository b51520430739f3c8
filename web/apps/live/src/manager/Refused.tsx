import { useEffect, useRef, useState } from 'react';
import type { OwnChannel, RefusedStart } from '@rostrum/client/platform';
import { ago, exactTime, Icon, useNow, usePoll } from '@rostrum/ui';
import { useNotices } from '../shell/notices';
import { startRefusedWords } from '../shell/refused';
import { useManagerText } from '../strings/manager';
import { ownChannel } from './calls';
import './Refused.css';

const everyMs = 20_000;

type Told = (refused: RefusedStart | undefined) => void;

/** Encoders try again by themselves: each time that one is refused is told, and the channel says why. */
export function useRefused(own: OwnChannel): readonly [RefusedStart | undefined, Told] {
  const [refused, setRefused] = useState(own.refused);
  const { fresh } = useNotices();
  const newest = fresh.find(({ kind }) => kind === 'refused');
  const told = newest ? `${newest.id} ${newest.at}` : '';
  const known = useRef(told);
  useEffect(() => {
    if (told === known.current) return;
    known.current = told;
    ownChannel().then(
      (answer) => setRefused(answer.refused),
      () => undefined, // the notice itself was shown
    );
  }, [told]);
  return [refused, setRefused];
}

/** Why there is no picture though an encoder sends one. The server says so for a while, then no more. */
export function Refused({
  refused,
  isLive,
  onTold,
}: {
  readonly refused: RefusedStart;
  readonly isLive: boolean;
  readonly onTold: Told;
}) {
  const words = useManagerText();
  const now = useNow(everyMs);
  const { value } = usePoll(`refused ${isLive}`, everyMs, ownChannel);
  useEffect(() => {
    if (value) onTold(value.refused);
  }, [value, onTold]);
  const at = Date.parse(refused.at);
  if (isLive) return null;
  return (
    <div className="refused">
      <Icon name="warning" />
      <p role="alert">
        <strong>{words.wasRefused}</strong>
        {startRefusedWords(refused)}
      </p>
      {!Number.isNaN(at) && (
        // Beside what is said aloud, which would be said again with each minute.
        <time className="quiet" dateTime={refused.at} title={exactTime(at)}>
          {ago(at, now)}
        </time>
      )}
    </div>
  );
}
