// Advertising breaks: what playlists say of them, the slate that is shown meanwhile, players that
// go through them.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { goLive, makeChannel, small } from './support/broadcast.mjs';
import { assertShape, startReceiver, subscribe } from './support/events.mjs';
import { follow, get, loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { assertError, makeClient, send } from './support/ivs.mjs';
import { playWithHls } from './support/player.mjs';
import { run } from './support/probe.mjs';
import { eventually } from './support/process.mjs';

const classes = { source: 'live-video-net-stream-source', ad: 'live-video-net-stitched-ad' };
const mediaTailor = 'arn:aws:mediatailor:eu-west-1:123456789012:playbackConfiguration/ads';

/** A live channel with an ad configuration, its events, and where its playlist is. */
async function startWithAds(t, config = {}, input = small()) {
  const receiver = await startReceiver(t);
  const api = await startApi(t, config);
  await subscribe(api.caller, receiver, { pattern: { 'detail-type': ['IVS Ad Break State Change'] } });
  const { adConfiguration } = await api.caller.get('CreateAdConfiguration', {
    mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn: mediaTailor }],
  });
  const made = await makeChannel(api, { name: 'ads', containerFormat: 'TS', adConfigurationArn: adConfiguration.arn });
  const live = await goLive(t, api, made, input);
  const url = live.channel.playbackUrl;
  const media = variantUrl(url, await waitLive(url, { server: api.server }));
  return { ...api, ...live, receiver, url, media, client: makeClient(t, api.server) };
}

const of = (list, name) => list.ranges.filter(({ CLASS }) => CLASS === classes[name]);

/** Ids are what their times say, the ad's with its duration in nanoseconds. */
function assertIds(list) {
  for (const range of of(list, 'source')) {
    assert.equal(range.ID, `source-${Date.parse(range['START-DATE'])}`);
    assert.equal(range['END-ON-NEXT'], 'YES');
  }
  for (const range of of(list, 'ad')) {
    const seconds = Math.floor(Date.parse(range['START-DATE']) / 1000);
    assert.equal(range.ID, `stitched-ad-${seconds}-${Math.round(Number(range.DURATION) * 1e9)}`);
  }
}

test('without a slate the broadcast goes on between the marks', async (t) => {
  const ads = await startWithAds(t);
  const { channelArn, caller, client, media, receiver, stream, server } = ads;
  const { adBreakId } = await send(client, 'InsertAdBreak', { channelArn, durationSeconds: 4 });
  const asked = Date.now();
  for (const durationSeconds of [1, 30]) {
    assertError('a second one', await caller.call('InsertAdBreak', { channelArn, durationSeconds }), 'ConflictException', 409);
  }
  const [event] = await receiver.until('Ad Break Inserted', { details: server.output });
  assertShape(event);
  assert.deepEqual(event.detail, {
    event_name: 'Ad Break Inserted', channel_name: 'ads', stream_id: stream.streamId,
    ad_break_id: adBreakId, duration_seconds: 4, target_start_time: event.detail.target_start_time,
  });
  assert.ok(Math.abs(Date.parse(event.detail.target_start_time) - asked) < 5000, event.detail.target_start_time);

  const during = await follow(media, undefined, 15_000, 'the mark', (list) => of(list, 'ad').length > 0);
  const [ad] = of(during, 'ad');
  assert.deepEqual([ad.DURATION, ad['X-NET-LIVE-VIDEO-AD-AD-BREAK-ID']], ['4.000', adBreakId]);
  const start = Date.parse(ad['START-DATE']);
  assert.ok(during.segments.some(({ date }) => date === start), 'it begins with a segment');
  assert.ok(Math.abs(start - Date.parse(event.detail.target_start_time)) < 3000, 'when it was announced');
  const after = await follow(media, during, 15_000, 'the end', (list) => of(list, 'source').some((range) => Date.parse(range['START-DATE']) >= start));
  const back = of(after, 'source').at(-1);
  assert.deepEqual([Date.parse(back['START-DATE']) - start, back['X-NET-LIVE-VIDEO-STREAM-SOURCE']], [4000, 'live']);
  assertIds(after);
  assert.ok(!after.text.includes('#EXT-X-DISCONTINUITY\n'), 'nothing is put in its place');

  // Another one may follow; the marks of the first one are told by every playlist that has its segments.
  const { adBreakId: next } = await eventually(5000, 'room for another one', async () => {
    const answer = await caller.call('InsertAdBreak', { channelArn, durationSeconds: 1 });
    return answer.status === 200 && answer.body;
  });
  assert.notEqual(next, adBreakId);
  const both = await follow(media, undefined, 15_000, 'the second mark', (list) => of(list, 'ad').length === 2);
  assert.deepEqual(of(both, 'ad').map((range) => range['X-NET-LIVE-VIDEO-AD-AD-BREAK-ID']), [adBreakId, next]);
  assertIds(both);

  // Neither fragmented MP4 nor what is off the air can have one.
  const fmp4Ads = { containerFormat: 'FRAGMENTED_MP4', adConfigurationArn: ads.channel.adConfigurationArn };
  assertError('fMP4 with advertising', await caller.call('CreateChannel', fmp4Ads), 'ValidationException', 400);
  const fmp4 = await goLive(t, ads, await makeChannel(ads, { containerFormat: 'FRAGMENTED_MP4' }));
  assertError('fMP4', await caller.call('InsertAdBreak', { channelArn: fmp4.channelArn, durationSeconds: 1 }), 'ConflictException', 409);
  const idle = await makeChannel(ads);
  assertError('off the air', await caller.call('InsertAdBreak', { channelArn: idle.channelArn, durationSeconds: 1 }), 'ChannelNotBroadcasting', 404);
});

