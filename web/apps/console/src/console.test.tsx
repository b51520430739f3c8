import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { ApiFailure } from '@rostrum/client/api';
import { App } from './App';
import { idOf, withId } from './arn';
import {
  endedSentence,
  extremes,
  healthWord,
  liveSentence,
  mergeMetrics,
} from '@rostrum/ui/health';
import { clipProblem } from './pages/Recording';
import { fits } from './pages/Channels';
import { readCountries, readOrigins } from './pages/Policies';
import { changes, isName, newDraft } from './parts/ChannelFields';
import { joined } from './parts/data';
import { readEvent } from './parts/events';
import { addressesOf } from './parts/GoLive';
import { readTime, writeTime } from './parts/recording-words';
import { withEvents } from './parts/useEventFeed';
import { withLines } from './parts/useLog';
import { routeOf, to } from './routes';
import { problemOf } from './session/SignIn';

describe('addresses', () => {
  it.each([
    [to.overview, { page: 'overview' }],
    ['/console/', { page: 'overview' }],
    [to.channels, { page: 'channels' }],
    [to.channel('a b'), { page: 'channel', id: 'a b' }],
    [to.channelSettings('a'), { page: 'channel-settings', id: 'a' }],
    [to.health('a'), { page: 'health', id: 'a', stream: null }],
    [to.health('a', 'st-1'), { page: 'health', id: 'a', stream: 'st-1' }],
    [to.recordings, { page: 'recordings' }],
    [to.recordingConfigurations, { page: 'recording-configurations' }],
    [to.recording('r'), { page: 'recording', id: 'r' }],
    [to.keys, { page: 'keys' }],
    [to.playbackKeys, { page: 'playback-keys' }],
    [to.policies, { page: 'policies' }],
    [to.eventRules, { page: 'event-rules' }],
    [to.events, { page: 'events' }],
    [to.log, { page: 'log' }],
    ['/console/channels/a/health/b/c', { page: 'nowhere' }],
    ['/console/channels/a/else', { page: 'nowhere' }],
    ['/console/log/x', { page: 'nowhere' }],
    ['/consoles', { page: 'nowhere' }],
    ['/console/channels/%', { page: 'nowhere' }],
  ] as const)('%s', (path, route) => expect(routeOf(path)).toEqual(route));

  it('take the id of an ARN, and give one back', () => {
    const arn = 'arn:aws:ivs:local:000000000000:channel/Abc';
    expect(idOf(arn)).toBe('Abc');
    expect(withId(arn, 'Xyz')).toBe('arn:aws:ivs:local:000000000000:channel/Xyz');
  });
});

describe('channels', () => {
  const channel = (name: string, id: string) => ({ name, arn: `arn:aws:ivs:l:0:channel/${id}` });
  const stream = (id: string, viewerCount: number) => ({
    channelArn: `arn:aws:ivs:l:0:channel/${id}`,
    state: 'LIVE' as const,
    viewerCount,
  });
  const all = joined(
    [channel('b', '1'), channel('a', '2'), channel('quiet', '3'), channel('most', '4')],
    [stream('3', 2), stream('4', 9)],
  );

  it('come live first, most watched first, then by name', () =>
    expect(all.map((one) => one.name)).toEqual(['most', 'quiet', 'a', 'b']));

  it.each([
    ['', '', 4],
    ['QUI', '', 1],
    ['2', '', 1],
    ['arn:aws:ivs:l:0:channel/2', '', 1],
    ['', 'live', 2],
    ['', 'offline', 2],
    ['a', 'live', 0],
  ])('fit %j and %j', (text, state, count) =>
    expect(all.filter((one) => fits(one, text, state))).toHaveLength(count),
  );

  it('send only what was changed', () => {
    expect(changes(newDraft, { ...newDraft, name: 'x', authorized: true })).toEqual({
      name: 'x',
      authorized: true,
    });
    expect(changes(newDraft, { ...newDraft })).toEqual({});
  });

  it.each([
    ['', true],
    ['a-b_C9', true],
    ['a b', false],
    ['ü', false],
    ['x'.repeat(129), false],
  ])('may be called %j: %s', (name, may) => expect(isName(name)).toBe(may));

  it('offer plain RTMP only where that is allowed', () => {
    const ingest = { rtmp: 'rtmp://h/app', rtmps: 'rtmps://h/app', srt: 'srt://h:1' };
    const urls = (insecureIngest: boolean) =>
      addressesOf({ insecureIngest, srt: { endpoint: 'srt://h:1' } }, ingest).map((a) => a.url);
    expect(urls(false)).toEqual(['rtmps://h/app/', 'srt://h:1']);
    expect(urls(true)).toEqual(['rtmps://h/app/', 'rtmp://h/app/', 'srt://h:1']);
    expect(addressesOf({ ingestEndpoint: 'x.example' }, null)).toEqual([
      { name: 'rtmps', url: 'rtmps://x.example:443/app/' },
    ]);
  });
});

