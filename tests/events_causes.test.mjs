// What else channels tell: starvation, takeovers, limits that are broken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { goLive, isOver, makeChannel, small, streamOf } from './support/broadcast.mjs';
import { assertShape, nameOf, startReceiver, subscribe } from './support/events.mjs';
import { get, loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { assertError } from './support/ivs.mjs';
import { eventually, within } from './support/process.mjs';
import { publishWithFfmpeg } from './support/publisher.mjs';

async function startTold(t, config) {
  const receiver = await startReceiver(t);
  const api = await startApi(t, config);
  await subscribe(api.caller, receiver);
  return { ...api, receiver };
}

/** The events called `name` once there are `count` of them, well-formed. */
async function told(api, name, count = 1, milliseconds = 20_000) {
  const found = await eventually(milliseconds, `${count} × ${name}`, () => {
    const events = api.receiver.events().filter((event) => nameOf(event) === name);
    return events.length >= count && events;
  }, () => `${api.receiver.names()}\n${api.server.output()}`);
  assert.equal(found.length, count, name);
  found.forEach((event) => assertShape(event));
  return found;
}

/** Names of the session's list of events, oldest first. */
async function sessionOf(api, channelArn) {
  const { streamSession } = await api.caller.get('GetStreamSession', { channelArn });
  return { ...streamSession, names: streamSession.truncatedEvents.map(({ name }) => name).reverse() };
}

const busy = (bitrate) => small({ bitrate }).concat(
  ['-minrate', bitrate, '-maxrate', bitrate, '-bufsize', bitrate, '-x264-params', 'nal-hrd=cbr']);

test('causes of events', { concurrency: true }, async (t) => {
  // Pictures of 320x180 have 57,600 pixels, those of 480x272 130,560.
  const api = await startTold(t, {
    limits: { max_bitrate: '1.5Mbps', max_width: 640, max_height: 640, max_pixels: 100_000 },
    live: { reconnect_window: '7s' },
  });
  const { caller, receiver } = api;

  await Promise.all([
    t.test('an encoder that stops sending starves its stream, until it goes on', async (t) => {
      const { publisher, channelArn, stream } = await goLive(t, api, await makeChannel(api, { name: 'starving' }));
      await eventually(10_000, 'health', async () => (await streamOf(caller, channelArn)).health === 'HEALTHY');
      process.kill(publisher.child.pid, 'SIGSTOP');
      const [start] = await told(api, 'Starvation Start');
      assert.equal((await streamOf(caller, channelArn)).health, 'STARVING');
      const { streams } = await caller.get('ListStreams', { filterBy: { health: 'STARVING' } });
      assert.deepEqual(streams.map((one) => one.channelArn), [channelArn]);
      process.kill(publisher.child.pid, 'SIGCONT');
      const [end] = await told(api, 'Starvation End');
      for (const event of [start, end]) {
        assert.equal(event['detail-type'], 'IVS Stream Health Change');
        assert.deepEqual(event.resources, [channelArn]);
        assert.equal(event.detail.stream_id, stream.streamId);
      }
      assert.equal((await streamOf(caller, channelArn)).health, 'HEALTHY');
      const session = await sessionOf(api, channelArn);
      assert.deepEqual(session.names, ['Session Created', 'Stream Start', 'Starvation Start', 'Starvation End']);
      assert.equal(session.truncatedEvents[0].type, 'IVS Stream Health Change');
    }),

    t.test('takeovers, those that fail with their codes', async (t) => {
      const { channelArn, url, publisher, stream } = await goLive(t, api, await makeChannel(api, { name: 'taken' }));
      const second = publishWithFfmpeg(t, `${url}?priority=5`, small());
      await within(15_000, publisher.closed, 'the end of the first', publisher.output);
      const [takeover] = await told(api, 'Stream Takeover');
      assert.equal(takeover.detail.stream_id, stream.streamId, 'the stream stays the same');
      const lower = publishWithFfmpeg(t, `${url}?priority=5`, small());
      await within(15_000, lower.closed, 'the refusal', lower.output);
      const other = publishWithFfmpeg(t, `${url}?priority=9`, small({ size: '160x90' }));
      await within(15_000, other.closed, 'the refusal', other.output);
      const failures = await told(api, 'Stream Takeover Failure', 2);
      assert.deepEqual(failures.map(({ detail }) => detail.code),
        ['StreamTakeoverInvalidPriority', 'StreamTakeoverMediaMismatch']);
      const session = await sessionOf(api, channelArn);
      assert.deepEqual(session.names, ['Session Created', 'Stream Start', 'Stream Takeover', 'Stream Takeover Failure', 'Stream Takeover Failure']);
      assert.deepEqual(session.truncatedEvents.slice(0, 2).map(({ code }) => code),
        ['StreamTakeoverMediaMismatch', 'StreamTakeoverInvalidPriority']);
      assert.equal(second.child.exitCode, null, 'the running stream goes on');
      await caller.get('StopStream', { channelArn });
    }),

    t.test('a bitrate over the limit', async (t) => {
      const made = await makeChannel(api, { name: 'heavy' });
      const publisher = publishWithFfmpeg(t, made.url, busy('4M'));
      await within(40_000, publisher.closed, 'the refusal', publisher.output);
      const [event] = await told(api, 'Ingest Bitrate');
      const { limit_value: limit, exceeded_by: by, limit_unit: unit } = event.detail;
      assert.deepEqual([event.resources, limit, unit], [[made.channelArn], 1_500_000, 'bits per second']);
      assert.ok(by > 100_000 && by < 10_000_000, `${by}`);
      // It might come back with less, for as long as anybody may.
      const names = await eventually(20_000, 'the end', () => receiver.names(made.channelArn).includes('Stream End') && receiver.names(made.channelArn));
      assert.deepEqual(names.filter((name) => !name.startsWith('Starvation')),
        ['Session Created', 'Stream Start', 'Ingest Bitrate', 'Stream Failure', 'Session Ended', 'Stream End']);
      const failure = receiver.events(made.channelArn).find((one) => nameOf(one) === 'Stream Failure');
      assertShape(failure);
      assert.match(failure.detail.reason, /1500000|bit/);
      const session = await sessionOf(api, made.channelArn);
      assert.ok(session.endTime);
      const { streamSessions } = await caller.get('ListStreamSessions', { channelArn: made.channelArn });
      assert.equal(streamSessions[0].hasErrorEvent, true);
    }),

    t.test('too many pixels, and too long an edge', async (t) => {
      const rows = [['480x272', 100_000, 30_560, 'total pixels'], ['704x100', 640, 64, 'pixels per edge']];
      for (const [i, [size, limit, by, unit]] of rows.entries()) {
        const made = await makeChannel(api, { name: `large-${i}` });
        const publisher = publishWithFfmpeg(t, made.url, small({ size }));
        await within(20_000, publisher.closed, 'the refusal', publisher.output);
        const event = (await told(api, 'Ingest Resolution', i + 1)).at(-1);
        assert.deepEqual([event.resources, event.detail.limit_value, event.detail.exceeded_by, event.detail.limit_unit],
          [[made.channelArn], limit, by, unit]);
        const names = await eventually(10_000, 'the end', () => receiver.names(made.channelArn).includes('Session Ended') && receiver.names(made.channelArn));
        assert.deepEqual(names, ['Session Created', 'Ingest Resolution', 'Stream Failure', 'Session Ended'], 'it never started');
        assert.equal(await streamOf(caller, made.channelArn), undefined);
        assert.ok((await sessionOf(api, made.channelArn)).endTime, 'the session has ended all the same');
      }
    }),
  ]);
});

test('one stream at a time, one viewer at a time', async (t) => {
  const api = await startTold(t, { limits: { max_streams: 1, max_views: 1 } });
  const { caller, receiver, server } = api;
  const first = await goLive(t, api, await makeChannel(api, { name: 'first' }));
  const made = await makeChannel(api, { name: 'second' });
  const refused = publishWithFfmpeg(t, made.url, small());
  await within(15_000, refused.closed, 'the refusal', refused.output);
  const [streams] = await told(api, 'Concurrent Broadcasts');
  assert.deepEqual(streams.detail, {
    limit_name: 'Concurrent Broadcasts', limit_value: 1, exceeded_by: 1, limit_unit: 'active streams',
  });
  assert.deepEqual(receiver.names(made.channelArn), [], 'the refused one has no session');
  assertError('its session', await caller.call('GetStreamSession', { channelArn: made.channelArn }), 'ResourceNotFoundException');

  // A viewer watches; as soon as it is counted nobody else gets in.
  const url = first.channel.playbackUrl;
  const media = variantUrl(url, await waitLive(url, { server }));
  await eventually(20_000, 'the viewer', async () => {
    await loadMedia(media);
    return (await streamOf(caller, first.channelArn)).viewerCount === 1;
  });
  const refusal = await get(url);
  assert.equal(refusal.status, 403, 'no more viewers');
  assert.equal(refusal.headers['access-control-allow-origin'], '*');
  assert.match(JSON.parse(refusal.text())[0].error, /as many viewers/);
  const [viewers] = await told(api, 'Concurrent Viewers');
  const { exceeded_by: by, ...rest } = viewers.detail;
  assert.deepEqual(rest, { limit_name: 'Concurrent Viewers', limit_value: 1, limit_unit: 'viewers' });
  assert.ok(by >= 1 && by <= 2, `${by}`);
  await loadMedia(media); // who watches goes on

  // There is room again when the first one ends.
  await caller.get('StopStream', { channelArn: first.channelArn });
  await isOver(api, first.channelArn);
  first.publisher.child.kill('SIGKILL'); // it does not come back
  await goLive(t, api, made);
});
