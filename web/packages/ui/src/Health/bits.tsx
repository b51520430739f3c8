/** Small things of the health pages. */
import { useEffect, useState, type ReactNode } from 'react';
import type { ApiError } from '@rostrum/client';
import chevronLeft from 'lucide-static/icons/chevron-left.svg?raw';
import chevronRight from 'lucide-static/icons/chevron-right.svg?raw';
import circleAlert from 'lucide-static/icons/circle-alert.svg?raw';
import circleCheck from 'lucide-static/icons/circle-check.svg?raw';
import circleDot from 'lucide-static/icons/circle-dot.svg?raw';
import triangle from 'lucide-static/icons/triangle-alert.svg?raw';
import { Blank } from '../Blank/Blank';
import { Button } from '../Button/Button';
import { ago, exactTime } from '../format';
import { Drawing } from '../Icon/Icon';
import { Notice } from '../Notice/Notice';
import { useHealthPlace } from './source';
import { useHealthText } from './strings';

const icons = { chevronLeft, chevronRight, circleAlert, circleCheck, circleDot, triangle };

export const Symbol = ({
  name,
  size = 18,
}: {
  readonly name: keyof typeof icons;
  readonly size?: number;
}) => <Drawing svg={icons[name]} size={size} />;

/** The server's time, renewed every `every` ms. */
export function useServerNow(every: number): number {
  const { source } = useHealthPlace();
  const read = () => Date.now() + source.clockOffset();
  const [now, setNow] = useState(read);
  useEffect(() => {
    const timer = setInterval(() => setNow(read()), every);
    return () => clearInterval(timer);
  }, [every, source]);
  return now;
}

/** How long ago, with the exact time at hand. */
export function When({ time }: { readonly time: number }) {
  const now = useServerNow(20_000);
  return (
    <time dateTime={new Date(time).toISOString()} title={exactTime(time)}>
      {ago(time, now)}
    </time>
  );
}

export function Card({
  title,
  children,
}: {
  readonly title?: string;
  readonly children: ReactNode;
}) {
  return (
    <section className="card" aria-label={title}>
      {title && (
        <div className="card-head">
          <h2>{title}</h2>
        </div>
      )}
      {children}
    </section>
  );
}

interface Failing {
  readonly error: ApiError | null;
  readonly again: () => void;
}

/** Over what is shown already: it may be old. */
export function Trouble({ error, again }: Failing) {
  const { failure } = useHealthPlace();
  const words = useHealthText();
  if (!error) return null;
  return (
    <Notice icon={navigator.onLine === false ? 'offline' : 'warning'}>
      <span>{failure(error)}</span>
      <Button small onClick={again}>
        {words.retry}
      </Button>
    </Notice>
  );
}

/** In the place of what could not be had. */
export function Failed({ error, again }: Failing) {
  const { failure } = useHealthPlace();
  const words = useHealthText();
  if (!error) return null;
  return (
    <div role="alert">
      <Blank title={failure(error)} action={<Button onClick={again}>{words.retry}</Button>} />
    </div>
  );
}
