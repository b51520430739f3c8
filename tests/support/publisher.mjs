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

/** Frames in a second of a rate as ffmpeg writes it: "25", "30000/1001". */
export function framesPerSecond(rate) {
  const [frames, seconds = 1] = `${rate}`.split('/').map(Number);
  return frames / seconds;
}

/** `seconds` of pictures and sound of a given form, in real time; `audio` null for none. */
export function source({
  seconds = 6, fps = 30, gop = 2, size = '320x180', bframes = 0, video = 'libx264', audio = 'aac',
  rate = 48000, channels = 2, bitrate = '400k',
} = {}) {
  const frames = Math.round(gop * framesPerSecond(fps));
  const input = ['-re', '-f', 'lavfi', '-t', `${seconds}`, '-i', `testsrc2=size=${size}:rate=${fps}`];
  if (audio) input.push('-re', '-f', 'lavfi', '-t', `${seconds}`, '-i', `sine=frequency=440:sample_rate=${rate}`);
  input.push('-pix_fmt', 'yuv420p', '-c:v', video, '-b:v', bitrate, '-g', `${frames}`);
  if (video === 'libx264') {
    input.push('-preset', 'ultrafast', '-bf', `${bframes}`, '-keyint_min', `${frames}`, '-sc_threshold', '0');
    if (bframes > 0) input.push('-x264-params', 'b-adapt=0');
  } else {
    input.push('-preset', 'ultrafast', '-x265-params',
      `log-level=none:keyint=${frames}:min-keyint=${frames}:scenecut=0:bframes=${bframes}:pools=1`);
  }
  if (audio) input.push('-c:a', audio, '-b:a', '96k', '-ac', `${channels}`);
  return input;
}