describe('health in words', () => {
  const report = { channelArn: 'a', streamId: 's', state: 'LIVE' as const };
  const figures = { videoBitrate: 2_512_000, frameRate: 29.97 };

  it('says how it goes', () => {
    expect(liveSentence({ ...report, ...figures, health: 'HEALTHY' })).toBe(
      'Good. 2.5 Mbit/s, 30 fps.',
    );
    expect(liveSentence({ ...report, ...figures, health: 'STARVING' })).toBe(
      'Poor. The encoder delivers less video than time passes. 2.5 Mbit/s, 30 fps.',
    );
    expect(liveSentence({ ...report, health: 'UNKNOWN' })).toMatch(/^Connected/);
    expect(liveSentence({ ...report, health: 'HEALTHY' })).toMatch(/^Connected/);
  });

  it('gives the reason that the server knows', () => {
    const notes = [
      { code: 'a', severity: 'WARNING' as const, title: 'Keyframes', explanation: '' },
      { code: 'b', severity: 'ERROR' as const, title: 'Your upload is too slow.', explanation: '' },
    ];
    expect(liveSentence({ ...report, health: 'STARVING', notes })).toBe(
      'Poor. Your upload is too slow.',
    );
  });

  it.each([
    [null, 'Offline'],
    [{ ...report, state: 'OFFLINE' as const }, 'Offline'],
    [{ ...report, health: 'HEALTHY' as const }, 'Stable'],
    [{ ...report, health: 'STARVING' as const }, 'Poor'],
    [{ ...report, health: 'UNKNOWN' as const }, 'Waiting'],
  ])('%j is %s', (given, word) => expect(healthWord(given).word).toBe(word));

  it('sums up what has ended', () => {
    expect(endedSentence(3_723_000, { bitrate: 2.5e6, frameRate: 30 })).toBe(
      'Ended after 1:02:03. On average 2.5 Mbit/s, 30 fps.',
    );
    expect(endedSentence(7000, { bitrate: null, frameRate: null })).toBe('Ended after 0:07.');
  });
});

describe('figures of a session', () => {
  const answer = (timestamps: number[], values: number[], period = 5) => ({
    period,
    series: [
      {
        name: 'IngestFramerate' as const,
        unit: 'Count/Second',
        timestamps,
        values,
        average: 30,
      },
    ],
  });

  it('grow by what is new', () => {
    const first = mergeMetrics(null, answer([5, 10], [30, 29]));
    const then = mergeMetrics(first, answer([10, 15], [28, 31]));
    expect(then.series.get('IngestFramerate')).toEqual({
      times: [5000, 10_000, 15_000],
      values: [30, 28, 31],
    });
    expect(then.averages.get('IngestFramerate')).toBe(30);
  });

  it('begin again when they are counted otherwise', () => {
    const first = mergeMetrics(null, answer([5, 10], [30, 29]));
    const then = mergeMetrics(first, answer([60], [28], 60));
    expect([then.period, then.series.get('IngestFramerate')?.values]).toEqual([60_000, [28]]);
  });

  it('have a lowest and a highest value in a part', () => {
    const [times, values] = [
      [1, 2, 3, 4],
      [9, null, 3, 5],
    ];
    expect(extremes(times!, values!, { from: 2, to: 4 })).toEqual([3, 5]);
    expect(extremes(times!, values!, { from: 2, to: 2 })).toBeNull();
  });
});

