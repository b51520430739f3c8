// The control API and channels on the air: what they answer while ffmpeg publishes, what they
// refuse, what they remember afterwards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databases, startApi } from './support/api_server.mjs';
import { kinds, scenarios } from './support/api_world.mjs';
import { countOf, covered } from './support/coverage.mjs';
import { get, waitLive } from './support/hls.mjs';
import { assertError, assertSuccess, makeClient, send } from './support/ivs.mjs';
import { operations, outputBreaches } from './support/model.mjs';
import { eventually, within } from './support/process.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';

const size = '320x180';

/** A new channel and ffmpeg publishing to it; resolves once the API says that it is live. */
async function goLive(t, { server, caller }, input = {}, seconds = 120) {
  const { channel, streamKey } = await caller.get('CreateChannel', { insecureIngest: true, ...input });
  const publisher = publishWithFfmpeg(t, `${server.rtmp}/app/${streamKey.value}`, source({ seconds, size, gop: 1 }));
  await eventually(20_000, 'the stream', async () =>
    (await caller.call('GetStream', { channelArn: channel.arn })).status === 200, () => publisher.output() + server.output());
  return { channel, streamKey, publisher, channelArn: channel.arn };
}

/** A call that succeeds through the SDK, its output checked against the model. */
async function valid(client, name, input) {
  const { $metadata, ...output } = await send(client, name, input);
  assert.equal($metadata.httpStatusCode, operations.find((one) => one.name === name).successStatus, name);
  assert.deepEqual(outputBreaches(name, output, { dates: true }), []);
  covered(name, 'valid');
  return output;
}

