import { describe, expect, it } from 'vitest';
import {
  align,
  atEnd,
  average,
  chosenSpan,
  encoderRows,
  feedOf,
  firstZoom,
  fittingZooms,
  groupOf,
  groupSessions,
  latest,
  marksOf,
  mergeSeries,
  mergeSessions,
  neighbours,
  readSeries,
  sessionRow,
  spanOf,
  starvations,
  worst,
  zoomOf,
} from './index';

const minute = 60_000;
const hour = 60 * minute;
const whole = (length: number) => ({ from: 0, to: length });

describe('series', () => {
  it('are read in the order of time, without what is no number', () => {
    const read = readSeries({ timestamps: [10, 5, 15, Number.NaN], values: [2, 1, Number.NaN, 4] });
    expect(read).toEqual({ times: [5000, 10_000], values: [1, 2] });
    expect([latest(read), average(read)]).toEqual([2, 1.5]);
    expect(average(readSeries({ timestamps: [1, 2], values: [] }))).toBeNull();
  });

  it('are renewed from the first newer point on', () => {
    const older = { times: [0, 5, 10], values: [1, 2, 3] };
    expect(mergeSeries(older, { times: [10, 15], values: [9, 4] })).toEqual({
      times: [0, 5, 10, 15],
      values: [1, 2, 9, 4],
    });
    expect(mergeSeries(older, { times: [], values: [] })).toBe(older);
    expect(mergeSeries({ times: [], values: [] }, older)).toEqual(older);
  });

  it('share an axis, on which gaps repeat the last value', () => {
    const rate = { times: [0, 5000, 20_000], values: [1, 2, 3] };
    const frames = { times: [10_000, 15_000], values: [30, 29] };
    expect(align([rate, frames], 5000)).toEqual({
      times: [0, 5000, 10_000, 15_000, 20_000],
      values: [
        [1, 2, 2, 2, 3],
        [null, null, 30, 29, 29],
      ],
    });
  });

  it('may be empty, crooked or very long', () => {
    expect(align([{ times: [], values: [] }], 5000)).toEqual({ times: [], values: [[]] });
    expect(align([{ times: [4001, 6002], values: [1, 2] }], 5000)).toEqual({
      times: [0, 5000],
      values: [[1, 2]],
    });
    expect(align([{ times: [0, 1e12], values: [1, 2] }], 5000, 100).times).toHaveLength(100);
  });
});

describe('zoom', () => {
  it.each([
    [4 * minute, ['all']],
    [5 * minute, ['all']],
    [6 * minute, ['all', '5m']],
    [31 * minute, ['all', '30m', '5m']],
    [3 * hour, ['all', '1h', '30m', '5m']],
  ])('of %d ms offers %j', (length, zooms) => expect(fittingZooms(whole(length))).toEqual(zooms));

  it('opens at five minutes while it is live', () => {
    expect(firstZoom(whole(hour), true)).toBe('5m');
    expect(firstZoom(whole(minute), true)).toBe('all');
    expect(firstZoom(whole(hour), false)).toBe('all');
  });

  it('stays inside the session', () => {
    const session = { from: hour, to: 2 * hour };
    expect(spanOf('30m', session)).toEqual({ from: 1.5 * hour, to: 2 * hour });
    expect(spanOf('30m', session, hour + minute)).toEqual({ from: hour, to: 1.5 * hour });
    expect(spanOf('1h', whole(minute))).toEqual(whole(minute));
    expect(spanOf('all', session, hour)).toEqual(session);
  });

  it('takes what was dragged in any order, but not too little', () => {
    const session = whole(hour);
    expect(chosenSpan(20 * minute, 10 * minute, session)).toEqual({
      from: 10 * minute,
      to: 20 * minute,
    });
    expect(chosenSpan(minute, minute, session)).toEqual({ from: minute, to: 1.5 * minute });
    expect(chosenSpan(hour, hour, session)).toEqual({ from: hour - 30_000, to: hour });
    expect(chosenSpan(-5, 2 * hour, session)).toEqual(session);
  });

  it('knows what it is and whether it is at the end', () => {
    const session = whole(2 * hour);
    expect(zoomOf(session, session)).toBe('all');
    expect(zoomOf({ from: 0, to: hour }, session)).toBe('1h');
    expect(zoomOf({ from: 0, to: 7 * minute }, session)).toBeNull();
    expect(atEnd({ from: 0, to: 2 * hour - 5000 }, session)).toBe(true);
    expect(atEnd({ from: 0, to: hour }, session)).toBe(false);
  });
});

