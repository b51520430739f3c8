// Publishing as encoders do it: ffmpeg and GStreamer over RTMP, RTMPS and SRT.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { follow, loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { decode } from './support/probe.mjs';
import { eventually, repository, start, within } from './support/process.mjs';
import { framesPerSecond, publishWithFfmpeg, source } from './support/publisher.mjs';
import { assertNoSecrets, channel, keyOf, makeChannel, playlistUrl, startServer } from './support/server.mjs';

const passphrase = 'a-long-passphrase';

// What is sent, and what must come out. Every broadcast ends by itself; its playlist then holds all
// of it, and is compared frame by frame.
const formats = [
  { id: 'Baseline0001', about: 'H.264 without B-frames, AAC', codecs: /^avc1\.42[0-9A-F]{4},mp4a\.40\.2$/ },
  { id: 'BFrames00001', about: 'H.264 with B-frames, AAC', bframes: 3, codecs: /^avc1\.(4D|64)[0-9A-F]{4},mp4a\.40\.2$/ },
  { id: 'Cinema240000', about: '24 fps, 44.1 kHz mono', fps: '24', rate: 44100, channels: 1 },
  { id: 'Europe250000', about: '25 fps, GOP 1 s, 44.1 kHz stereo', fps: '25', gop: 1, rate: 44100 },
  { id: 'Ntsc29970000', about: '29.97 fps, GOP 4 s, mono', fps: '30000/1001', gop: 4, channels: 1, seconds: 9 },
  { id: 'Fast50000000', about: '50 fps with B-frames', fps: '50', bframes: 2 },
  { id: 'Fast60000000', about: '60 fps, GOP 10 s', fps: '60', gop: 10, seconds: 11 },
  { id: 'VideoOnly001', about: 'video only', audio: null, codecs: /^avc1\.[0-9A-F]{6}$/ },
  { id: 'Mp3Audio0001', about: 'MP3 audio', audio: 'libmp3lame', rate: 44100, codecs: /^avc1\.[0-9A-F]{6},(mp3|mp4a\.40\.34|mp4a\.6B|mp4a\.69)$/i },
  { id: 'Secure000001', about: 'RTMPS', protocol: 'rtmps', insecure: false },
  { id: 'SrtPlain0001', about: 'SRT without passphrase', protocol: 'srt' },
  { id: 'SrtSecret001', about: 'SRT with passphrase', protocol: 'srt', insecure: false, passphrase },
  { id: 'SrtBFrames01', about: 'SRT, B-frames, 29.97 fps', protocol: 'srt', bframes: 2, fps: '30000/1001' },
  { id: 'SrtHevc00001', about: 'SRT, HEVC', protocol: 'srt', video: 'libx265', codecs: /^hvc1\.[0-9A-FL.]+,mp4a\.40\.2$/ },
  { id: 'SrtVideo0001', about: 'SRT, video only', protocol: 'srt', audio: null, codecs: /^avc1\.[0-9A-F]{6}$/ },
];

function publishUrl(server, format) {
  const key = keyOf(format.id);
  if (format.protocol !== 'srt') return `${server[format.protocol ?? 'rtmp']}/app/${key}`;
  return `${server.srt}?streamid=${key}${format.passphrase ? `&passphrase=${format.passphrase}` : ''}`;
}

function assertSteady(frames, step, what, tolerance = 0.002) {
  for (let i = 1; i < frames.length; i += 1) {
    const gap = frames[i].time - frames[i - 1].time;
    assert.ok(Math.abs(gap - step) < tolerance, `${what}: frame ${i} is ${gap} s after the one before`);
  }
}

test('formats and protocols come out whole, in both containers', { concurrency: 5 }, async (t) => {
  const channels = formats.map((format) => makeChannel(format.id, {
    insecure_ingest: format.insecure ?? true, ...(format.passphrase && { passphrase: format.passphrase }),
  }));
  // SRT has no word for the end of a broadcast: it is over when nobody has come back.
  const server = await startServer(t, { channels, live: { reconnect_window: '4s', window: '20s' } });
  await Promise.all(formats.map((format) => t.test(format.about, async (t) => {
    const { fps = '30', seconds = 6, audio = 'aac', rate = 48000, gop = 2 } = format;
    const perSecond = framesPerSecond(fps);
    const publisher = publishWithFfmpeg(t, publishUrl(server, format), source(format));
    const url = playlistUrl(server, format.id);
    const multivariant = await waitLive(url, { server, milliseconds: 20_000 });
    const [variant] = multivariant.variants;
    assert.equal(variant.RESOLUTION, '320x180');
    assert.ok(Math.abs(Number(variant['FRAME-RATE']) - perSecond) < 0.01, variant['FRAME-RATE']);
    if (format.codecs) assert.match(variant.CODECS, format.codecs);
    assert.equal(multivariant.media.some(({ 'GROUP-ID': group }) => group === 'audio_only'), audio !== null);
    const { code } = await within(40_000, publisher.closed, 'publishing', publisher.output);
    assert.equal(code, 0, publisher.output());

    for (const container of ['fmp4', 'ts']) {
      const master = `${url}?container=${container}`;
      const media = variantUrl(master, await waitLive(master));
      const list = await eventually(15_000, 'the end', async () => {
        const now = await loadMedia(media);
        return now.ended && now;
      });
      if (container === 'fmp4' && list.complete[0].parts.length > 0) {
        assert.ok(list.complete[0].parts[0].independent, list.text);
      }
      for (const segment of list.complete.slice(0, -1)) {
        // A group of pictures longer than the target is cut in between: the playlist may not say
        // a longer segment than it has announced.
        assert.ok(gop > 2 || Math.abs(segment.duration - 2) < 0.05, `${segment.duration} s`);
      }
      for (const { duration } of list.complete) assert.ok(Math.round(duration) <= list.target, list.text);
      const { video, audio: sound, complaints } = await decode(t, media);
      assert.equal(complaints, '', `${format.about}, ${container}`);
      const frames = Math.round(seconds * perSecond);
      // ffmpeg closes SRT without waiting for what is still on its way.
      const lost = format.protocol === 'srt' ? 0.6 : 0;
      assert.ok(video.length <= frames && video.length >= frames - lost * perSecond,
        `${format.about}, ${container}: ${video.length} of ${frames} frames`);
      assertSteady(video.slice(0, Math.ceil(frames - lost * perSecond)), 1 / perSecond, `${format.about}, ${container}`);
      assert.ok(video[0].key_frame, 'the first picture can be decoded');
      if (audio === null) {
        assert.equal(sound.length, 0);
        continue;
      }
      const samples = audio === 'aac' ? 1024 : 1152;
      assertSteady(lost ? sound.filter(({ time }) => time < sound[0].time + seconds - lost) : sound, samples / rate, `${format.about}, ${container}, sound`);
      const length = (sound.length * samples) / rate;
      assert.ok(Math.abs(length - seconds) < 0.15 + lost, `${length} s of sound`);
      assert.ok(Math.abs(sound[0].time - video[0].time) < 0.1,
        `sound starts ${sound[0].time - video[0].time} s after the picture`);
    }
  })));
  assertNoSecrets(server, channels);
});

