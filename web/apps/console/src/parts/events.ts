/** Events of all channels, as the event bus tells them. */
import { explained, type Severity } from '@rostrum/client/health';
import { idOf } from '../arn';

export interface ChannelEvent {
  readonly id: string;
  readonly time: number;
  readonly title: string;
  readonly severity: Severity;
  readonly explanation: string;
  /** Empty for what concerns no channel. */
  readonly channelId: string;
  readonly channelName: string;
  readonly streamId: string;
  /** The whole envelope, for those who want it. */
  readonly text: string;
}

type Fields = Record<string, unknown>;
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The envelope of an event; null if it is none. */
export function readEvent(kept: {
  readonly id?: string;
  readonly event?: string;
}): ChannelEvent | null {
  let envelope: Fields;
  try {
    envelope = fields(JSON.parse(kept.event ?? ''));
  } catch {
    return null;
  }
  const detail = fields(envelope['detail']);
  const type = textOf(envelope['detail-type']);
  const name =
    textOf(detail['event_name']) ||
    textOf(detail['recording_status']) ||
    textOf(detail['limit_name']) ||
    type;
  const event = explained({ name, eventTime: textOf(envelope['time']) });
  if (!event || !kept.id) return null;
  const resources = envelope['resources'];
  const resource = Array.isArray(resources) ? textOf(resources[0]) : '';
  return {
    id: kept.id,
    time: event.time,
    title: event.title,
    severity: event.severity,
    explanation: event.explanation,
    channelId: /:channel\//.test(resource) ? idOf(resource) : '',
    channelName: textOf(detail['channel_name']),
    streamId: textOf(detail['stream_id']),
    text: JSON.stringify(envelope, null, 2),
  };
}
