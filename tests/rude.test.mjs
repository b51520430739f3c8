// Clients that behave badly, while a viewer watches and must not notice.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { after, before, test } from 'node:test';
import { follow, get, loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { eventually, within } from './support/process.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';
import { amf, handshake, message } from './support/rtmp.mjs';
import { channel, playlistUrl, startServer } from './support/server.mjs';
import { watch } from './support/watcher.mjs';

const mebibyte = 1 << 20;
const ends = [];
const suite = { after: (end) => ends.push(end) };
let server;
let media;
let viewer;
let calm; // memory before anyone was rude

const address = (url) => ({ host: '127.0.0.1', port: Number(new URL(url.replace(/^[a-z]+:/, 'http:')).port) });
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) * 1024;
const metric = async (name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec((await get(`${server.http}/metrics`)).text())?.[1] ?? NaN);

before(async () => {
  server = await startServer(suite, {
    channels: [channel],
    http: { request_timeout: '2s', slow_reader_timeout: '2s' },
    ingest: { handshake_timeout: '2s' },
    live: { segment_duration: '1s' },
    log: { level: 'error' },
  });
  publishWithFfmpeg(suite, `${server.rtmp}/app/${channel.stream_key}`,
    source({ seconds: 300, gop: 1, bitrate: '2500k', size: '640x360' }));
  const url = playlistUrl(server);
  media = variantUrl(url, await waitLive(url, { server }));
  await follow(media, undefined, 20_000, 'a full window', ({ complete }) => complete.length >= 10);
  viewer = await watch(suite, media);
  calm = memory();
});
after(async () => {
  for (const end of ends.reverse()) await end();
});

/** A connection whose errors nobody wants to hear. */
function open(target, options = {}) {
  const socket = connect({ ...target, ...options });
  socket.on('error', () => {});
  return socket;
}
const closed = (socket) => (socket.closed ? undefined : once(socket, 'close').catch(() => {}));

/** A test during which the viewer gets every part in time and memory stays in bounds. */
function rude(name, { peak = 128, milliseconds = 25_000 } = {}, action) {
  test(name, async (t) => {
    let most = 0;
    const looking = setInterval(() => { most = Math.max(most, memory()); }, 50);
    const { worst, parts, result } = await viewer.undisturbed(async () => within(milliseconds, action(t), name))
      .finally(() => clearInterval(looking));
    assert.ok(parts >= 3);
    assert.ok(worst < 300, `a part came ${worst} ms late`);
    assert.ok(most < calm + peak * mebibyte, `${(most - calm) / mebibyte} MiB more memory meanwhile`);
    await eventually(10_000, 'the memory back', () => memory() < calm + 64 * mebibyte,
      () => `${(memory() - calm) / mebibyte} MiB more`);
    t.diagnostic(`worst part ${worst.toFixed(0)} ms late, ${((most - calm) / mebibyte).toFixed(1)} MiB at most, `
      + `${((memory() - calm) / mebibyte).toFixed(1)} MiB after${result ? `, ${result}` : ''}`);
  });
}

rude('readers that do not read are closed', { peak: 160 }, async () => {
  const list = await loadMedia(media);
  const before = await metric('rostrum_http_slow_readers_total');
  const line = list.complete.map(({ uri }) => `GET ${new URL(uri, media).pathname} HTTP/1.1\r\nHost: a\r\n\r\n`).join('').repeat(4);
  const sockets = Array.from({ length: 40 }, () => {
    const socket = open(address(server.http));
    socket.pause();
    socket.write(line);
    return socket;
  });
  await eventually(15_000, 'closing them', async () => (await metric('rostrum_http_slow_readers_total')) - before >= sockets.length);
  for (const socket of sockets) socket.destroy();
});