for (const [database, configure] of databases) {
  test(`a broadcast, seen by the API over ${database}`, async (t) => {
    const api = await startApi(t, await configure(t));
    const { server, caller, world } = api;
    const client = makeClient(t, server);
    const before = Date.now();
    const recordingConfigurationArn = await world.make('recording');
    const { channel, channelArn, publisher, streamKey } = await goLive(t, api, { name: 'on-air', tags: { a: 'b' }, recordingConfigurationArn });

    const { stream } = await valid(client, 'GetStream', { channelArn });
    await t.test('GetStream and ListStreams', async () => {
      assert.equal(stream.channelArn, channelArn);
      assert.match(stream.streamId, /^st-[A-Za-z0-9]{23}$/);
      assert.equal(stream.state, 'LIVE');
      assert.equal(stream.playbackUrl, channel.playbackUrl);
      assert.equal(stream.viewerCount, 0);
      assert.ok(Math.abs(stream.startTime - before) < 20_000, `${stream.startTime}`);
      await waitLive(stream.playbackUrl);
      const healthy = await eventually(20_000, 'health', async () => {
        const now = await caller.get('GetStream', { channelArn });
        return now.stream.health === 'HEALTHY' && now.stream;
      });
      const { streams } = await valid(client, 'ListStreams', { filterBy: { health: 'HEALTHY' } });
      assert.equal(streams.length, 1);
      assert.deepEqual({ ...streams[0], startTime: streams[0].startTime.getTime() },
        { channelArn, streamId: healthy.streamId, state: 'LIVE', health: 'HEALTHY', viewerCount: 0, startTime: Date.parse(healthy.startTime) });
      assert.deepEqual((await caller.get('ListStreams', { filterBy: { health: 'STARVING' } })).streams, []);
    });

    await t.test('a live channel is not changed or deleted', async () => {
      for (const [name, input] of [
        ['UpdateChannel', { arn: channelArn, name: 'b' }], ['UpdateChannel', { arn: channelArn, authorized: true }],
        ['DeleteChannel', { arn: channelArn }], ['DeleteRecordingConfiguration', { arn: recordingConfigurationArn }],
      ]) {
        assertError(name, await caller.call(name, input), 'ConflictException');
        covered(name, 'error');
      }
      assert.deepEqual((await caller.get('GetChannel', { arn: channelArn })).channel, channel);
      await caller.get('TagResource', { resourceArn: channelArn, tags: { still: 'allowed' } });
      await caller.get('UntagResource', { resourceArn: channelArn, tagKeys: ['still'] });
    });

    await t.test('the session tells what the encoder sends', async () => {
      const session = await eventually(10_000, 'the ingest configuration', async () => {
        const { streamSession } = await caller.get('GetStreamSession', { channelArn });
        return streamSession.ingestConfiguration?.video?.videoWidth !== undefined && streamSession;
      });
      const { streamSession } = await valid(client, 'GetStreamSession', { channelArn, streamId: stream.streamId });
      assert.equal(streamSession.streamId, stream.streamId);
      assert.equal(streamSession.endTime, undefined);
      assert.equal(streamSession.channel.arn, channelArn);
      assert.equal(streamSession.channel.name, 'on-air');
      assert.equal(streamSession.recordingConfiguration.arn, recordingConfigurationArn);
      assert.equal(streamSession.channel.srt?.passphrase, undefined, 'history keeps no secrets');
      const { video, audio } = session.ingestConfiguration;
      assert.equal(video.videoWidth, 320);
      assert.equal(video.videoHeight, 180);
      assert.equal(video.targetFramerate, 30);
      assert.match(video.codec, /^avc1\.[0-9A-Fa-f]{6}$/);
      assert.ok(video.avcProfile && video.avcLevel);
      assert.match(video.encoder, /Lavf/);
      assert.equal(video.targetBitrate > 0, true);
      assert.equal(audio.codec, 'mp4a.40.2');
      assert.equal(audio.sampleRate, 48000);
      assert.equal(audio.channels, 2);
      const { videoConfigurations, audioConfigurations } = session.ingestConfigurations;
      assert.equal(videoConfigurations.length, 1);
      assert.equal(audioConfigurations.length, 1);
      assert.equal(videoConfigurations[0].track, 'Track0');
      assert.equal(videoConfigurations[0].videoWidth, 320);
      assert.ok(session.truncatedEvents.length >= 2);
      const times = session.truncatedEvents.map(({ eventTime }) => Date.parse(eventTime));
      assert.deepEqual(times, [...times].sort((a, b) => b - a), 'newest first');
      const names = session.truncatedEvents.map(({ name }) => name);
      assert.ok(names.includes('Session Created') && names.includes('Stream Start'), `${names}`);
    });

    await t.test('PutMetadata: one byte to one kilobyte, five a second', async () => {
      await valid(client, 'PutMetadata', { channelArn, metadata: 'x' });
      // 1,024 bytes; in characters it is fewer.
      const longest = `${'é'.repeat(511)}ab`;
      await eventually(5000, 'room for one more', async () =>
        (await caller.call('PutMetadata', { channelArn, metadata: longest })).status === 204);
      covered('PutMetadata', 'valid');
      for (const metadata of [`${longest}c`, 'é'.repeat(513), 'x'.repeat(50_000), '']) {
        assertError(`${metadata.length}`, await caller.call('PutMetadata', { channelArn, metadata }), 'ValidationException');
        covered('PutMetadata', 'error');
      }
      const began = performance.now();
      const answers = await Promise.all(Array.from({ length: 40 }, (_, i) =>
        caller.call('PutMetadata', { channelArn, metadata: `burst ${i}` })));
      const seconds = (performance.now() - began) / 1000;
      const good = answers.filter(({ status }) => status === 204);
      assert.ok(good.length <= 5 * (1 + seconds) + 1 && good.length >= 1, `${good.length} of 40 in ${seconds} s`);
      for (const answer of answers) {
        if (answer.status === 204) assertSuccess('PutMetadata', answer);
        else assertError('the sixth in a second', answer, 'ThrottlingException');
      }
      covered('PutMetadata', 'error');
      await eventually(5000, 'the next second', async () =>
        (await caller.call('PutMetadata', { channelArn, metadata: 'later' })).status === 204);
      assert.ok(!server.output().includes('burst 1'), 'metadata is in no log');
    });

    await t.test('StopStream, and the end of the session', async () => {
      await valid(client, 'StopStream', { channelArn });
      await within(10_000, publisher.exited, 'the end of ffmpeg', publisher.output);
      await eventually(10_000, 'the end', async () =>
        (await caller.call('GetStream', { channelArn })).status === 404, server.output);
      for (const name of ['GetStream', 'StopStream']) {
        assertError(name, await caller.call(name, { channelArn }), 'ChannelNotBroadcasting');
        covered(name, 'error');
      }
      const { streamSession } = await eventually(10_000, 'the time of the end', async () => {
        const answer = await caller.get('GetStreamSession', { channelArn });
        return answer.streamSession.endTime && answer;
      });
      assert.equal(streamSession.streamId, stream.streamId);
      assert.ok(Date.parse(streamSession.endTime) >= Date.parse(streamSession.startTime), `${streamSession.startTime} to ${streamSession.endTime}`);
      const names = streamSession.truncatedEvents.map(({ name }) => name);
      assert.ok(names.includes('Session Ended') && names.includes('Stream End'), `${names}`);
      assert.deepEqual((await caller.get('ListStreams')).streams, []);
    });

    await t.test('a second broadcast is a session of its own; channels change between them', async () => {
      const { channel: changed } = await caller.get('UpdateChannel', { arn: channelArn, name: 'second', recordingConfigurationArn: '' });
      assert.equal(changed.name, 'second');
      const again = publishWithFfmpeg(t, `${server.rtmp}/app/${streamKey.value}`, source({ seconds: 120, size, gop: 1 }));
      const next = await eventually(20_000, 'the second stream', async () => {
        const answer = await caller.call('GetStream', { channelArn });
        return answer.status === 200 && answer.body.stream;
      }, again.output);
      assert.notEqual(next.streamId, stream.streamId);
      const { streamSessions } = await valid(client, 'ListStreamSessions', { channelArn });
      assert.deepEqual(streamSessions.map(({ streamId }) => streamId), [next.streamId, stream.streamId], 'newest first');
      assert.equal(streamSessions[1].hasErrorEvent, false);
      const pages = [];
      for (let nextToken; pages.length < 3;) {
        const page = await caller.get('ListStreamSessions', { channelArn, maxResults: 1, nextToken });
        pages.push(page.streamSessions[0].streamId);
        nextToken = page.nextToken;
        if (nextToken === undefined) break;
      }
      assert.deepEqual(pages, [next.streamId, stream.streamId]);
      const old = await caller.get('GetStreamSession', { channelArn, streamId: stream.streamId });
      assert.equal(old.streamSession.channel.name, 'on-air', 'sessions keep the channel as it was');
      const latest = await caller.get('GetStreamSession', { channelArn });
      assert.equal(latest.streamSession.channel.name, 'second');
      again.child.kill('SIGTERM');
      await eventually(15_000, 'the end of it', async () =>
        (await caller.call('GetStream', { channelArn })).status === 404, server.output);
      await caller.get('DeleteChannel', { arn: channelArn });
      const kept = await caller.get('GetStreamSession', { channelArn, streamId: stream.streamId });
      assert.equal(kept.streamSession.channel.name, 'on-air', 'sessions outlive their channel');
    });
  });
}

