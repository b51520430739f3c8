// What is kept of broadcasts, and how an event changes it. Pure: an event in, rows changed, nothing else.
//
// Events come late, twice, and in any order; so each of them only ever adds what it knows to the row of its stream,
// and the row is made by whichever event comes first. What a channel is doing now is not kept anywhere: it follows
// from its newest row.

/** `streams`: stream id → row. */
export const emptyState = () => ({ streams: {} });

/** The pattern of the rule that this program needs: nothing else is sent to it. */
export const pattern = {
  source: ['aws.ivs'],
  'detail-type': ['IVS Stream State Change', 'IVS Recording State Change'],
};

const earlier = (a, b) => (a === undefined || b < a ? b : a);
const later = (a, b) => (a === undefined || b > a ? b : a);

function applyStreamEvent(row, name, time) {
  if (name === 'Session Created') row.createdAt = earlier(row.createdAt, time);
  else if (name === 'Stream Start') row.startedAt = earlier(row.startedAt, time);
  else if (name === 'Stream End' || name === 'Session Ended') row.endedAt = later(row.endedAt, time);
  else if (name === 'Stream Failure') row.failed = true;
}

function applyRecordingEvent(row, detail) {
  const recording = { ...row.recording };
  recording.bucket = detail.recording_s3_bucket_name || recording.bucket;
  recording.path = detail.recording_s3_key_prefix || recording.path;
  // A recording ends once; "Recording Start" behind that is an old event that came late.
  if (detail.recording_status === 'Recording End') {
    recording.state = 'ended';
    recording.durationMs = detail.recording_duration_ms;
  } else if (detail.recording_status.endsWith('Failure')) {
    if (recording.state !== 'ended') recording.state = 'failed';
    recording.reason = detail.recording_status_reason;
    recording.durationMs = detail.recording_duration_ms;
  } else {
    recording.state ??= 'running';
  }
  row.recording = recording;
}

/** Applies an event of EventBridge's form to `state`; true if it was one of ours. */
export function apply(state, event) {
  const { detail, time, resources: [channel] = [] } = event;
  if (event.source !== 'aws.ivs' || channel === undefined) return false;
  const isStream = event['detail-type'] === 'IVS Stream State Change';
  if (!isStream && event['detail-type'] !== 'IVS Recording State Change') return false;
  // Broadcasts that were merged into one recording share its end.
  for (const id of detail.recording_session_stream_ids ?? [detail.stream_id]) {
    const row = state.streams[id] ??= { id, channel, name: detail.channel_name };
    // Names can change: the row keeps the one that its broadcast had first.
    row.name ||= detail.channel_name;
    if (isStream) applyStreamEvent(row, detail.event_name, time);
    else applyRecordingEvent(row, detail);
  }
  return true;
}

const byStart = (a, b) => ((b.startedAt ?? b.createdAt ?? '') < (a.startedAt ?? a.createdAt ?? '') ? -1 : 1);

/** Broadcasts that can be watched now, newest first. */
export const live = (state) =>
  Object.values(state.streams).filter((row) => row.startedAt && !row.endedAt).sort(byStart);

/** Broadcasts that are over and whose recording is there, newest first; one row a recording. */
export function past(state, limit = 24) {
  const shown = new Map();
  for (const row of Object.values(state.streams).sort(byStart)) {
    if (row.recording?.state === 'ended' && !shown.has(row.recording.path)) shown.set(row.recording.path, row);
  }
  return [...shown.values()].slice(0, limit);
}