rude('requests that never end are cut off', {}, async () => {
  const starts = ['G', 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ', 'PRI * HTTP/2.0\r\n', ''];
  const sockets = Array.from({ length: 200 }, (_, i) => {
    const socket = open(address(server.http)).resume();
    socket.write(starts[i % starts.length]);
    return socket;
  });
  await within(10_000, Promise.all(sockets.map(closed)), 'closing them');
});

rude('a request sent byte by byte has no more time than another', {}, async () => {
  const socket = open(address(server.http)).resume();
  const drip = setInterval(() => socket.write('X'), 100);
  socket.write('GET /');
  await within(8000, closed(socket), 'closing it').finally(() => clearInterval(drip));
});

rude('headers without end are refused', {}, async () => {
  const sockets = Array.from({ length: 50 }, () => {
    const socket = open(address(server.http));
    let text = '';
    socket.setEncoding('latin1').on('data', (data) => { text += data; });
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${`X-Flood: ${'a'.repeat(1000)}\r\n`.repeat(1000)}`);
    return closed(socket)?.then(() => text);
  });
  for (const text of await within(10_000, Promise.all(sockets), 'closing them')) {
    assert.match(text || 'HTTP/1.1 431', /^HTTP\/1\.1 4(31|00|13|14)/);
  }
});

rude('a flood of wrong keys', { peak: 96 }, async () => {
  const knock = async () => {
    const { socket } = await handshake(undefined, `${server.rtmp}/app/x`);
    let heard = '';
    socket.setEncoding('latin1').on('data', (data) => { heard += data; });
    const say = (body, stream = 0) => socket.write(message(20, 0, body, { stream, chunkStream: 3, size: 128 }));
    say(amf('connect', 1, { app: 'app', tcUrl: 'rtmp://a/app' }));
    say(amf('createStream', 2, null));
    say(amf('publish', 3, null, 'sk_local_wrong-key', 'live'), 1);
    await within(5000, closed(socket) ?? Promise.resolve(), 'the refusal');
    return heard.includes('NetStream.Publish.BadName');
  };
  const told = [];
  for (let batch = 0; batch < 10; batch += 1) told.push(...await Promise.all(Array.from({ length: 50 }, knock)));
  assert.equal(told.filter(Boolean).length, 500, 'each is told why');
});

rude('handshakes that stop half way', {}, async () => {
  const pieces = [Buffer.alloc(0), Buffer.from([3]), randomBytes(700), Buffer.concat([Buffer.from([3]), randomBytes(1536)])];
  pieces[2][0] = 3;
  const sockets = Array.from({ length: 400 }, (_, i) => {
    const socket = open(address(i % 2 ? server.rtmp : server.rtmps)).resume();
    socket.write(pieces[i % pieces.length]);
    return socket;
  });
  await within(12_000, Promise.all(sockets.map(closed)), 'closing them');
});

rude('large messages before publishing', { peak: 64 }, async () => {
  const body = Buffer.alloc(16 * mebibyte - 1);
  await Promise.all(Array.from({ length: 10 }, async (_, i) => {
    const { socket } = await handshake(undefined, `${server.rtmp}/app/x`);
    socket.resume();
    socket.write(message(i % 2 ? 20 : 9, 0, body, { stream: 0, size: 128 }));
    await within(10_000, closed(socket) ?? Promise.resolve(), 'closing it');
  }));
});

rude('garbage on every port', {}, async () => {
  await Promise.all([server.http, server.https, server.rtmp, server.rtmps].flatMap((url) => Array.from({ length: 20 }, async (_, i) => {
    const socket = open(address(url)).resume();
    socket.write(randomBytes(1 + 3000 * i));
    await within(10_000, closed(socket) ?? Promise.resolve(), `closing ${url}`);
  })));
  await Promise.all([server.https, server.rtmps].map(async (url) => {
    const socket = connectSecurely({ ...address(url), rejectUnauthorized: false });
    socket.on('error', () => {});
    await within(5000, once(socket, 'secureConnect'), 'TLS');
    socket.resume().write(randomBytes(5000));
    await within(10_000, closed(socket) ?? Promise.resolve(), `closing ${url}`);
  }));
  const udp = createSocket('udp4');
  const { port } = address(server.srt);
  for (let i = 0; i < 2000; i += 1) {
    await new Promise((resolve) => { udp.send(randomBytes(1 + (i % 1400)), port, '127.0.0.1', resolve); });
  }
  udp.close();
});

rude('streams that are reset as soon as they are opened', {}, async () => {
  const session = http2.connect(server.http);
  session.on('error', () => {});
  await once(session, 'connect');
  const path = new URL(media).pathname;
  for (let i = 0; i < 10_000 && !session.destroyed && !session.closed; i += 1) {
    const stream = session.request({ ':path': path });
    stream.on('error', () => {});
    stream.close(http2.constants.NGHTTP2_CANCEL);
    if (i % 100 === 99) await new Promise(setImmediate);
  }
  session.destroy();
  assert.equal((await get(`${server.http}/healthz`)).status, 200);
});

rude('parked reloads that are given up', {}, async () => {
  for (let round = 0; round < 5; round += 1) {
    const { next } = await loadMedia(media);
    const path = new URL(media).pathname;
    const sockets = Array.from({ length: 300 }, () => {
      const socket = open(address(server.http));
      socket.write(`GET ${path}?_HLS_msn=${next.msn + 2} HTTP/1.1\r\nHost: a\r\n\r\n`);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect').catch(() => {})));
    for (const socket of sockets) socket.destroy();
  }
  await eventually(5000, 'their end', async () => (await metric('rostrum_http_connections')) < 20);
});

rude('ten thousand idle connections', { peak: 256, milliseconds: 40_000 }, async () => {
  const start = memory();
  const sockets = [];
  const count = 10_000;
  while (sockets.length < count) {
    const batch = Array.from({ length: 500 }, (_, i) => open(address(server.http), { localAddress: `127.0.0.${2 + ((sockets.length + i) % 200)}` }));
    sockets.push(...batch);
    await Promise.all(batch.map(async (socket) => {
      await once(socket, 'connect');
      socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(socket, 'data');
    }));
  }
  assert.ok(await metric('rostrum_http_connections') >= count);
  const each = (memory() - start) / count;
  assert.ok(each < 16 * 1024, `${each} bytes a connection`);
  for (const socket of sockets) socket.destroy();
  await eventually(10_000, 'their end', async () => (await metric('rostrum_http_connections')) < 20);
  return `${(each / 1024).toFixed(1)} KiB a connection`;
});

test('connections that never publish are bounded, and keep no publisher out', async (t) => {
  const other = await startServer(t, { channels: [channel], limits: { max_publishers: 10 }, ingest: { handshake_timeout: '2s' } });
  const sockets = Array.from({ length: 100 }, () => open(address(other.rtmp)).resume());
  const started = Date.now();
  const ages = await Promise.all(sockets.map(async (socket) => {
    await within(8000, closed(socket) ?? Promise.resolve(), 'closing them all');
    return Date.now() - started;
  }));
  assert.ok(ages.filter((age) => age < 1000).length >= 60, `closed after ${ages}`);
  publishWithFfmpeg(t, `${other.rtmp}/app/${channel.stream_key}`, source({ seconds: 60 }));
  await waitLive(playlistUrl(other), { server: other });
});