test('keys and what is on the air', async (t) => {
  const api = await startApi(t);
  const { server, caller } = api;
  const client = makeClient(t, server);
  const { channelArn, streamKey, publisher, channel } = await goLive(t, api, { containerFormat: 'TS' });

  await t.test('a viewer is counted', async () => {
    const variant = await waitLive(channel.playbackUrl);
    assert.ok(variant);
    const counted = await eventually(20_000, 'the viewer', async () => {
      const playlist = (await get(channel.playbackUrl)).text().split('\n').find((line) => line && !line.startsWith('#'));
      await get(new URL(playlist, channel.playbackUrl).href);
      const { stream } = await caller.get('GetStream', { channelArn });
      return stream.viewerCount >= 1 && stream;
    });
    assert.ok(counted.viewerCount >= 1);
  });

  await t.test('an ad break is written, one at a time', async () => {
    const ads = kinds.ads;
    const arn = ads.of(await caller.get(ads.make, ads.input()));
    const { channel: withAds, streamKey: key } = await caller.get('CreateChannel', { insecureIngest: true, adConfigurationArn: arn });
    publishWithFfmpeg(t, `${server.rtmp}/app/${key.value}`, source({ seconds: 120, size, gop: 1 }));
    await waitLive(withAds.playbackUrl);
    const { adBreakId } = await valid(client, 'InsertAdBreak', { channelArn: withAds.arn, durationSeconds: 300 });
    assert.match(adBreakId, /^[A-Za-z0-9]{12}$/);
    for (const durationSeconds of [1, 30]) {
      assertError('a second break', await caller.call('InsertAdBreak', { channelArn: withAds.arn, durationSeconds }), 'ConflictException');
      covered('InsertAdBreak', 'error');
    }
    await eventually(10_000, 'the marker in the playlist', async () => {
      const playlist = (await get(withAds.playbackUrl)).text().split('\n').find((line) => line && !line.startsWith('#'));
      return (await get(new URL(playlist, withAds.playbackUrl).href)).text().includes(adBreakId);
    }, server.output);
    await caller.get('StopStream', { channelArn: withAds.arn });
  });

  await t.test('a deleted key lets no one in; the new one does', async () => {
    await caller.get('DeleteStreamKey', { arn: streamKey.arn });
    await caller.get('StopStream', { channelArn });
    await within(10_000, publisher.exited, 'the end of ffmpeg', publisher.output);
    const refused = publishWithFfmpeg(t, `${server.rtmp}/app/${streamKey.value}`, source({ seconds: 60, size, gop: 1 }));
    await within(15_000, refused.exited, 'the refusal', refused.output);
    assertError('GetStream', await caller.call('GetStream', { channelArn }), 'ChannelNotBroadcasting');
    const { streamKey: next } = await caller.get('CreateStreamKey', { channelArn });
    publishWithFfmpeg(t, `${server.rtmp}/app/${next.value}`, source({ seconds: 60, size, gop: 1 }));
    await eventually(20_000, 'the stream of the new key', async () =>
      (await caller.call('GetStream', { channelArn })).status === 200, server.output);
    // Twenty at once: it ends, and whoever comes late is told so.
    const answers = await Promise.all(Array.from({ length: 20 }, () => caller.call('StopStream', { channelArn })));
    const [first, ...others] = answers.sort((a, b) => a.status - b.status);
    assertSuccess('StopStream', first);
    for (const answer of others) {
      if (answer.status === 200) assertSuccess('StopStream', answer);
      else assertError('StopStream', answer, 'ChannelNotBroadcasting');
    }
  });
});

test('what succeeds only on the air succeeded', () => {
  for (const { name } of operations) {
    if (scenarios[name].idle) assert.ok(countOf(name, 'valid') >= 1, name);
  }
});