const street = `${repository}../shared/media/street-720p30.mp4`;
test('real footage is passed through as it is', { skip: !existsSync(street) && 'no footage here' }, async (t) => {
  const server = await startServer(t, { channels: [channel] });
  const publisher = publishWithFfmpeg(t, `${server.rtmp}/app/${channel.stream_key}`,
    ['-re', '-t', '8', '-i', street, '-c', 'copy']);
  const url = `${playlistUrl(server)}?container=fmp4`;
  const media = variantUrl(url, await waitLive(url, { server }));
  const { code } = await within(30_000, publisher.closed, 'publishing', publisher.output);
  assert.equal(code, 0, publisher.output());
  await eventually(5000, 'the end', async () => (await loadMedia(media)).ended);
  const out = await decode(t, media);
  const original = await decode(t, street, { options: ['-read_intervals', '%+8'] });
  assert.equal(out.complaints, '');
  assert.ok(Math.abs(out.video.length - original.video.length) <= 2,
    `${out.video.length} of ${original.video.length} frames`);
});

const gstreamer = spawnSync('gst-launch-1.0', ['--version']).status === 0;
for (const [name, plugin, sink] of [
  ['RTMP', 'rtmp2sink', (server) => ['flvmux', 'name=mux', 'streamable=true', '!', 'rtmp2sink',
    `location=${server.rtmp}/app/${channel.stream_key}`]],
  // Without the alignment GStreamer 1.22 takes whole keyframes for headers and drops them.
  ['SRT', 'srtsink', (server) => ['mpegtsmux', 'alignment=7', 'name=mux', '!', 'srtsink', 'mode=caller',
    `uri=${server.srt}?streamid=${channel.stream_key}`, 'wait-for-connection=true']],
]) {
  const skip = (!gstreamer || spawnSync('gst-inspect-1.0', [plugin]).status !== 0) && `no ${plugin} here`;
  test(`GStreamer publishes with ${name}`, { skip }, async (t) => {
    const server = await startServer(t);
    const parser = name === 'RTMP' ? 'video/x-h264,stream-format=avc' : 'video/x-h264,stream-format=byte-stream';
    const pipeline = start(t, 'gst-launch-1.0', ['-e', ...sink(server),
      'videotestsrc', 'is-live=true', '!', 'video/x-raw,format=I420,width=320,height=180,framerate=30/1', '!',
      'x264enc', 'tune=zerolatency', 'speed-preset=ultrafast', 'bitrate=400', 'key-int-max=60', '!',
      'h264parse', 'config-interval=-1', '!', parser, '!', 'queue', '!', 'mux.',
      'audiotestsrc', 'is-live=true', '!', 'audio/x-raw,rate=48000,channels=2', '!',
      'avenc_aac', '!', 'aacparse', '!', 'queue', '!', 'mux.']);
    const url = `${playlistUrl(server)}?container=fmp4`;
    const media = variantUrl(url, await waitLive(url, { server }).catch((error) => {
      throw new Error(`${error.message}\n${pipeline.output()}`);
    }));
    await follow(media, undefined, 15_000, 'two segments', ({ complete }) => complete.length >= 2);
    pipeline.child.kill('SIGINT');
    await within(10_000, pipeline.exited, 'stopping', pipeline.output);
    if (name === 'SRT') return; // it has no word for the end
    await eventually(5000, 'the end', async () => (await loadMedia(media)).ended, server.output);
    const { video, complaints } = await decode(t, media);
    assert.equal(complaints, '');
    // Its muxer stamps by the clock when it is not given the processor in time.
    assertSteady(video, 1 / 30, 'GStreamer', 0.025);
  });
}