describe('sessions', () => {
  const now = new Date(2026, 10, 22, 9, 0).getTime();
  const row = (streamId: string, start: number, end: number | null = start + 1) => ({
    streamId,
    start,
    end,
    hasError: false,
  });

  it.each([
    ['today', new Date(2026, 10, 22, 0, 0)],
    ['week', new Date(2026, 10, 21, 23, 59)],
    ['week', new Date(2026, 10, 15, 0, 0)],
    ['month', new Date(2026, 10, 14, 23, 59)],
    ['month', new Date(2026, 9, 23, 0, 0)],
    ['earlier', new Date(2026, 9, 22, 23, 59)],
  ] as const)('%s: %s', (group, start) => expect(groupOf(start.getTime(), now)).toBe(group));

  it('stand in groups, newest first, each once', () => {
    const merged = mergeSessions(
      [row('b', now - hour, null), row('c', now - 40 * 24 * hour)],
      [row('a', now, null), row('b', now - hour)],
    );
    expect(merged.map((r) => [r.streamId, r.end === null])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ]);
    expect(groupSessions(merged, now).map((g) => [g.group, g.rows.length])).toEqual([
      ['today', 2],
      ['earlier', 1],
    ]);
    expect(neighbours(merged, 'b')).toMatchObject({
      older: { streamId: 'c' },
      newer: { streamId: 'a' },
    });
    expect(neighbours(merged, 'x')).toEqual({ older: null, newer: null });
  });

  it('are read with what may be missing', () => {
    expect(sessionRow({ streamId: 'st-1', startTime: '2026-11-22T08:00:00Z' })).toMatchObject({
      end: null,
      hasError: false,
    });
    expect(sessionRow({ startTime: '2026-11-22T08:00:00Z' })).toBeNull();
    expect(sessionRow({ streamId: 'st-1', startTime: '?' })).toBeNull();
  });
});

describe('events', () => {
  const at = (second: number) => new Date(second * 1000).toISOString();

  it('come once, newest first while live, with the better words', () => {
    const session = [
      { name: 'Stream Start', eventTime: at(1) },
      { name: 'Starvation Start', eventTime: at(5) },
    ];
    const notes = [
      {
        time: at(5),
        name: 'Starvation Start',
        severity: 'WARNING' as const,
        title: 'The line is slow',
      },
    ];
    const live = feedOf(session, notes, true);
    expect(live.map((e) => [e.title, e.severity])).toEqual([
      ['The line is slow', 'WARNING'],
      ['Stream started', 'INFO'],
    ]);
    expect(live[0]?.explanation).toMatch(/uplink/);
    expect(feedOf(session, notes, false).map((e) => e.time)).toEqual([1000, 5000]);
  });

  it('without a name or time are left out, unknown ones keep their name', () => {
    expect(
      feedOf([{ eventTime: at(1) }, { name: 'X' }, { name: 'New', eventTime: at(1) }], [], true),
    ).toMatchObject([{ title: 'New', severity: 'INFO' }]);
  });

  it('tell when the stream starved', () => {
    const feed = feedOf(
      [
        { name: 'Starvation Start', eventTime: at(10) },
        { name: 'Starvation End', eventTime: at(20) },
        { name: 'Starvation Start', eventTime: at(30) },
        { name: 'Session Ended', eventTime: at(35) },
        { name: 'Starvation Start', eventTime: at(50) },
      ],
      [],
      true,
    );
    expect(starvations(feed, 60_000)).toEqual([
      { from: 10_000, to: 20_000 },
      { from: 30_000, to: 35_000 },
      { from: 50_000, to: 60_000 },
    ]);
    expect(starvations([], 1)).toEqual([]);
  });

  it('are marks that do not lie upon each other', () => {
    const feed = feedOf(
      [
        { name: 'Session Created', eventTime: at(10) },
        { name: 'Stream Start', eventTime: at(11) },
        { name: 'Starvation Start', eventTime: at(12) },
        { name: 'Starvation End', eventTime: at(60) },
        { name: 'Stream End', eventTime: at(200) },
      ],
      [],
      true,
    );
    const marks = marksOf(feed, { from: 10_000, to: 110_000 }, 0.05);
    expect(marks.map((mark) => [mark.at, mark.events.length, mark.worst.title])).toEqual([
      [0, 3, 'Poor stability'],
      [0.5, 1, 'Good stability'],
    ]);
    expect(marks[0]?.events.map((event) => event.name)[0]).toBe('Session Created');
    expect(marksOf(feed, { from: 0, to: 0 }, 0.05)).toEqual([]);
  });

  it('the worst note is the one that matters', () => {
    const note = (code: string, severity: 'INFO' | 'WARNING' | 'ERROR') => ({
      code,
      severity,
      title: '',
      explanation: '',
    });
    expect(worst([note('a', 'INFO'), note('b', 'ERROR'), note('c', 'ERROR')])?.code).toBe('b');
    expect(worst([])).toBeNull();
  });
});