describe('clips', () => {
  it.each([
    ['0', 0],
    ['7.25', 7250],
    ['7,5', 7500],
    ['90', 90_000],
    ['12:34.5', 754_500],
    ['1:02:03', 3_723_000],
    ['1:60', null],
    ['1:60:00', null],
    ['-1', null],
    ['', null],
    ['x', null],
    ['1:2:3:4', null],
  ])('read %j', (text, ms) => expect(readTime(text)).toBe(ms));

  it.each([
    [0, '0:00.0'],
    [59_960, '1:00.0'],
    [754_500, '12:34.5'],
    [3_723_040, '1:02:03.0'],
  ])('write %d as %s, which can be read again', (ms, text) => {
    expect(writeTime(ms)).toBe(text);
    expect(Math.abs((readTime(text) ?? -1) - ms)).toBeLessThanOrEqual(50);
  });

  it('end behind their start and inside the recording', () => {
    const wrong = (start: number | null, end: number | null) => {
      const found = clipProblem(start, end, 10_000);
      return [found.start !== null, found.end !== null];
    };
    expect(wrong(0, 5000)).toEqual([false, false]);
    expect(wrong(0, 10_090)).toEqual([false, false]);
    expect(wrong(null, 1)).toEqual([true, false]);
    expect(wrong(0, null)).toEqual([false, true]);
    expect(wrong(5000, 5000)).toEqual([false, true]);
    expect(wrong(0, 11_000)).toEqual([false, true]);
  });
});

describe('events of all channels', () => {
  const envelope = (detail: object, more: object = {}) =>
    JSON.stringify({
      'detail-type': 'IVS Stream State Change',
      time: '2026-11-22T09:00:00Z',
      resources: ['arn:aws:ivs:local:000000000000:channel/Abc'],
      detail,
      ...more,
    });

  it('are read by their name, whatever their type calls it', () => {
    const read = (detail: object) => readEvent({ id: '1', event: envelope(detail) });
    expect(
      read({ event_name: 'Stream Start', channel_name: 'desk', stream_id: 'st-1' }),
    ).toMatchObject({
      title: 'Stream started',
      channelId: 'Abc',
      channelName: 'desk',
      streamId: 'st-1',
    });
    expect(read({ recording_status: 'Recording Start Failure' })?.severity).toBe('ERROR');
    expect(read({ limit_name: 'Ingest Bitrate' })?.title).toBe('Bitrate limit breach');
    expect(read({})?.title).toBe('IVS Stream State Change');
  });

  it('may be broken or about no channel', () => {
    expect(readEvent({ id: '1', event: '{' })).toBeNull();
    expect(readEvent({ id: '1', event: '[]' })).toBeNull();
    expect(readEvent({ event: envelope({}) })).toBeNull();
    expect(readEvent({ id: '1', event: envelope({}, { resources: [] }) })?.channelId).toBe('');
  });

  it('stand once, newest first', () => {
    const one = (id: string) => ({ ...readEvent({ id, event: envelope({}) })! });
    expect(withEvents([one('9'), one('2')], [one('10'), one('9')]).map((e) => e.id)).toEqual([
      '10',
      '9',
      '2',
    ]);
  });
});

describe('the log', () => {
  const line = (sequence: number) => ({ sequence, time: '', level: 'INFO' as const, text: '' });
  it('grows by newer lines only, up to a bound', () => {
    const known = [line(1), line(2)];
    expect(withLines(known, [line(2), line(3)]).map((l) => l.sequence)).toEqual([1, 2, 3]);
    expect(withLines(known, [line(1)])).toBe(known);
    const many = Array.from({ length: 3000 }, (_, i) => line(i + 3));
    expect(withLines(known, many)).toHaveLength(2000);
  });
});

describe('rules', () => {
  it('read lists as people write them', () => {
    expect(readCountries('de, FR\nde')).toEqual(['DE', 'FR']);
    expect(readCountries('')).toEqual([]);
    expect(readCountries('Germany')).toBeNull();
    expect(readOrigins(' https://a.example \n\nhttps://b.example https://a.example')).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
  });
});

