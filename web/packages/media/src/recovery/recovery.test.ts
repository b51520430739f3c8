import { describe, expect, it, vi } from 'vitest';
import { firstVariant, probe } from './probe';
import { errorCode, lookingAddress, refusalOf } from './refusal';
import { Recovery, type Action, type Event, type Finding } from './recovery';

const fresh = () => new Recovery(() => 0.5);
const run = (recovery: Recovery, ...events: Event[]): string[] =>
  events
    .flatMap((e) => recovery.handle(e))
    .map((a: Action) => (a.type === 'wait' ? `wait ${a.ms}` : a.type));
const start: Event = { type: 'start' };
const opened: Event = { type: 'opened' };
const steady: Event = { type: 'steady' };
const timer: Event = { type: 'timer' };
const net = (status: number, atManifest = false): Event => ({
  type: 'fault',
  kind: 'network',
  atManifest,
  status,
});
const media: Event = { type: 'fault', kind: 'media', atManifest: false, status: 0 };
const found = (finding: Finding): Event => ({ type: 'found', finding });

describe('recovery', () => {
  it('waits for a channel that is not live, ever more patiently, and opens it when it is', () => {
    const r = fresh();
    expect(run(r, start, net(404, true))).toEqual(['open', 'close', 'wait 2000']);
    expect(r.phase).toBe('waiting');
    expect(run(r, timer, found('missing'))).toEqual(['probe', 'wait 3200']);
    let last = '';
    for (let i = 0; i < 12; ++i) last = run(r, timer, found('missing')).at(-1) ?? '';
    expect(last).toBe('wait 12000');
    expect(run(r, timer, found('live'))).toEqual(['probe', 'open']);
    expect(r.phase).toBe('opening');
    run(r, opened);
    expect(r.phase).toBe('on');
  });

  it('ends, and finds the next broadcast', () => {
    const r = fresh();
    expect(run(r, start, opened, steady, { type: 'finished' })).toEqual([
      'open',
      'close',
      'wait 2000',
    ]);
    expect(r.phase).toBe('ended');
    expect(run(r, timer, found('ended'))).toEqual(['probe', 'wait 3200']);
    expect(run(r, timer, found('missing'), timer, found('live'))).toEqual([
      'probe',
      'wait 5120',
      'probe',
      'open',
    ]);
  });

  it('takes a channel that vanished while playing as ended', () => {
    const r = fresh();
    expect(run(r, start, opened, steady, net(404), found('missing'))).toEqual([
      'open',
      'probe',
      'close',
      'wait 2000',
    ]);
    expect(r.phase).toBe('ended');
  });

  it('loads on after a network fault, and rebuilds when that is not enough', () => {
    const r = fresh();
    expect(run(r, start, opened, steady, net(503), found('live'))).toEqual([
      'open',
      'probe',
      'resume',
    ]);
    expect(r.phase).toBe('reconnecting');
    expect(run(r, net(503), found('live'))).toEqual(['probe', 'open']);
    expect(r.phase).toBe('reconnecting');
    run(r, opened, steady);
    expect(r.phase).toBe('on');
    expect(run(r, net(503), found('live'))).toEqual(['probe', 'resume']);
  });

  it('keeps asking a server that is away', () => {
    const r = fresh();
    run(r, start, opened, steady);
    expect(run(r, net(0), found('unreachable'), timer, found('unreachable'))).toEqual([
      'probe',
      'wait 600',
      'probe',
      'wait 960',
    ]);
    expect(r.reason).toBe('unreachable');
    expect(run(r, timer, found('live'))).toEqual(['probe', 'open']);
  });

  it('retries a first playlist that could not be had', () => {
    const r = fresh();
    expect(run(r, start, net(500, true), timer, net(0, true))).toEqual([
      'open',
      'close',
      'wait 600',
      'open',
      'close',
      'wait 960',
    ]);
  });

  it.each([401, 403])('does not insist when refused with %s', (status) => {
    const r = fresh();
    expect(run(r, start, net(status, true))).toEqual(['open', 'close']);
    expect([r.phase, r.reason]).toEqual(['failed', 'refused']);
    expect(run(r, start)).toEqual(['open']);
  });

  it('repairs the decoder first gently, then from scratch, then says so', () => {
    const r = fresh();
    expect(run(r, start, opened, media, media, media)).toEqual([
      'open',
      'recoverMedia',
      'open',
      'close',
      'wait 1536',
    ]);
    run(r, timer, media, media, media);
    expect([r.phase, r.reason]).toEqual(['failed', 'unplayable']);
  });

  it('forgets old faults once pictures move again', () => {
    const r = fresh();
    run(r, start, opened, media, media, opened, steady);
    expect(run(r, media)).toEqual(['recoverMedia']);
  });

  it('steps over a hole, then repairs, then rebuilds', () => {
    const r = fresh();
    const stuck: Event = { type: 'stuck' };
    expect(run(r, start, opened, stuck, stuck, stuck, stuck)).toEqual([
      'open',
      'nudge',
      'nudge',
      'recoverMedia',
      'open',
    ]);
  });

  it('sleeps while offline and goes on at once when back', () => {
    const r = fresh();
    run(r, start, opened, steady);
    expect(run(r, { type: 'offline' }, net(0), timer)).toEqual([]);
    expect(r.reason).toBe('offline');
    expect(run(r, { type: 'online' }, found('live'))).toEqual(['probe', 'resume']);
    run(r, steady);
    expect([r.phase, r.reason]).toEqual(['on', null]);
  });

  it('leaves a short time offline to the engine, which repeats what failed', () => {
    const r = fresh();
    run(r, start, opened, steady);
    expect(run(r, { type: 'offline' }, { type: 'online' })).toEqual([]);
    expect(r.reason).toBeNull();
  });

  it('does nothing more once stopped', () => {
    const r = fresh();
    expect(run(r, start, { type: 'stop' }, timer, found('live'), media, net(500))).toEqual([
      'open',
      'close',
    ]);
  });
});

