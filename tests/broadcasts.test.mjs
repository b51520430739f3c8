// What a viewer's page goes through while broadcasts begin, break, end and begin again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitLive } from './support/hls.mjs';
import { quantile, visit } from './support/player.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';
import { amf, flvTags, kind, publish } from './support/rtmp.mjs';
import { channel, playlistUrl, startServer } from './support/server.mjs';

test('not live yet, live, lost and back, ended, live again: all without reloading', async (t) => {
  const server = await startServer(t);
  const target = `${server.rtmp}/app/${channel.stream_key}`;
  const viewer = await visit(t, `${server.http}/watch/${channel.id}`);
  await viewer.state('waiting');
  await viewer.page.getByRole('heading', { name: 'Not live yet' }).waitFor();

  const first = publishWithFfmpeg(t, target, source({ seconds: 120 }));
  await viewer.state('playing');
  await viewer.until('p.latency < 2');
  first.child.kill('SIGKILL');
  await viewer.until("p.trouble === 'broadcastPaused' || p.state === 'buffering'");
  const before = await viewer.ask('p.video.currentTime');

  const second = publishWithFfmpeg(t, target, source({ seconds: 120 }));
  await viewer.state('playing');
  await viewer.until(`p.video.currentTime > ${before} + 2`);
  second.child.kill('SIGINT');
  await viewer.state('ended');
  await viewer.page.getByRole('heading', { name: 'The broadcast has ended' }).waitFor();

  publishWithFfmpeg(t, target, source({ seconds: 120 }));
  await viewer.state('playing', 25_000);
  await viewer.until('p.latency < 2');
  assert.ok(await viewer.notReloaded());
});

test('a cue is raised at its frame', async (t) => {
  const server = await startServer(t);
  const publisher = await publish(t, `${server.rtmp}/app/${channel.stream_key}`);
  let sent = 0;
  const publishing = (async () => {
    let frame = 0;
    for await (const tag of flvTags(t, source({ seconds: 120 }))) {
      if (publisher.socket.destroyed) return;
      publisher.send(tag.kind, tag.timestamp, tag.body);
      if (tag.kind !== kind.video || tag.body[1] !== 1) continue;
      frame += 1;
      if (frame % 20 === 0) publisher.send(kind.data, tag.timestamp + 400, amf('onTextData', new Map([['text', `cue ${sent++}`]])));
    }
  })();
  publishing.catch(() => {});
  await waitLive(playlistUrl(server), { server });
  const viewer = await visit(t, `${server.http}/watch/${channel.id}`);
  await viewer.page.evaluate(() => {
    window.cues = [];
    document.addEventListener('rostrum-metadata', ({ detail }) => {
      const { video } = document.querySelector('rostrum-player');
      window.cues.push({ text: detail.text, owner: detail.owner, late: video.currentTime - detail.time });
    });
  });
  await viewer.state('playing');
  await viewer.page.waitForFunction(() => window.cues.length >= 14, undefined, { timeout: 25_000 });
  const cues = await viewer.page.evaluate(() => window.cues);
  const numbers = cues.map(({ text }) => Number(/^cue (\d+)$/.exec(text)[1]));
  for (let i = 1; i < numbers.length; i += 1) assert.equal(numbers[i], numbers[i - 1] + 1, `${numbers}`);
  assert.ok(cues.every(({ owner }) => owner === 'inband.metadata.live-video.net'));
  const late = cues.map((cue) => Math.abs(cue.late));
  t.diagnostic(`cues are ${(quantile(late, 0.5) * 1000).toFixed(0)} ms off in the median, ${(Math.max(...late) * 1000).toFixed(0)} ms at worst`);
  assert.ok(quantile(late, 0.5) < 0.034, `${late}`);
  assert.ok(quantile(late, 0.85) < 0.1, `${late}`);
});

/** The same picture as a further track of the connection (Enhanced RTMP, one track a message). */
function asTrack(body, track) {
  const frameType = (body[0] >> 4) & 7;
  const [, packetType] = body; // 0 configuration, 1 picture: the same numbers in both forms
  if (packetType > 1) return undefined;
  return Buffer.concat([Buffer.from([0x80 | (frameType << 4) | 6, packetType]), Buffer.from('avc1'), Buffer.from([track]),
    body.subarray(packetType === 0 ? 5 : 2)]);
}

test('two renditions of one publisher can be chosen between', async (t) => {
  const server = await startServer(t, { channels: [{ ...channel, container_format: 'FRAGMENTED_MP4' }] });
  const publisher = await publish(t, `${server.rtmp}/app/${channel.stream_key}`);
  const forward = async (options, track) => {
    for await (const tag of flvTags(t, source({ seconds: 120, ...options }))) {
      if (publisher.socket.destroyed) return;
      if (track === 0) {
        publisher.send(tag.kind, tag.timestamp, tag.body);
      } else if (tag.kind === kind.video) {
        const body = asTrack(tag.body, track);
        if (body) publisher.send(kind.video, tag.timestamp, body);
      }
    }
  };
  Promise.all([forward({ size: '640x360' }, 0), forward({ size: '320x180', audio: null, bitrate: '200k' }, 1)]).catch(() => {});
  const url = playlistUrl(server);
  let list;
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    list = await waitLive(url, { server });
    if (list.variants.length === 3) break;
  }
  assert.deepEqual(list.variants.map(({ RESOLUTION: size }) => size).sort(), ['320x180', '640x360', undefined], list.text);
  const viewer = await visit(t, `${server.http}/watch/${channel.id}`);
  await viewer.state('playing');
  for (const [name, width] of [['180p', 320], ['360p', 640]]) {
    await viewer.page.mouse.move(600 + width / 10, 400);
    await viewer.page.getByRole('button', { name: /quality and more/i }).click();
    await viewer.page.getByRole('menuitemradio', { name: new RegExp(name) }).click();
    await viewer.until(`p.video.videoWidth === ${width}`, 20_000);
    await viewer.state('playing');
  }
  assert.ok(await viewer.notReloaded());
});
