/** What happened in a session, in words for whoever streams. */
import type { StreamEvent } from '../api/model/ivs';
import type { HealthNote, StreamEventNote } from '../api/model/rostrum';
import type { Span } from './zoom';

export type Severity = StreamEventNote['severity'];

export interface FeedEvent {
  readonly time: number;
  /** The service's name of it. */
  readonly name: string;
  readonly title: string;
  readonly severity: Severity;
  readonly explanation: string;
}

interface Words {
  readonly title: string;
  readonly severity: Severity;
  readonly explanation?: string;
}

/** All that sessions tell, by the service's names. */
const words: Readonly<Record<string, Words>> = {
  'Session Created': { title: 'Session created', severity: 'INFO' },
  'Session Ended': { title: 'Session ended', severity: 'INFO' },
  'Stream Start': { title: 'Stream started', severity: 'INFO' },
  'Stream End': { title: 'Stream ended', severity: 'INFO' },
  'Recording Start': { title: 'Recording started', severity: 'INFO' },
  'Recording End': { title: 'Recording ended', severity: 'INFO' },
  'Stream Takeover': {
    title: 'Another encoder took over',
    severity: 'INFO',
    explanation: 'A second encoder with a higher priority took the place of the first.',
  },
  'Stream Takeover Failure': {
    title: 'Take-over failed',
    severity: 'ERROR',
    explanation: 'A second encoder wanted to take over and was refused. The first one goes on.',
  },
  'Starvation End': {
    title: 'Good stability',
    severity: 'SUCCESS',
    explanation: 'Video arrives in time again.',
  },
  'Starvation Start': {
    title: 'Poor stability',
    severity: 'ERROR',
    explanation:
      'The encoder delivered less video than time passed, so viewers may have seen the picture stop. ' +
      'Usually the uplink is too slow or the computer too busy: lower the video bitrate or the ' +
      'resolution, close what else uses the line, or use a cable instead of Wi-Fi.',
  },
  'Stream Failure': {
    title: 'Stream failure',
    severity: 'ERROR',
    explanation: 'The stream could not go on. Check the encoder and start it again.',
  },
  'Ingest Bitrate': {
    title: 'Bitrate limit breach',
    severity: 'ERROR',
    explanation:
      'The encoder sent more bits a second than this type of channel takes. Lower the video bitrate.',
  },
  'Ingest Resolution': {
    title: 'Resolution limit breach',
    severity: 'ERROR',
    explanation:
      'The picture is larger than this type of channel takes. Lower the output resolution.',
  },
  'Concurrent Broadcasts': {
    title: 'Critical system error',
    severity: 'ERROR',
    explanation: 'More channels were live at once than this server is allowed to carry.',
  },
  'Concurrent Viewers': {
    title: 'Critical system error',
    severity: 'ERROR',
    explanation: 'More people watched at once than this server is allowed to serve.',
  },
  'Recording Start Failure': {
    title: 'Recording start failure',
    severity: 'ERROR',
    explanation: 'The broadcast is not kept. Check the storage that recordings go to.',
  },
  'Recording End Failure': {
    title: 'Recording end failure',
    severity: 'ERROR',
    explanation:
      'The recording could not be finished. Check the storage; what was written before is kept.',
  },
};

export const isErrorEvent = (name: string): boolean => words[name]?.severity === 'ERROR';

export function explained(event: StreamEvent): FeedEvent | null {
  const time = Date.parse(event.eventTime ?? '');
  const name = event.name ?? '';
  if (Number.isNaN(time) || name === '') return null;
  const known = words[name];
  return {
    time,
    name,
    title: known?.title ?? name,
    severity: known?.severity ?? 'INFO',
    explanation: known?.explanation ?? '',
  };
}

/** The server's own words win; ours fill in what it leaves out. */
export function fromNote(note: StreamEventNote): FeedEvent | null {
  const ours = explained({ name: note.name, eventTime: note.time });
  if (!ours) return null;
  return {
    ...ours,
    title: note.title || ours.title,
    severity: note.severity,
    explanation: note.explanation || ours.explanation,
  };
}

/** Both lists as one feed, each event once: newest first while it runs, as it happened afterwards. */
export function feedOf(
  session: readonly StreamEvent[],
  notes: readonly StreamEventNote[],
  live: boolean,
): FeedEvent[] {
  const all = new Map<string, FeedEvent>();
  const add = (event: FeedEvent | null) => {
    if (event) all.set(`${event.name} ${Math.floor(event.time / 1000)}`, event);
  };
  for (const event of session) add(explained(event));
  for (const note of notes) add(fromNote(note));
  const order = live ? -1 : 1;
  return [...all.values()].sort((a, b) => order * (a.time - b.time));
}

const weight: Readonly<Record<Severity, number>> = { ERROR: 3, WARNING: 2, INFO: 1, SUCCESS: 0 };

export interface Mark {
  /** 0 to 1, in the part that is shown. */
  readonly at: number;
  /** In the order of time; more than one where they would lie upon each other. */
  readonly events: readonly FeedEvent[];
  /** The one that matters most. */
  readonly worst: FeedEvent;
}

/** The events of a part as marks on its time line, no two closer than `apart` (a share of the part). */
export function marksOf(feed: readonly FeedEvent[], part: Span, apart: number): Mark[] {
  const length = part.to - part.from;
  if (length <= 0) return [];
  const groups: { at: number; events: FeedEvent[] }[] = [];
  for (const event of [...feed].sort((a, b) => a.time - b.time)) {
    if (event.time < part.from || event.time > part.to) continue;
    const at = (event.time - part.from) / length;
    const last = groups.at(-1);
    if (last && at - last.at < apart) last.events.push(event);
    else groups.push({ at, events: [event] });
  }
  return groups.map((group) => ({
    ...group,
    worst: group.events.reduce((found, event) =>
      weight[event.severity] > weight[found.severity] ? event : found,
    ),
  }));
}

/** When the stream starved: from each start to its end, the last one perhaps to `until`. */
export function starvations(feed: readonly FeedEvent[], until: number): Span[] {
  const spans: Span[] = [];
  let from: number | null = null;
  for (const event of [...feed].sort((a, b) => a.time - b.time)) {
    if (event.name === 'Starvation Start') from ??= event.time;
    const ends = ['Starvation End', 'Stream End', 'Session Ended'].includes(event.name);
    if (from !== null && ends) {
      spans.push({ from, to: event.time });
      from = null;
    }
  }
  if (from !== null && until > from) spans.push({ from, to: until });
  return spans;
}

/** What matters most now. */
export const worst = (notes: readonly HealthNote[]): HealthNote | null =>
  notes.reduce<HealthNote | null>(
    (found, note) => (found && weight[found.severity] >= weight[note.severity] ? found : note),
    null,
  );