describe('signing in', () => {
  const fail = (...args: ConstructorParameters<typeof ApiFailure>) => new ApiFailure(...args);
  const now = Date.parse('2026-11-22T09:00:00Z');

  it('says where the problem is', () => {
    expect(problemOf(fail('unknown-key', ''), now).where).toBe('id');
    expect(problemOf(fail('wrong-secret', ''), now).where).toBe('secret');
    expect(problemOf(fail('no-answer', ''), now).words).toMatch(/does not answer/);
    expect(problemOf(new Error('?'), now).where).toBe('form');
  });

  it('tells the time of both clocks', () => {
    const serverTime = new Date('2026-11-22T09:12:00Z');
    const { words } = problemOf(fail('clock', '', { serverTime }), now);
    expect(words).toMatch(/12 min behind the server/);
    expect(words).toContain(
      serverTime.toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' }),
    );
    const ahead = problemOf(fail('clock', '', { serverTime: new Date(now - 7.2e6) }), now);
    expect(ahead.words).toMatch(/2 h ahead of/);
  });
});

describe('the console', () => {
  let root: Root;
  let place: HTMLElement;
  const answers: Record<string, () => Response> = {};
  const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status });
  const settle = () => act(async () => new Promise((done) => setTimeout(done, 30)));

  beforeEach(() => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    sessionStorage.clear();
    history.replaceState(null, '', '/console');
    for (const name of Object.keys(answers)) delete answers[name];
    vi.stubGlobal('fetch', async (url: string) => {
      const name = new URL(url, 'http://h').pathname.slice(1);
      return answers[name]?.() ?? json({ __type: 'UnknownOperationException' }, 404);
    });
    place = document.createElement('div');
    document.body.append(place);
    root = createRoot(place);
  });
  afterEach(async () => {
    await act(async () => root.unmount());
    place.remove();
    vi.unstubAllGlobals();
  });

  const until = async (words: string) => {
    for (let i = 0; i < 200 && !place.textContent?.includes(words); i += 1) await settle();
    expect(place.textContent).toContain(words);
  };
  const enter = async (name: string, value: string) => {
    const label = [...place.querySelectorAll('label')].find((one) => one.textContent === name);
    const input = document.getElementById(label?.htmlFor ?? '') as HTMLInputElement;
    await act(async () => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value);
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
  };
  const submit = async () => {
    await act(async () => place.querySelector('form')?.requestSubmit());
    await settle();
    await settle();
  };

  it('asks for a key, says what is wrong with it, and lets in', async () => {
    await act(async () => root.render(<App />));
    await settle();
    await submit();
    expect(place.textContent).toContain('Enter the ID of an access key.');
    await enter('Access key ID', 'AKIA');
    await enter('Secret access key', 's');
    answers['ListAccessKeys'] = () => json({ __type: 'UnrecognizedClientException' }, 403);
    await submit();
    expect(place.textContent).toContain('There is no such access key on this server.');
    answers['ListAccessKeys'] = () =>
      json({ accessKeys: [{ accessKeyId: 'AKIA', access: 'READ_ONLY', name: 'wall' }] });
    answers['ListChannels'] = () => json({ channels: [] });
    answers['ListStreams'] = () => json({ streams: [] });
    await submit();
    expect(place.textContent).toContain('wall');
    expect(place.textContent).toContain('Read only');
    await until('No channels yet');
    const create = [...place.querySelectorAll('button')].find((one) =>
      one.textContent?.includes('Create channel'),
    );
    expect(create?.getAttribute('aria-disabled')).toBe('true');
    expect(create?.title).toBe('This access key may only read.');
  });

  it('goes back to the door when the key has been deleted', async () => {
    answers['ListAccessKeys'] = () => json({ accessKeys: [{ accessKeyId: 'AKIA' }] });
    await act(async () => root.render(<App />));
    await settle();
    await enter('Access key ID', 'AKIA');
    await enter('Secret access key', 's');
    answers['ListChannels'] = () => json({ __type: 'UnrecognizedClientException' }, 403);
    await submit();
    await until('Sign in');
    expect(place.textContent).toContain('not accepted any more');
  });
});