const body = (code: string) =>
  JSON.stringify([{ url: '/c.m3u8', error: 'why', error_code: code, type: 'error' }]);
const singleUse = `a.${btoa(JSON.stringify({ 'aws:single-use-uuid': 'x', n: '\u00ff\u00fe?' }))
  .replaceAll('+', '-')
  .replaceAll('/', '_')
  .replaceAll('=', '')}.c`;

describe('refusals', () => {
  const refused = (atManifest: boolean, code?: string): Event => ({
    type: 'fault',
    kind: 'network',
    atManifest,
    status: 403,
    ...(code === undefined ? {} : { code }),
  });

  it.each<[string | undefined, string]>([
    [undefined, 'refused'],
    ['invalid_playback_auth_token', 'refused'],
    ['playback_auth_error', 'restricted'],
    ['resolution_not_allowed', 'restricted'],
  ])('tells a bad token from a viewer who may not watch (%s)', (code, reason) => {
    const r = fresh();
    expect(run(r, start, refused(true, code))).toEqual(['open', 'close']);
    expect([r.phase, r.reason]).toEqual(['failed', reason]);
  });

  it('ends when the session was revoked, by what a new start would be told', () => {
    const r = fresh();
    run(r, start, opened, steady);
    expect(run(r, refused(false, 'playback_auth_error'), found('restricted'))).toEqual([
      'probe',
      'close',
    ]);
    expect([r.phase, r.reason]).toEqual(['failed', 'restricted']);
  });

  it('begins anew when only the session has ended', () => {
    const r = fresh();
    run(r, start, opened, steady);
    expect(run(r, refused(false, 'playback_auth_error'), found('live'))).toEqual(['probe', 'open']);
    run(r, opened, steady);
    expect(run(r, net(503), found('live'))).toEqual(['probe', 'resume']);
  });

  it('goes on after a gap although the token has expired', () => {
    const r = fresh();
    run(r, start, opened, steady);
    expect(run(r, net(0), found('unreachable'), timer, found('refused'))).toEqual([
      'probe',
      'wait 600',
      'probe',
      'resume',
    ]);
    run(r, steady);
    expect([r.phase, r.reason]).toEqual(['on', null]);
  });

  it('does not ask for ever on an old token', () => {
    const r = fresh();
    run(r, start, opened, steady);
    const actions: string[] = [];
    for (let i = 0; i < 10; ++i) actions.push(...run(r, net(500), found('refused')));
    expect(actions.filter((a) => a === 'resume')).toHaveLength(5);
    expect(actions.at(-1)).not.toBe('resume');
    expect([r.phase, r.reason]).toEqual(['failed', 'refused']);
  });

  it('believes a refusal of those who have not watched', () => {
    const r = fresh();
    expect(run(r, start, net(404, true), timer, found('refused'))).toEqual([
      'open',
      'close',
      'wait 2000',
      'probe',
      'close',
    ]);
    expect(r.reason).toBe('refused');
  });

  it('reads bodies of one form only', () => {
    expect(errorCode(body('a'))).toBe('a');
    for (const other of ['', 'x', '[]', '{}', '[1]', '[null]', '[{"error_code":1}]', '"a"'])
      expect(errorCode(other)).toBe('');
    expect(errorCode(`[{"error_code":"a","x":"${'x'.repeat(5000)}"}]`)).toBe('');
    expect(refusalOf(404, 'playback_auth_error')).toBeNull();
    expect(refusalOf(401, '')).toBe('refused');
  });

  it('keeps a token that is good only once', () => {
    expect(lookingAddress(`http://h/c.m3u8?a=1&token=${singleUse}`)).toEqual({
      url: 'http://h/c.m3u8?a=1',
      bare: true,
    });
    for (const src of [
      'http://h/c.m3u8',
      'http://h/c.m3u8?token=x',
      `http://h/c?token=a.${btoa('{}')}.c`,
      'http://[',
    ])
      expect(lookingAddress(src)).toEqual({ url: src, bare: false });
  });
});