describe('the encoder', () => {
  const video = { videoWidth: 1280, videoHeight: 720, targetBitrate: 2.5e6, targetFramerate: 30 };
  const warnings = (facts: Parameters<typeof encoderRows>[0]) =>
    encoderRows(facts).flatMap((row) => row.warning ?? []);

  it('is shown as far as it is known', () => {
    expect(encoderRows({})).toEqual([]);
    const rows = encoderRows({
      channelType: 'STANDARD',
      ingest: {
        video: { ...video, codec: 'avc1.64001F', encoder: 'obs-output module' },
        audio: { codec: 'mp4a.40.2', channels: 2, sampleRate: 44_100, targetBitrate: 128_000 },
      },
      keyframeSeconds: 2,
    });
    expect(rows.map((row) => [row.name, row.value])).toEqual([
      ['encoder', 'obs-output module'],
      ['videoCodec', 'avc1.64001F'],
      ['resolution', '1280 × 720'],
      ['frameRate', '30 fps'],
      ['targetBitrate', '2.5 Mbit/s'],
      ['keyframeInterval', '2.0 s'],
      ['audioCodec', 'mp4a.40.2'],
      ['sampleRate', '44.1 kHz'],
      ['audioChannels', 'Stereo'],
      ['targetAudioBitrate', '128 kbit/s'],
    ]);
    expect(rows.every((row) => row.warning === null)).toBe(true);
  });

  it.each([
    ['sampleRate', { ingest: { audio: { sampleRate: 32_000 } } }],
    ['channels', { ingest: { audio: { channels: 6 } } }],
    ['audioBitrate', { ingest: { audio: { targetBitrate: 320_001 } } }],
    ['edge', { ingest: { video: { videoWidth: 2560, videoHeight: 720 } } }],
    ['pixels', { ingest: { video: { videoWidth: 1920, videoHeight: 1200 } } }],
    ['keyframes', { keyframeSeconds: 3 }],
    ['standardBitrate', { ingest: { video: { targetBitrate: 8.6e6 } } }],
    [
      'basicBitrate',
      { channelType: 'BASIC', ingest: { video: { ...video, targetBitrate: 3.6e6 } } },
    ],
    [
      'basicSmallBitrate',
      {
        channelType: 'BASIC',
        ingest: { video: { videoWidth: 854, videoHeight: 480, targetBitrate: 1.6e6 } },
      },
    ],
  ] as const)('warns of %s', (warning, facts) => expect(warnings(facts)).toEqual([warning]));

  it.each([
    [{ ingest: { video: { videoWidth: 1080, videoHeight: 1920, targetBitrate: 8.5e6 } } }],
    [{ channelType: 'BASIC', ingest: { video: { ...video, targetBitrate: 3.5e6 } } }],
    [
      {
        channelType: 'BASIC',
        ingest: { video: { videoWidth: 854, videoHeight: 480, targetBitrate: 1.5e6 } },
      },
    ],
    [{ keyframeSeconds: 2.99, ingest: { audio: { channels: 1, sampleRate: 48_000 } } }],
  ] as const)('does not warn at the limit: %j', (facts) => expect(warnings(facts)).toEqual([]));

  it('fills in from what is measured', () => {
    const rows = encoderRows({
      report: {
        channelArn: 'a',
        streamId: 's',
        state: 'LIVE',
        protocol: 'rtmp',
        tracks: [
          { name: 'v', kind: 'VIDEO', codec: 'H.264', width: 640, height: 360, frameRate: 29.97 },
          { name: 'a', kind: 'AUDIO', codec: 'AAC', sampleRate: 48_000, channels: 1 },
        ],
      },
    });
    expect(rows.map((row) => row.value)).toEqual([
      'H.264',
      '640 × 360',
      '29.97 fps',
      'AAC',
      '48 kHz',
      'Mono',
      'RTMP',
    ]);
  });
});
