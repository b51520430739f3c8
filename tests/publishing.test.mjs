// Who may publish, and what happens when publishers clash, get lost, come back and end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow, get, loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { decode } from './support/probe.mjs';
import { eventually, start, within } from './support/process.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';
import { assertNoSecrets, channel, keyOf, makeChannel, playlistUrl, startServer } from './support/server.mjs';

const passphrase = 'a-long-passphrase';

// What is not accepted: what the encoder is told, and what the log says.
const refusals = [
  { about: 'a wrong key', key: 'sk_local_no-such-key', told: /BadName|not known|Server error/, log: /stream key is not known/ },
  { about: 'plain RTMP where that is not allowed', id: 'Encrypted001', insecure: false, told: /encrypted ingest only|Server error/, log: /encrypted ingest only/ },
  { about: 'an invalid priority', id: 'Priority0001', query: '?priority=none', told: /priority/, log: /priority must be/ },
  { about: 'a picture over the limit', id: 'Large0000001', input: source({ size: '640x360', seconds: 20 }), late: true, log: /640x360 exceeds/ },
  { about: 'a bitrate over the limit', id: 'Heavy0000001', limit: '500kbps', input: source({ seconds: 30, bitrate: '4M' }).concat(['-minrate', '4M', '-maxrate', '4M', '-bufsize', '4M', '-x264-params', 'nal-hrd=cbr']), late: true, log: /exceeds this channel's limit of 500000 bit\/s/ },
  { about: 'audio without video', id: 'AudioOnly001', input: ['-re', '-f', 'lavfi', '-i', 'sine', '-c:a', 'aac'], late: true, log: /audio without video/ },
];
test('what cannot be accepted is refused with a reason', { concurrency: true }, async (t) => {
  const channels = refusals.filter(({ id }) => id).map(({ id, insecure = true, limit }) => makeChannel(id, {
    insecure_ingest: insecure, ...(limit && { max_bitrate: limit }),
  }));
  const server = await startServer(t, { channels, limits: { max_width: 480, max_height: 480, max_pixels: 640 * 200 } });
  await Promise.all(refusals.map((row) => t.test(row.about, async (t) => {
    const key = row.key ?? keyOf(row.id);
    const publisher = start(t, 'ffmpeg', ['-hide_banner', '-loglevel', 'debug', '-nostdin',
      ...(row.input ?? source({ seconds: 20 })), '-f', 'flv', `${server.rtmp}/app/${key}${row.query ?? ''}`]);
    const { code } = await within(25_000, publisher.closed, 'the refusal', publisher.output);
    assert.notEqual(code, 0);
    if (row.told) assert.match(publisher.output(), row.told);
    const line = server.output().split('\n').find((text) => text.includes('publisher refused') && row.log.test(text));
    assert.ok(line, server.output());
    if (row.id && row.late) assert.ok(line.includes(row.id), line);
  })));
  assertNoSecrets(server, [...channels, { stream_key: 'sk_local_no-such-key' }]);
  const metrics = (await get(`${server.http}/metrics`)).text();
  assert.match(metrics, /rostrum_ingest_refused_total\{reason="unauthorized"\} 2/);
});

test('SRT refuses what RTMP does, with its own codes', { concurrency: true }, async (t) => {
  const channels = [makeChannel('SrtSecret001', { insecure_ingest: false, passphrase }),
    makeChannel('SrtNoPhrase1', { insecure_ingest: false }), makeChannel('SrtAudio0001'), makeChannel('SrtLarge0001')];
  const server = await startServer(t, { channels, limits: { max_width: 480, max_height: 480 } });
  const rows = [
    ['wrong passphrase', `streamid=${keyOf('SrtSecret001')}&passphrase=not-the-passphrase`, /passphrase|decrypt|secret/i],
    ['no passphrase', `streamid=${keyOf('SrtSecret001')}`, /passphrase|secret|unencrypted/i],
    ['a channel that would need one', `streamid=${keyOf('SrtNoPhrase1')}`, /encrypted ingest only/],
    ['an unknown key', 'streamid=sk_local_no-such-key', /stream key is not known/],
    ['no stream id', '', /stream ?id|invalid/i],
    ['a bad stream id', 'streamid=#!::m=publish,priority=0', /stream ?id|invalid/i],
    ['audio only', `streamid=${keyOf('SrtAudio0001')}`, /no video/, ['-re', '-f', 'lavfi', '-i', 'sine', '-c:a', 'aac']],
    ['too large', `streamid=${keyOf('SrtLarge0001')}`, /640x360 exceeds/, source({ size: '640x360', seconds: 20 })],
  ];
  await Promise.all(rows.map(([about, query, log, input]) => t.test(about, async (t) => {
    const publisher = publishWithFfmpeg(t, `${server.srt}?${query}`, input ?? source({ seconds: 20 }));
    const { code } = await within(20_000, publisher.closed, 'the refusal', publisher.output);
    assert.notEqual(code, 0);
    await eventually(2000, `a line for ${about}`, () => server.output().split('\n')
      .some((text) => /srt publisher refused/.test(text) && log.test(text)), server.output);
  })));
  assertNoSecrets(server, [...channels, { stream_key: 'sk_local_no-such-key', passphrase: 'not-the-passphrase' }]);
});

async function streamId(server, id = channel.id) {
  const answer = await get(`${server.http}/api/rostrum/v1/channels/${id}`);
  return JSON.parse(answer.text()).streamId;
}

test('a second publisher is refused, one with a higher priority takes over without a break', async (t) => {
  const server = await startServer(t);
  const target = `${server.rtmp}/app/${channel.stream_key}`;
  const url = `${playlistUrl(server)}?container=fmp4`;
  const first = publishWithFfmpeg(t, target, source({ seconds: 60 }));
  const media = variantUrl(url, await waitLive(url, { server }));
  const id = await streamId(server);

  const second = publishWithFfmpeg(t, target, source({ seconds: 60 }));
  const { code } = await within(10_000, second.closed, 'the refusal', second.output);
  assert.notEqual(code, 0);
  assert.match(server.output(), /already being published to/);

  const third = publishWithFfmpeg(t, `${target}?priority=2`, source({ seconds: 60 }));
  await within(10_000, first.closed, 'the end of the first', first.output);
  await follow(media, undefined, 15_000, 'two segments after the takeover', ({ complete }) => complete.length >= 4);
  assert.equal(await streamId(server), id, 'it is the same stream');
  assert.ok(!(await loadMedia(media)).text.includes('EXT-X-DISCONTINUITY\n'), 'no break');

  const lower = publishWithFfmpeg(t, `${target}?priority=1`, source({ seconds: 60 }));
  await within(10_000, lower.closed, 'the refusal', lower.output);
  assert.match(server.output(), /the same or a higher priority/);

  const other = publishWithFfmpeg(t, `${target}?priority=9`, source({ seconds: 60, size: '160x90' }));
  await within(10_000, other.closed, 'the refusal of another size', other.output);
  assert.equal(third.child.exitCode, null, 'the running stream goes on');
  assert.match(server.output(), /StreamTakeoverMediaMismatch/);
  assert.match(server.output(), /StreamTakeoverInvalidPriority/);

  third.child.kill('SIGINT');
  await follow(media, undefined, 10_000, 'the end', ({ ended }) => ended).catch(() => {});
  await eventually(5000, 'the end', async () => (await loadMedia(media)).ended);
  const { complaints } = await decode(t, media);
  assert.equal(complaints, '');
});

test('SRT takes over by priority, too', async (t) => {
  const server = await startServer(t);
  const target = (priority) => `${server.srt}?streamid=#!::u=${channel.stream_key},priority=${priority}`;
  const url = playlistUrl(server);
  const first = publishWithFfmpeg(t, target(1), source({ seconds: 60 }));
  await waitLive(url, { server });
  const id = await streamId(server);
  publishWithFfmpeg(t, target(2), source({ seconds: 60 }));
  await within(15_000, first.closed, 'the end of the first', () => first.output() + server.output());
  const media = variantUrl(url, await waitLive(url));
  await follow(media, undefined, 15_000, 'another segment', ({ complete }) => complete.length >= 3);
  assert.equal(await streamId(server), id);
});

test('a lost publisher that comes back continues its stream, and a player plays on', async (t) => {
  const server = await startServer(t);
  const target = `${server.rtmp}/app/${channel.stream_key}`;
  const url = `${playlistUrl(server)}?container=fmp4`;
  const first = publishWithFfmpeg(t, target, source({ seconds: 60 }));
  const media = variantUrl(url, await waitLive(url, { server }));
  const id = await streamId(server);
  let list = await follow(media, undefined, 15_000, 'a segment', ({ complete }) => complete.length >= 1);
  const viewer = start(t, 'ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin',
    '-live_start_index', '-1', '-i', url, '-map', '0:v:0', '-f', 'framemd5', '-']);
  const shown = () => viewer.output().split('\n').filter((line) => /^\d/.test(line)).length;
  await eventually(10_000, 'pictures', () => shown() > 10, viewer.output);
  first.child.kill('SIGKILL');
  await first.exited;
  await eventually(5000, 'noticing the loss', () => server.output().includes('publisher lost'), server.output);
  const before = await loadMedia(media);
  assert.equal(before.ended, false);
  const gone = shown();

  const second = publishWithFfmpeg(t, target, source({ seconds: 60 }));
  list = await follow(media, before, 15_000, 'media behind the break',
    ({ segments }) => segments.some(({ discontinuity, uri }) => discontinuity && uri));
  assert.equal(await streamId(server), id, 'the same stream');
  assert.ok(list.segments.at(-1).msn > before.segments.at(-1).msn);
  await eventually(15_000, 'the player going on', () => shown() > gone + 40, viewer.output);
  second.child.kill('SIGINT');
  await second.exited;
  const { code } = await within(30_000, viewer.closed, 'the end of the player', viewer.output);
  assert.equal(code, 0, viewer.output());
});

