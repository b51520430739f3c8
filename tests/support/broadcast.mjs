// Channels made by the API, and ffmpeg publishing to them.
import { eventually } from './process.mjs';
import { publishWithFfmpeg, source } from './publisher.mjs';

/** Small pictures, a keyframe each second. */
export const small = (options = {}) => source({ seconds: 120, size: '320x180', gop: 1, ...options });

/** A channel that takes plain RTMP: {channel, streamKey, channelArn, url}. */
export async function makeChannel({ server, caller }, input = {}) {
  const { channel, streamKey } = await caller.get('CreateChannel', { insecureIngest: true, ...input });
  return { channel, streamKey, channelArn: channel.arn, url: `${server.rtmp}/app/${streamKey.value}` };
}

/** Whether the API says that the channel is live: its stream. */
export async function streamOf(caller, channelArn) {
  const answer = await caller.call('GetStream', { channelArn });
  return answer.status === 200 ? answer.body.stream : undefined;
}

/** Publishes to what makeChannel gave until it is live; gives the publisher and the stream. */
export async function goLive(t, { server, caller }, made, input = small()) {
  const publisher = publishWithFfmpeg(t, made.url, input);
  const stream = await eventually(20_000, 'the stream', () => streamOf(caller, made.channelArn),
    () => publisher.output() + server.output());
  return { ...made, publisher, stream };
}

/** Resolves when the channel is not live any more. */
export const isOver = ({ server, caller }, channelArn, milliseconds = 15_000) => eventually(
  milliseconds, 'the end of the stream', async () => await streamOf(caller, channelArn) === undefined, server.output);