describe('probe', () => {
  const multi = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n# a comment\nlow/index.m3u8\n';
  const server = (files: Record<string, [number, string]>) =>
    vi.fn(async (url: string | URL | Request) => {
      const [status, body] = files[String(url)] ?? [404, ''];
      return new Response(body, { status });
    }) as unknown as typeof fetch;
  const ask = (files: Record<string, [number, string]>) =>
    probe('http://h/c/master.m3u8', new AbortController().signal, server(files));
  const master = 'http://h/c/master.m3u8';
  const child = 'http://h/c/low/index.m3u8';

  it.each<[string, Record<string, [number, string]>, Finding]>([
    [
      'a live channel',
      { [master]: [200, multi], [child]: [200, '#EXTM3U\n#EXTINF:2,\na.ts\n'] },
      'live',
    ],
    [
      'an ended one',
      { [master]: [200, multi], [child]: [200, '#EXTM3U\n#EXT-X-ENDLIST\n'] },
      'ended',
    ],
    [
      'a recording',
      { [master]: [200, '#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-ENDLIST\n'] },
      'live',
    ],
    ['none', {}, 'missing'],
    ['a lost child', { [master]: [200, multi] }, 'missing'],
    ['a private one', { [master]: [403, ''] }, 'refused'],
    ['a bad token', { [master]: [403, body('invalid_playback_auth_token')] }, 'refused'],
    ['a forbidden country', { [master]: [403, body('playback_auth_error')] }, 'restricted'],
    [
      'a revoked session',
      { [master]: [200, multi], [child]: [403, body('playback_auth_error')] },
      'restricted',
    ],
    ['a tired server', { [master]: [503, ''] }, 'unreachable'],
    ['a captive portal', { [master]: [200, '<html>'] }, 'unreachable'],
  ])('recognises %s', async (_, files, finding) => {
    expect(await ask(files)).toBe(finding);
  });

  it('does not use up a token that is good only once', async () => {
    const src = `${master}?token=${singleUse}`;
    const signal = new AbortController().signal;
    const token = [403, body('invalid_playback_auth_token')] as [number, string];
    expect(await probe(src, signal, server({ [master]: token }))).toBe('live');
    expect(await probe(src, signal, server({}))).toBe('missing');
    const country = [403, body('playback_auth_error')] as [number, string];
    expect(await probe(src, signal, server({ [master]: country }))).toBe('restricted');
  });

  it('reads the first variant', () => {
    expect(firstVariant(multi)).toBe('low/index.m3u8');
    expect(firstVariant('#EXTM3U\n#EXTINF:2,\na.ts\n')).toBeNull();
  });
});