test('sequence numbers never go back: new broadcast, new server', async (t) => {
  const config = { channels: [channel] };
  const seen = [];
  const ids = [];
  for (let run = 0; run < 2; run += 1) {
    const server = await startServer(t, config);
    const url = playlistUrl(server);
    for (let round = 0; round < 2; round += 1) {
      const publisher = publishWithFfmpeg(t, `${server.rtmp}/app/${channel.stream_key}`, source({ seconds: 3 }));
      const media = variantUrl(url, await eventually(15_000, 'a new broadcast', async () => {
        const list = await waitLive(url, { server });
        const now = await loadMedia(variantUrl(url, list));
        return !now.ended && list;
      }));
      ids.push(await streamId(server));
      seen.push((await loadMedia(media)).mediaSequence);
      await within(15_000, publisher.closed, 'publishing', publisher.output);
      const list = await eventually(5000, 'the end', async () => {
        const now = await loadMedia(media);
        return now.ended && now;
      });
      seen.push(list.segments.at(-1).msn);
    }
    await server.stop();
  }
  for (let i = 1; i < seen.length; i += 1) {
    assert.ok(i % 2 ? seen[i] >= seen[i - 1] : seen[i] > seen[i - 1], `${seen}`);
  }
  assert.equal(new Set(ids).size, 4, `${ids}`);
});
