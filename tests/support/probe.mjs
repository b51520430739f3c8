// What ffprobe and ffmpeg make of our output.
import assert from 'node:assert/strict';
import { start, within } from './process.mjs';

/**
 * Every frame of an address or file, decoded by ffprobe: `streams`, `video` and `audio` (lists of
 * frames with `time`), and `complaints` (what it wrote as errors).
 */
export async function decode(t, input, { milliseconds = 30_000, options = [] } = {}) {
  const probe = start(t, 'ffprobe', ['-v', 'error', ...options, '-of', 'json', '-show_streams',
    '-show_entries', 'frame=media_type,stream_index,pts_time,key_frame,width,height,pict_type', '-show_frames', input]);
  let json = '';
  let complaints = '';
  probe.child.stdout.on('data', (data) => { json += data; });
  probe.child.stderr.on('data', (data) => { complaints += data; });
  const { code } = await within(milliseconds, probe.closed, `ffprobe ${input}`, () => complaints);
  assert.equal(code, 0, `${input}\n${complaints}`);
  const { streams = [], frames = [] } = JSON.parse(json);
  const of = (kind) => frames.filter((frame) => frame.media_type === kind)
    .map((frame) => ({ ...frame, time: Number(frame.pts_time) }));
  return { streams, video: of('video'), audio: of('audio'), complaints: complaints.trim() };
}

/** The packets of one stream ("v:0", "a:0", "d:0"): time, decoding time, duration, flags, size. */
export async function packets(t, input, stream) {
  const probe = start(t, 'ffprobe', ['-v', 'error', '-of', 'json', '-select_streams', stream,
    '-show_packets', input]);
  let json = '';
  probe.child.stdout.on('data', (data) => { json += data; });
  await within(30_000, probe.closed, `ffprobe ${input}`, probe.output);
  return JSON.parse(json).packets ?? [];
}

/** Runs a program to its end. */
export async function run(t, command, args, { milliseconds = 30_000, ...options } = {}) {
  const child = start(t, command, args, options);
  const { code } = await within(milliseconds, child.closed, `${command}`, child.output);
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${child.output()}`);
  return child;
}
