// The life of channels that are made by the API: published to at once, changed, stopped, deleted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { goLive, isOver, makeChannel, small, streamOf } from './support/broadcast.mjs';
import { get, loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { assertError } from './support/ivs.mjs';
import { eventually, within } from './support/process.mjs';
import { publishWithFfmpeg } from './support/publisher.mjs';
import { publish } from './support/rtmp.mjs';

/** ffmpeg is refused: it ends by itself, with an error. */
async function refused(t, url, input = small({ seconds: 20 })) {
  const publisher = publishWithFfmpeg(t, url, input);
  const { code } = await within(20_000, publisher.closed, 'the refusal', publisher.output);
  assert.notEqual(code, 0, publisher.output());
}

test('the life of a channel', { concurrency: true }, async (t) => {
  const api = await startApi(t, { live: { reconnect_window: '2s' } });
  const { server, caller } = api;
  await Promise.all([
    t.test('it takes a publisher as soon as it was made', async (t) => {
      const all = [];
      for (let i = 0; i < 5; i += 1) {
        const { url, channelArn } = await makeChannel(api);
        const made = performance.now();
        const publisher = await publish(t, url); // resolves once publishing is allowed
        all.push(performance.now() - made);
        await publisher.end();
        assert.equal(await streamOf(caller, channelArn), undefined);
      }
      // What else runs on this machine may hold one of them up.
      assert.ok(Math.min(...all) < 1000 && Math.max(...all) < 4000, `${all} ms`);
    }),

    t.test('a key that was replaced lets no one in, the new one does', async (t) => {
      const made = await makeChannel(api);
      await caller.get('DeleteStreamKey', { arn: made.streamKey.arn });
      await refused(t, made.url);
      const { streamKey } = await caller.get('CreateStreamKey', { channelArn: made.channelArn });
      assert.notEqual(streamKey.value, made.streamKey.value);
      await refused(t, made.url);
      await goLive(t, api, { ...made, url: `${server.rtmp}/app/${streamKey.value}` });
      for (const key of [made.streamKey.value, streamKey.value]) assert.ok(!server.output().includes(key), 'no key is in the log');
    }),

    t.test('stopped streams end for viewers, too; their publishers may come back', async (t) => {
      const made = await makeChannel(api);
      const live = await goLive(t, api, made);
      const url = live.channel.playbackUrl;
      const media = variantUrl(url, await waitLive(url, { server }));
      await caller.get('StopStream', { channelArn: made.channelArn });
      await within(5000, live.publisher.closed, 'the end of ffmpeg', live.publisher.output);
      await eventually(5000, 'the end of the playlist', async () => (await loadMedia(media)).ended);
      assertError('stopped already', await caller.call('StopStream', { channelArn: made.channelArn }), 'ChannelNotBroadcasting', 404);
      const again = await goLive(t, api, made);
      assert.notEqual(again.stream.streamId, live.stream.streamId);
    }),

    t.test('a deleted channel can be neither published to nor watched', async (t) => {
      const made = await makeChannel(api);
      const live = await goLive(t, api, made);
      const url = live.channel.playbackUrl;
      await waitLive(url, { server });
      assertError('while it is live', await caller.call('DeleteChannel', { arn: made.channelArn }), 'ConflictException', 409);
      await caller.get('StopStream', { channelArn: made.channelArn });
      await isOver(api, made.channelArn);
      await live.publisher.exited;
      await caller.get('DeleteChannel', { arn: made.channelArn });
      await eventually(5000, 'nothing to watch', async () => (await get(url)).status === 404);
      await refused(t, made.url);
      assertError('it', await caller.call('GetChannel', { arn: made.channelArn }), 'ResourceNotFoundException', 404);
      assertError('its key', await caller.call('GetStreamKey', { arn: made.streamKey.arn }), 'ResourceNotFoundException', 404);
    }),

    t.test('what is changed between broadcasts holds from the next one on', async (t) => {
      const made = await makeChannel(api, { containerFormat: 'TS', latencyMode: 'LOW' });
      const url = made.channel.playbackUrl;
      const one = async () => {
        const { publisher } = await goLive(t, api, made);
        // For a moment the one before may still be offered.
        const list = await eventually(15_000, 'a segment', async () => {
          const now = await loadMedia(variantUrl(url, await waitLive(url, { server })));
          return now.complete.length > 0 && !now.ended && now;
        });
        assertError('while it is live', await caller.call('UpdateChannel', { arn: made.channelArn, latencyMode: 'NORMAL' }), 'ConflictException', 409);
        publisher.child.kill('SIGINT');
        await publisher.exited;
        await isOver(api, made.channelArn);
        return { uri: list.complete[0].uri, parts: list.segments.some(({ parts }) => parts.length > 0), control: list.control };
      };
      const before = await one();
      assert.match(before.uri, /\.ts$/);
      assert.ok(before.parts && before.control['CAN-BLOCK-RELOAD'] === 'YES');
      await caller.get('UpdateChannel', { arn: made.channelArn, containerFormat: 'FRAGMENTED_MP4', latencyMode: 'NORMAL' });
      const after = await one();
      assert.match(after.uri, /\.m4s$/);
      assert.ok(!after.parts, 'whole segments only');
      await caller.get('UpdateChannel', { arn: made.channelArn, insecureIngest: false });
      await refused(t, made.url);
      const { streamKey } = made;
      const secure = publishWithFfmpeg(t, `${server.rtmps}/app/${streamKey.value}`, small());
      await eventually(15_000, 'the encrypted stream', () => streamOf(caller, made.channelArn), secure.output);
    }),

    t.test('SRT wants the passphrase of the channel', async (t) => {
      const { channel, streamKey, channelArn } = await makeChannel(api, { insecureIngest: false });
      const { endpoint, passphrase } = channel.srt;
      assert.match(endpoint, /^srt:\/\//);
      assert.ok(passphrase.length >= 10 && passphrase.length <= 79, 'a passphrase that SRT takes');
      const at = (phrase) => `${server.srt}?streamid=${streamKey.value}&pbkeylen=32${phrase ? `&passphrase=${phrase}` : ''}`;
      await Promise.all([refused(t, at()), refused(t, at('not-the-passphrase'))]);
      assert.equal(await streamOf(caller, channelArn), undefined);
      const right = publishWithFfmpeg(t, at(passphrase), small());
      await eventually(20_000, 'the stream', () => streamOf(caller, channelArn), () => right.output() + server.output());
      assert.equal(new URL(endpoint.replace('srt:', 'http:')).port, new URL(server.srt.replace('srt:', 'http:')).port);
      assert.ok(!server.output().includes(passphrase), 'the passphrase is in no log');
    }),

    t.test('viewers are counted within 15 s and forgotten within 60', async (t) => {
      const made = await makeChannel(api);
      await goLive(t, api, made);
      const url = made.channel.playbackUrl;
      const medias = [variantUrl(url, await waitLive(url, { server }))];
      const count = async () => (await streamOf(caller, made.channelArn)).viewerCount;
      assert.equal(await count(), 0);
      const began = performance.now();
      // Two programs at one address are two viewers.
      const programs = ['one/1.0', 'two/2.0'];
      const watch = () => Promise.all(programs.map((agent) => get(medias[0], { headers: { 'user-agent': agent } })));
      await eventually(15_000, 'both viewers', async () => {
        await watch();
        return await count() === 2;
      });
      const seen = performance.now();
      const { streams } = await caller.get('ListStreams');
      assert.equal(streams.find(({ channelArn }) => channelArn === made.channelArn).viewerCount, 2);
      await eventually(60_000 - (performance.now() - seen), 'nobody', async () => await count() === 0);
      t.diagnostic(`counted after ${Math.round(seen - began)} ms, gone after ${Math.round(performance.now() - seen)} ms`);
    }),

    t.test('broadcasts back to back are sessions of their own, newest first', async (t) => {
      const made = await makeChannel(api, { name: 'daily' });
      const ids = [];
      for (let i = 0; i < 4; i += 1) {
        const { publisher, stream } = await goLive(t, api, made);
        await waitLive(made.channel.playbackUrl, { server });
        ids.unshift(stream.streamId);
        publisher.child.kill('SIGINT');
        await publisher.exited;
        await isOver(api, made.channelArn);
      }
      assert.equal(new Set(ids).size, 4);
      const { streamSessions } = await caller.get('ListStreamSessions', { channelArn: made.channelArn });
      assert.deepEqual(streamSessions.map(({ streamId }) => streamId), ids);
      for (const { startTime, endTime, hasErrorEvent } of streamSessions) {
        assert.ok(Date.parse(endTime) >= Date.parse(startTime) && hasErrorEvent === false);
      }
      const oldest = await caller.get('GetStreamSession', { channelArn: made.channelArn, streamId: ids.at(-1) });
      assert.equal(oldest.streamSession.ingestConfiguration.video.videoWidth, 320);
      assert.equal(oldest.streamSession.channel.name, 'daily');
      assertError('one that never was', await caller.call('GetStreamSession', { channelArn: made.channelArn, streamId: `st-${'A'.repeat(23)}` }),
        'ResourceNotFoundException', 404);
    }),
  ]);
});
