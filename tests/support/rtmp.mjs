// A small RTMP publisher (Adobe RTMP 1.0), for what no encoder here can be made to send.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { within } from './process.mjs';

export const kind = { audio: 8, video: 9, data: 18 };

/** AMF0: numbers, booleans, strings, null, arrays of pairs as ECMA arrays, and objects. */
export function amf(...values) {
  const text = (string) => {
    const bytes = Buffer.from(string);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const members = (entries) => Buffer.concat([
    ...entries.flatMap(([name, value]) => [text(name), one(value)]), Buffer.from([0, 0, 9])]);
  const one = (value) => {
    if (value === null) return Buffer.from([5]);
    if (typeof value === 'number') {
      const bytes = Buffer.alloc(9);
      bytes.writeDoubleBE(value, 1);
      return bytes;
    }
    if (typeof value === 'boolean') return Buffer.from([1, value ? 1 : 0]);
    if (typeof value === 'string') return Buffer.concat([Buffer.from([2]), text(value)]);
    if (value instanceof Map) {
      const count = Buffer.alloc(5);
      count[0] = 8;
      count.writeUInt32BE(value.size, 1);
      return Buffer.concat([count, members([...value])]);
    }
    return Buffer.concat([Buffer.from([3]), members(Object.entries(value))]);
  };
  return Buffer.concat(values.map(one));
}

/** One message in chunks of `size` bytes. */
export function message(type, timestamp, body, { stream = 1, chunkStream = 4, size = 4096 } = {}) {
  const head = Buffer.alloc(12);
  head[0] = chunkStream;
  head.writeUIntBE(Math.min(timestamp, 0xffffff), 1, 3);
  head.writeUIntBE(body.length, 4, 3);
  head[7] = type;
  head.writeUInt32LE(stream, 8);
  const pieces = [head];
  for (let at = 0; at === 0 || at < body.length; at += size) {
    if (at > 0) pieces.push(Buffer.from([0xc0 | chunkStream]));
    pieces.push(body.subarray(at, at + size));
  }
  return Buffer.concat(pieces);
}

/** Connects and shakes hands; `socket` is ready for messages. */
export async function handshake(t, url) {
  const { protocol, hostname, port } = new URL(url);
  const socket = protocol === 'rtmps:'
    ? connectSecurely({ host: hostname, port: Number(port), rejectUnauthorized: false })
    : connect(Number(port), hostname);
  t?.after(() => socket.destroy());
  socket.on('error', () => {});
  await within(5000, once(socket, protocol === 'rtmps:' ? 'secureConnect' : 'connect'), 'connecting');
  const mine = Buffer.alloc(1537);
  mine[0] = 3;
  socket.write(mine);
  let answer = Buffer.alloc(0);
  await within(5000, new Promise((resolve, reject) => {
    const take = (data) => {
      answer = Buffer.concat([answer, data]);
      if (answer.length < 3073) return;
      socket.off('data', take);
      socket.off('close', reject);
      resolve();
    };
    socket.on('data', take);
    socket.once('close', reject);
  }), 'the handshake');
  socket.write(answer.subarray(1, 1537));
  return { socket, rest: answer.subarray(3073) };
}

/** Publishes to `url` (rtmp://host:port/app/key). Gives `send(kind, milliseconds, body)` and `end()`. */
export async function publish(t, url) {
  const address = new URL(url);
  const [app, ...name] = (address.pathname + address.search).slice(1).split('/');
  const { socket, rest } = await handshake(t, url);
  let heard = rest.toString('latin1');
  socket.on('data', (data) => { heard = (heard + data.toString('latin1')).slice(-8192); });
  const say = (type, body, options) => socket.write(message(type, 0, body, options));
  const hears = (word) => within(5000, new Promise((resolve, reject) => {
    const look = () => {
      if (!heard.includes(word)) return;
      socket.off('data', look);
      resolve();
    };
    socket.on('data', look);
    socket.once('close', () => reject(new Error(`closed before ${word}`)));
    look();
  }), `hearing ${word}`, () => heard.replace(/[^ -~]/g, '.'));

  // Chunks of 4096 bytes from here on.
  say(1, Buffer.from([0, 0, 16, 0]), { stream: 0, chunkStream: 2 });
  say(20, amf('connect', 1, { app, type: 'nonprivate', flashVer: 'FMLE/3.0 (test)', tcUrl: `rtmp://${address.host}/${app}` }), { stream: 0, chunkStream: 3 });
  await hears('NetConnection.Connect.Success');
  say(20, amf('releaseStream', 2, null, name.join('/')), { stream: 0, chunkStream: 3 });
  say(20, amf('FCPublish', 3, null, name.join('/')), { stream: 0, chunkStream: 3 });
  say(20, amf('createStream', 4, null), { stream: 0, chunkStream: 3 });
  await hears('_result');
  say(20, amf('publish', 5, null, name.join('/'), 'live'), { stream: 1, chunkStream: 3 });
  await hears('NetStream.Publish.Start');
  return {
    socket,
    send: (type, timestamp, body) => socket.write(message(type, timestamp, body, { chunkStream: type === kind.data ? 5 : type === kind.video ? 6 : 4 })),
    end: async () => {
      say(20, amf('FCUnpublish', 6, null, name.join('/')), { stream: 0, chunkStream: 3 });
      say(20, amf('deleteStream', 7, null, 1), { stream: 0, chunkStream: 3 });
      socket.end();
      await within(5000, once(socket, 'close'), 'the end of the connection');
    },
  };
}

/** FLV tags that ffmpeg makes of its arguments, as they come: {kind, timestamp, body}. */
export async function* flvTags(t, input) {
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...input, '-flvflags', 'no_duration_filesize', '-flush_packets', '1', '-f', 'flv', '-'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => ffmpeg.kill('SIGKILL'));
  let held = Buffer.alloc(0);
  let started = false;
  for await (const data of ffmpeg.stdout) {
    held = Buffer.concat([held, data]);
    if (!started) {
      if (held.length < 13) continue;
      held = held.subarray(13);
      started = true;
    }
    while (held.length >= 11) {
      const length = held.readUIntBE(1, 3);
      if (held.length < 15 + length) break;
      yield {
        kind: held[0] & 0x1f,
        timestamp: held.readUIntBE(4, 3) + held[7] * 0x1000000,
        body: held.subarray(11, 11 + length),
      };
      held = held.subarray(15 + length);
    }
  }
}
