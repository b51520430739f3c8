// Publishers: ffmpeg with pictures of its own, and our test card.
import { rostrumAv, start } from './process.mjs';

/** Pictures and sound that ffmpeg makes, in real time. */
export const generated = ({ size = '640x360', fps = 30, bitrate = '800k', gop = fps } = {}) => [
  '-re', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${fps}`,
  '-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000',
  '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p',
  '-g', `${gop}`, '-keyint_min', `${gop}`, '-sc_threshold', '0',
  '-b:v', bitrate, '-maxrate', bitrate, '-bufsize', bitrate,
  '-c:a', 'aac', '-b:a', '96k', '-ac', '2',
];

/** ffmpeg publishing `input` (its arguments) to an RTMP, RTMPS or SRT address. */
export function publishWithFfmpeg(t, url, input = generated(), { format } = {}) {
  const container = format ?? (url.startsWith('srt:') ? 'mpegts' : 'flv');
  return start(t, 'ffmpeg',
    ['-hide_banner', '-loglevel', 'warning', '-nostdin', ...input, '-f', container, url]);
}

/** Our test card, whose frames tell their time; the key is handed over on standard input. */
export function publishTestCard(t, url, { size = '640x360', fps = 30, bitrate = '800k' } = {}) {
  const card = start(t, rostrumAv,
    ['testcard', '--url', '-', '--size', size, '--fps', `${fps}`, '--bitrate', bitrate]);
  card.child.stdin.write(`${url}\n`);
  return card;
}