/** A clip of one colour with a tone, of a size of its own. */
async function makeSlate(t, folder) {
  const file = join(folder, 'slate.ts');
  await run(t, 'ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-t', '2', '-i', 'color=c=red:size=480x270:rate=25',
    '-f', 'lavfi', '-t', '2', '-i', 'sine=frequency=880:sample_rate=48000', '-c:v', 'libx264', '-preset', 'ultrafast',
    '-pix_fmt', 'yuv420p', '-g', '25', '-c:a', 'aac', '-ac', '2', file]);
  return file;
}

/** Size and average colour of a segment's last picture. */
async function pictureOf(t, folder, segment) {
  const file = join(folder, 'segment.ts');
  writeFileSync(file, segment);
  const probe = await run(t, 'ffprobe', ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', file]);
  await run(t, 'ffmpeg', ['-v', 'error', '-y', '-i', file, '-vf', 'reverse,scale=1:1,format=rgb24', '-frames:v', '1', '-f', 'rawvideo', `${file}.rgb`]);
  const [size] = probe.output().trim().split('\n').map((line) => line.trim());
  return { size, rgb: [...readFileSync(`${file}.rgb`)] };
}

test('a slate is shown in the break, and the broadcast before and after', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-slate-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const blue = ['-re', '-f', 'lavfi', '-i', 'color=c=blue:size=320x180:rate=30', '-re', '-f', 'lavfi', '-i', 'sine=sample_rate=48000',
    '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '30', '-c:a', 'aac', '-ac', '2'];
  const { channelArn, client, media, url, receiver } = await startWithAds(t, { ads: { slate: await makeSlate(t, folder) } }, blue);
  const page = await playWithHls(t, url);
  const shown = () => page.evaluate(() => {
    const video = document.querySelector('video');
    const canvas = document.createElement('canvas');
    canvas.width = 1;
    canvas.height = 1;
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 1, 1);
    const [red, , blueness] = context.getImageData(0, 0, 1, 1).data;
    return `${video.videoWidth}x${video.videoHeight} ${red > 150 && blueness < 100 ? 'red' : red < 100 && blueness > 150 ? 'blue' : 'other'}`;
  });
  await eventually(15_000, 'the broadcast in the browser', async () => await shown() === '320x180 blue');

  const before = await loadMedia(media);
  const { adBreakId } = await send(client, 'InsertAdBreak', { channelArn, durationSeconds: 5 });
  // What viewers see of the broadcast's playlist is all kept here: the window moves on.
  const segments = new Map();
  const keep = (list) => {
    for (const segment of list.complete) segments.set(segment.msn, segment);
  };
  const during = await follow(media, before, 15_000, 'the mark', (list) => of(list, 'ad').length > 0, keep);
  const start = Date.parse(of(during, 'ad')[0]['START-DATE']);
  assert.equal(of(during, 'source').at(-1)['X-NET-LIVE-VIDEO-STREAM-SOURCE'], adBreakId);
  await eventually(15_000, 'the slate in the browser', async () => await shown() === '480x270 red');
  const after = await follow(media, undefined, 20_000, 'the broadcast again', (list) => {
    const source = of(list, 'source').at(-1);
    return source?.['X-NET-LIVE-VIDEO-STREAM-SOURCE'] === 'live' && Date.parse(source['START-DATE']) > start
      && list.complete.at(-1).date >= Date.parse(source['START-DATE']);
  }, keep);
  assertIds(after);
  const end = Date.parse(of(after, 'source').at(-1)['START-DATE']);
  assert.ok(end - start >= 4900 && end - start < 7000, `the break took ${end - start} ms`);
  await eventually(15_000, 'the broadcast in the browser', async () => await shown() === '320x180 blue');
  const errors = await page.evaluate(() => window.events);
  assert.deepEqual(errors.filter(({ fatal }) => fatal), [], JSON.stringify(errors));

  // Segment by segment: the picture is the one that the marks promise, with a break at each change.
  const seen = [...segments.values()].filter(({ date, msn }) => date !== undefined && msn >= before.complete.at(-1).msn);
  const kinds = [];
  // All at once: they leave the window while they are looked at.
  const answers = await Promise.all(seen.map(({ uri }) => get(new URL(uri, media).href)));
  for (const [i, segment] of seen.entries()) {
    const answer = answers[i];
    assert.equal(answer.status, 200, segment.uri);
    const { size, rgb } = await pictureOf(t, folder, answer.body);
    const isSlate = segment.date >= start && segment.date < end;
    assert.equal(size.replace(/,$/, ''), isSlate ? '480,270' : '320,180', segment.uri);
    assert.ok(isSlate ? rgb[0] > 150 && rgb[2] < 100 : rgb[2] > 150 && rgb[0] < 100, `${segment.uri}: ${rgb}`);
    if (kinds.length > 0) assert.equal(segment.discontinuity, isSlate !== kinds.at(-1), segment.uri);
    kinds.push(isSlate);
  }
  assert.ok(kinds[0] === false && kinds.at(-1) === false && kinds.filter(Boolean).length >= 2, `${kinds}`);
  assert.equal(receiver.names().length, 1);
});
