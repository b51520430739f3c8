// What viewers fetch: playlists and media over HTTP/1.1 and HTTP/2, to the letter.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  follow, get, loadMedia, parseMedia, parseMultivariant, variantUrl, waitLive,
} from './support/hls.mjs';
import { decode } from './support/probe.mjs';
import { freePort, start, within } from './support/process.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';
import { channel, playlistUrl, startFixed, startServer } from './support/server.mjs';

const partSeconds = 0.2;
const containers = ['fmp4', 'ts'];
const playlistType = 'application/vnd.apple.mpegurl';
const forEver = 'public, max-age=31536000, immutable';
const briefly = 'public, max-age=1';

// One broadcast for all tests: segments of a second, so that the window fills soon.
let server;
let master;
const media = {}; // media playlist by container
const ends = [];
const suite = { after: (end) => ends.push(end) };
before(async () => {
  server = await startServer(suite, { channels: [channel], live: { segment_duration: '1s' } });
  publishWithFfmpeg(suite, `${server.rtmp}/app/${channel.stream_key}`, source({ seconds: 300, gop: 1, bframes: 2 }));
  master = playlistUrl(server);
  for (const container of containers) {
    const url = `${master}?container=${container}`;
    media[container] = variantUrl(url, await waitLive(url, { server }));
  }
  await follow(media.fmp4, undefined, 15_000, 'a full window', ({ complete }) => complete.length >= 8);
});
after(async () => {
  for (const end of ends.reverse()) await end();
});

const at = (uri, container) => new URL(uri, media[container]).href;

test('the multivariant playlist tells what there is, and the time', async () => {
  const answer = await get(master);
  const list = parseMultivariant(answer.text());
  assert.equal(answer.headers['content-type'], playlistType);
  const [video, audio] = list.variants;
  assert.equal(list.variants.length, 2);
  assert.match(video.CODECS, /^avc1\.4D40[0-9A-F]{2},mp4a\.40\.2$/);
  assert.equal(video.RESOLUTION, '320x180');
  assert.equal(video['FRAME-RATE'], '30.000');
  assert.equal(video.VIDEO, '180p30');
  assert.ok(Number(video.BANDWIDTH) > 400_000 && Number(video.BANDWIDTH) < 3_000_000, video.BANDWIDTH);
  assert.equal(audio.CODECS, 'mp4a.40.2');
  assert.equal(audio.RESOLUTION, undefined);
  assert.ok(list.media.some(({ TYPE, 'GROUP-ID': id, NAME }) => TYPE === 'VIDEO' && id === '180p30' && NAME === '180p30'));
  assert.ok(Math.abs(Number(list.session['SERVER-TIME']) * 1000 - Date.now()) < 1000, list.text);
});

test('the bandwidth that is told holds every segment', async () => {
  // RFC 8216bis section 4.4.6.2: the peak of any segment, once there is something to measure.
  const [variant] = (await waitLive(master)).variants;
  const list = await loadMedia(media.fmp4);
  for (const segment of list.complete) {
    const { body } = await get(at(segment.uri, 'fmp4'));
    const rate = (body.length * 8) / segment.duration;
    assert.ok(rate <= Number(variant.BANDWIDTH) * 1.1, `${rate} bit/s in ${segment.uri}, told ${variant.BANDWIDTH}`);
  }
});

for (const container of containers) {
  test(`all that is listed can be fetched, and parts make up their segment (${container})`, async () => {
    const { variants } = await waitLive(`${master}?container=${container}`);
    for (const { uri: variant, RESOLUTION: resolution } of variants) {
      const url = new URL(variant, master).href;
      const list = await loadMedia(url);
      const type = container === 'ts' ? 'video/mp2t' : resolution ? 'video/iso.segment' : 'audio/mp4';
      const load = async (uri, expected = type) => {
        const answer = await get(new URL(uri, url).href);
        assert.equal(answer.status, 200, uri);
        assert.equal(answer.headers['content-type'], expected, uri);
        assert.equal(answer.headers['cache-control'], forEver, uri);
        assert.equal(answer.headers['access-control-allow-origin'], '*', uri);
        assert.equal(Number(answer.headers['content-length']), answer.body.length, uri);
        assert.ok(answer.headers.etag, uri);
        return answer.body;
      };
      if (container === 'fmp4') await load(list.segments[0].map, resolution ? 'video/mp4' : 'audio/mp4');
      for (const segment of list.complete) {
        const whole = await load(segment.uri);
        assert.ok(whole.length > 0);
        const parts = [];
        for (const { uri } of segment.parts) parts.push(await load(uri));
        if (parts.length > 0) assert.ok(Buffer.concat(parts).equals(whole), segment.uri);
        const sum = segment.parts.reduce((total, { duration }) => total + duration, 0);
        if (parts.length > 0) assert.ok(Math.abs(sum - segment.duration) < 0.001, list.text);
        assert.ok(Math.round(segment.duration) <= list.target, list.text);
        for (const { duration } of segment.parts) assert.ok(duration <= list.partTarget + 1e-6, list.text);
        // RFC 8216bis section 4.4.4.9: all but the last are at least 85 % of the target.
        for (const { duration } of segment.parts.slice(0, -1)) assert.ok(duration >= 0.85 * list.partTarget, list.text);
      }
      assert.ok(list.complete.length >= 6, list.text);
    }
  });

  test(`ffmpeg decodes the live stream without an error (${container})`, async (t) => {
    // Its newest three segments and on, as a live player would.
    const { video, audio, complaints } = await decode(t, `${master}?container=${container}`,
      { options: ['-read_intervals', '%+4'] });
    assert.equal(complaints, '');
    assert.ok(video.length >= 110, `${video.length} frames`);
    for (let i = 1; i < video.length; i += 1) {
      assert.ok(Math.abs(video[i].time - video[i - 1].time - 1 / 30) < 0.002, `frame ${i}`);
    }
    assert.ok(Math.abs(video[0].time - audio[0].time) < 0.1, `${video[0].time} and ${audio[0].time}`);
  });

  test(`a blocking reload comes with the next part, not earlier and not later (${container})`, async () => {
    let list = await loadMedia(media[container]);
    list = await loadMedia(media[container], list.next); // from here on in step with the parts
    const waits = [];
    const started = performance.now();
    for (let i = 0; i < 20; i += 1) {
      const asked = list.next;
      list = await loadMedia(media[container], asked);
      waits.push(list.ms);
      const found = list.segments.find(({ msn }) => msn === asked.msn);
      assert.ok(found && found.parts.length > asked.part, `${JSON.stringify(asked)}\n${list.text}`);
    }
    const mean = (performance.now() - started) / 20;
    waits.sort((a, b) => a - b);
    assert.ok(Math.abs(mean - partSeconds * 1000) < 25, `a part every ${mean} ms`);
    assert.ok(waits[17] < partSeconds * 1000 + 50, `${waits}`);
    assert.ok(waits[19] < partSeconds * 1000 + 300, `${waits}`);
  });

  test(`the preload hint comes true (${container})`, async () => {
    for (let i = 0; i < 8; i += 1) {
      const list = await loadMedia(media[container]);
      const [hinted, reloaded] = await Promise.all([
        get(at(list.hint, container)), loadMedia(media[container], list.next)]);
      assert.equal(hinted.status, 200);
      assert.ok(hinted.ms < partSeconds * 1000 + 300, `${hinted.ms} ms`);
      assert.equal(hinted.headers['cache-control'], forEver);
      const listed = reloaded.segments.flatMap(({ parts }) => parts).find(({ uri }) => uri === list.hint);
      assert.ok(listed, `${list.hint}\n${reloaded.text}`);
      const again = await get(at(list.hint, container));
      assert.ok(again.body.equals(hinted.body));
    }
  });

  test(`a prefetched segment is sent while it is being made, the one after it is held (${container})`, async () => {
    const list = await follow(media[container], undefined, 5000, 'the beginning of a segment',
      ({ segments }) => !segments.at(-1).uri && segments.at(-1).parts.length === 1);
    assert.equal(list.prefetch.length, 2, list.text);
    const [now, next] = await Promise.all(list.prefetch.map((uri) => get(at(uri, container))));
    for (const answer of [now, next]) {
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-length'], undefined);
      assert.equal(answer.headers['cache-control'], forEver);
      const first = answer.chunks[0].at;
      const last = answer.chunks.at(-1).at;
      assert.ok(last - first > 500, `everything came within ${last - first} ms`);
    }
    assert.ok(now.chunks[0].at < 150, `${now.chunks[0].at} ms to the first byte`);
    assert.ok(next.chunks[0].at > 600, 'the next one has not begun');
    for (const [i, answer] of [now, next].entries()) {
      const whole = await get(at(list.prefetch[i], container));
      assert.ok(whole.body.equals(answer.body), list.prefetch[i]);
    }
  });
}

test('playlists are consistent from one to the next, and the clock is right', async () => {
  let before;
  const check = (list) => {
    if (before) {
      assert.ok(list.mediaSequence >= before.mediaSequence);
      for (const segment of list.complete) {
        const old = before.complete.find(({ msn }) => msn === segment.msn);
        if (!old) continue;
        assert.deepEqual([old.uri, old.duration, old.date], [segment.uri, segment.duration, segment.date]);
      }
    }
    for (let i = 1; i < list.segments.length; i += 1) {
      const step = list.segments[i].date - list.segments[i - 1].date;
      assert.ok(Math.abs(step - list.segments[i - 1].duration * 1000) <= 2, list.text);
    }
    before = list;
  };
  const list = await follow(media.fmp4, await loadMedia(media.fmp4), 10_000, 'three more segments',
    ({ segments }) => segments.at(-1).msn >= (before?.first ?? Infinity), (now) => {
      const { first = now.segments.at(-1).msn + 3 } = before ?? {};
      check(now);
      before.first = first;
    });
  const last = list.segments.at(-1);
  const edge = last.date + 1000 * last.parts.reduce((sum, { duration }) => sum + duration, 0);
  assert.ok(Math.abs(Date.now() - edge) < 1500, `the live edge is ${Date.now() - edge} ms old`);
});

test('renditions run in step, and report of each other', async () => {
  const { variants } = await waitLive(`${master}?container=fmp4`);
  assert.equal(variants.length, 2);
  const [video, audio] = variants.map(({ uri }) => new URL(uri, master).href);
  const list = await loadMedia(video);
  assert.equal(list.reports.length, 1, list.text);
  const report = list.reports[0];
  assert.equal(new URL(report.URI, video).pathname, new URL(audio).pathname);
  const other = await loadMedia(audio, { msn: Number(report['LAST-MSN']), part: Number(report['LAST-PART']) });
  assert.ok(other.ms < 100, 'what is reported is there');
  for (const segment of list.complete) {
    const same = other.complete.find(({ msn }) => msn === segment.msn);
    // Sound ends a segment with the first of its parts that ends with the pictures or after.
    if (same) assert.ok(Math.abs(same.duration - segment.duration) < partSeconds, `${segment.duration} ${same.duration}`);
  }
});

test('delta updates leave out what is old, and nothing else', async () => {
  for (const directives of [{}, { blocking: true }]) {
    const full = await loadMedia(media.fmp4);
    assert.equal(full.control['CAN-SKIP-UNTIL'], `${(6 * full.target).toFixed(1)}`);
    const delta = await loadMedia(media.fmp4, { ...(directives.blocking && full.next), skip: true });
    assert.ok(delta.skipped > 0, delta.text);
    assert.match(delta.text, /^#EXT-X-VERSION:(9|1\d)$/m);
    const skipped = full.segments.filter(({ msn }) => msn < delta.segments[0].msn);
    assert.equal(delta.mediaSequence + delta.skipped, delta.segments[0].msn);
    assert.ok(skipped.length > 0 && delta.text.length < full.text.length);
    for (const segment of delta.complete) {
      const same = full.complete.find(({ msn }) => msn === segment.msn);
      if (same) assert.equal(same.uri, segment.uri);
    }
    const newest = delta.complete.reduce((sum, { duration }) => sum + duration, 0);
    assert.ok(newest >= 6 * full.target, 'what may not be skipped is there');
  }
});

test('HEAD answers as GET does, without a body', async () => {
  const list = await loadMedia(media.fmp4);
  const urls = [master, media.fmp4, media.ts, at(list.complete[0].uri, 'fmp4'), at(list.segments[0].map, 'fmp4'),
    at(list.complete.at(-1).parts[0].uri, 'fmp4'), `${server.http}/healthz`, `${server.http}/nothing`];
  for (const url of urls) {
    const [head, whole] = [await get(url, { method: 'HEAD' }), await get(url)];
    assert.equal(head.status, whole.status, url);
    assert.equal(head.body.length, 0, url);
    for (const name of ['content-type', 'cache-control', 'etag', 'access-control-allow-origin', 'accept-ranges']) {
      assert.equal(head.headers[name], whole.headers[name], `${name} of ${url}`);
    }
    if (!url.includes('m3u8')) assert.equal(head.headers['content-length'], whole.headers['content-length'], url);
  }
});

test('ranges of media', async () => {
  const list = await loadMedia(media.fmp4);
  const url = at(list.complete.at(-2).uri, 'fmp4');
  const { body, headers } = await get(url);
  const size = body.length;
  assert.equal(headers['accept-ranges'], 'bytes');
  const rows = [
    ['bytes=0-99', 206, [0, 100]], ['bytes=100-', 206, [100, size]], ['bytes=-50', 206, [size - 50, size]],
    [`bytes=${size - 1}-${size + 1000}`, 206, [size - 1, size]], [`bytes=${size}-`, 416], ['bytes=-0', 416],
    ['bytes=5-2', 200, [0, size]], ['lines=1-2', 200, [0, size]], ['bytes=x', 200, [0, size]],
  ];
  for (const [range, status, [from, to] = []] of rows) {
    const answer = await get(url, { headers: { range } });
    assert.equal(answer.status, status, range);
    if (status === 206) assert.equal(answer.headers['content-range'], `bytes ${from}-${to - 1}/${size}`, range);
    if (status === 416) assert.equal(answer.headers['content-range'], `bytes */${size}`, range);
    else assert.ok(answer.body.equals(body.subarray(from, to)), range);
  }
  const fresh = await get(url, { headers: { range: 'bytes=0-9', 'if-range': headers.etag } });
  assert.equal(fresh.status, 206);
  const stale = await get(url, { headers: { range: 'bytes=0-9', 'if-range': '"other"' } });
  assert.equal(stale.status, 200);
});

test('what a cache has already is not sent again', async () => {
  const list = await loadMedia(media.ts);
  const part = at(list.complete.at(-1).parts[1].uri, 'ts');
  for (const url of [part, at(list.complete[0].uri, 'ts')]) {
    const { headers } = await get(url);
    for (const match of [headers.etag, `W/${headers.etag}`, `"other", ${headers.etag}`, '*']) {
      const answer = await get(url, { headers: { 'if-none-match': match } });
      assert.equal(answer.status, 304, match);
      assert.equal(answer.body.length, 0);
      assert.equal(answer.headers.etag, headers.etag);
      assert.equal(answer.headers['cache-control'], forEver);
    }
    assert.equal((await get(url, { headers: { 'if-none-match': '"other"' } })).status, 200);
  }
  // The same bytes have another name in the other container.
  const [a, b] = await Promise.all(containers.map((container) => get(media[container].replace('index.m3u8', `seg-${list.complete[0].msn}.${container === 'ts' ? 'ts' : 'm4s'}`))));
  assert.notEqual(a.headers.etag, b.headers.etag);
});

test('playlists are compressed for who takes that', async () => {
  const list = await loadMedia(media.fmp4);
  for (const [accept, coded] of [['gzip', true], ['br, gzip;q=0.5', true], ['gzip;q=0', false], ['identity', false], ['*', true]]) {
    for (const url of [media.fmp4, `${media.fmp4}?_HLS_msn=${list.segments.at(-1).msn + 1}&_HLS_part=0`]) {
      const answer = await get(url, { headers: { 'accept-encoding': accept } });
      assert.equal(answer.headers['content-encoding'], coded ? 'gzip' : undefined, accept);
      assert.match(answer.headers.vary, /accept-encoding/i);
      parseMedia((coded ? gunzipSync(answer.body) : answer.body).toString());
    }
  }
  const segment = await get(at(list.complete[0].uri, 'fmp4'), { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(segment.headers['content-encoding'], undefined, 'media are not compressed');
});

test('every kind of answer says how long it may be kept', async () => {
  const list = await loadMedia(media.fmp4);
  const directives = `_HLS_msn=${list.complete.at(-1).msn}`;
  const rows = [
    [master, 200, briefly], [media.fmp4, 200, briefly], [media.ts, 200, briefly],
    [`${media.fmp4}?${directives}`, 200, `public, max-age=${6 * list.target}`],
    [at(list.complete[0].uri, 'fmp4'), 200, forEver], [at(list.segments[0].map, 'fmp4'), 200, forEver],
    [at('seg-1.m4s', 'fmp4'), 404, briefly], [playlistUrl(server, 'NoSuchChanne'), 404, briefly],
    [`${media.fmp4}?_HLS_msn=x`, 400, 'no-store'],
    [`${server.http}/healthz`, 200, 'no-store'], [`${server.http}/metrics`, 200, 'no-store'],
    [`${server.http}/api/rostrum/v1/channels`, 200, 'no-store'],
  ];
  for (const [url, status, expected] of rows) {
    const answer = await get(url);
    assert.equal(answer.status, status, url);
    assert.equal(answer.headers['cache-control'], expected, url);
  }
});

test('pages of any origin may read everything', async () => {
  const list = await loadMedia(media.fmp4);
  const headers = { origin: 'https://example.org' };
  for (const url of [master, media.fmp4, at(list.complete[0].uri, 'fmp4'), at('seg-1.m4s', 'fmp4'), `${media.fmp4}?_HLS_msn=x`,
    playlistUrl(server, 'NoSuchChanne')]) {
    const answer = await get(url, { headers });
    assert.equal(answer.headers['access-control-allow-origin'], '*', url);
    const preflight = await get(url, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'GET', 'access-control-request-headers': 'range, x-any' },
    });
    assert.ok([200, 204].includes(preflight.status), `${preflight.status}`);
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    assert.match(preflight.headers['access-control-allow-methods'], /GET/);
    assert.match(preflight.headers['access-control-allow-headers'], /\*|range/i);
    assert.ok(Number(preflight.headers['access-control-max-age']) > 0);
  }
});

test('the container is chosen by the query; others are refused', async () => {
  for (const container of containers) {
    const { variants } = parseMultivariant((await get(`${master}?a=b&container=${container}&z=`)).text());
    for (const { uri } of variants) assert.ok(uri.includes(`/${container}/`), uri);
  }
  const [{ uri }] = parseMultivariant((await get(master)).text()).variants;
  assert.ok(uri.includes('/ts/'), 'TS is the default');
  assert.equal((await get(`${master}?container=webm`)).status, 400);
});

test('an unknown channel is told in the form that players read', async () => {
  for (const url of [playlistUrl(server, 'NoSuchChanne'), `${server.http}/api/video/v1/s/-/NoSuchChanne/v0/ts/index.m3u8`]) {
    const answer = await get(url);
    assert.equal(answer.status, 404);
    assert.match(answer.headers['content-type'], /^application\/json/);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    const body = JSON.parse(answer.text());
    assert.ok(Array.isArray(body) && body.length === 1, answer.text());
    assert.equal(body[0].error_code, 'not_found');
    assert.equal(typeof body[0].error, 'string');
    assert.equal(body[0].url, new URL(url).pathname);
  }
});

test('directives out of reach are refused at once', async () => {
  const { next } = await loadMedia(media.ts);
  const rows = [`_HLS_msn=${next.msn + 4}`, `_HLS_msn=${next.msn}&_HLS_part=1000`, '_HLS_part=1', '_HLS_msn=-1',
    '_HLS_msn=99999999999999999999999', `_HLS_msn=${next.msn}&_HLS_part=x`, '_HLS_msn='];
  for (const query of rows) {
    const answer = await get(`${media.ts}?${query}`);
    assert.equal(answer.status, 400, query);
    assert.ok(answer.ms < 500, `${query}: ${answer.ms} ms`);
  }
  const old = await loadMedia(media.ts, { msn: 1, part: 3 });
  assert.ok(old.ms < 500, 'the past is there already');
});

test('hostile addresses get an answer and do no harm', async () => {
  const { port } = new URL(server.http);
  const paths = ['/../../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc%2fpasswd', '/assets/../../../etc/passwd',
    '//etc/passwd', '/%00', '/api/video/v1/%00.m3u8', '/api/video/v1/', '/api/video/v1/s', '/api/video/v1/s/-/////',
    '/api/video/v1/s/-/TestChannel1/v0/fmp4/../../../../../etc/passwd', '/api/video/v1/s/-/TestChannel1/v0/fmp4/seg-01.m4s',
    '/api/video/v1/s/-/TestChannel1/v0/fmp4/seg-18446744073709551616.m4s', '/api/video/v1/s/-/TestChannel1/v0/fmp4/part-1-4294967296.m4s',
    '/api/video/v1/s/-/TestChannel1/v0/fmp4/init-99999999999.mp4', '/api/video/v1/s/-/TestChannel1/v0/mkv/index.m3u8',
    '/api/video/v1/s/other/TestChannel1/v0/ts/index.m3u8', '/api/video/v1/s/-/TestChannel1/nothing/ts/index.m3u8',
    '/api/video/v1/.channel..m3u8', `/api/video/v1/${'a'.repeat(3000)}.m3u8`, `/${'%41'.repeat(2000)}`, '/%', '/%zz',
    '/api/rostrum/v1/channels/../../x', '/api/rostrum/v1/channels/%2e%2e', '/\u00e4', '/ /', 'http://other/healthz2', '*', 'no-slash'];
  for (const path of paths) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1'));
    let text = '';
    socket.setEncoding('latin1').on('data', (data) => { text += data; });
    await within(5000, once(socket, 'close'), path);
    assert.match(text, /^HTTP\/1\.1 (4\d\d|505) /, `${path}\n${text.slice(0, 200)}`);
    assert.ok(!text.includes('root:'), path);
  }
  assert.equal((await get(`${server.http}/healthz`)).status, 200);
});

test('only reading is allowed', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const answer = await get(master, { method });
    assert.equal(answer.status, 405, method);
    assert.match(answer.headers.allow, /GET/);
  }
});

function http2Get(session, path, headers = {}) {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ...headers });
    const pieces = [];
    let head;
    const started = performance.now();
    stream.on('response', (response) => { head = response; });
    stream.on('data', (data) => pieces.push(data));
    stream.on('error', reject);
    stream.on('end', () => resolve({ status: head[':status'], headers: head, body: Buffer.concat(pieces), ms: performance.now() - started }));
  });
}

for (const [name, base] of [['over TLS', () => server.https], ['with prior knowledge', () => server.http]]) {
  test(`HTTP/2 ${name}: many requests and parked reloads in one connection`, async () => {
    const session = http2.connect(base(), { rejectUnauthorized: false });
    await within(5000, once(session, 'connect'), 'connecting');
    if (name === 'over TLS') assert.equal(session.socket.alpnProtocol ?? session.alpnProtocol, 'h2');
    const path = new URL(media.fmp4).pathname;
    let list = parseMedia((await http2Get(session, path)).body.toString());
    for (let round = 0; round < 6; round += 1) {
      const [reload, hinted, ...segments] = await within(10_000, Promise.all([
        http2Get(session, `${path}?_HLS_msn=${list.next.msn}&_HLS_part=${list.next.part}`),
        http2Get(session, new URL(list.hint, media.fmp4).pathname),
        ...list.complete.map(({ uri }) => http2Get(session, new URL(uri, media.fmp4).pathname)),
      ]), 'a round');
      for (const answer of [reload, hinted, ...segments]) assert.equal(answer.status, 200);
      list = parseMedia(reload.body.toString());
    }
    const prefetch = await http2Get(session, new URL(list.prefetch[0], media.fmp4).pathname);
    const over1 = await get(new URL(list.prefetch[0], media.fmp4).href);
    assert.ok(prefetch.body.equals(over1.body), 'the same bytes over both');
    assert.equal((await http2Get(session, path, { ':method': 'HEAD' })).body.length, 0);
    assert.equal((await http2Get(session, '/nothing')).status, 404);
    const cancelled = session.request({ ':path': `${path}?_HLS_msn=${list.next.msn + 1}` });
    cancelled.on('error', () => {});
    cancelled.close(http2.constants.NGHTTP2_CANCEL);
    assert.equal((await http2Get(session, '/healthz')).status, 200);
    session.close();
    await within(5000, once(session, 'close'), 'closing');
  });
}

test('HTTPS serves HTTP/1.1 with TLS 1.2 and 1.3, and nothing older', async () => {
  for (const [version, works] of [['TLSv1.3', true], ['TLSv1.2', true], ['TLSv1.1', false]]) {
    const run = await new Promise((resolve) => {
      const child = start(undefined, 'curl', ['-sk', '--http1.1', `--tlsv${version.slice(4)}`, '--tls-max', version.slice(4),
        '--ciphers', 'DEFAULT@SECLEVEL=0', '-o', '/dev/null', '-w', '%{http_code} %{http_version}', `${server.https}/healthz`]);
      child.closed.then(({ code }) => resolve({ code, text: child.output() }));
    });
    if (works) assert.equal(run.text, '200 1.1', version);
    else assert.notEqual(run.code, 0, `${version} is accepted`);
  }
});

test('one connection carries many requests, also sent ahead', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set();
  agent.on('free', (socket) => ports.add(socket.localPort));
  for (let i = 0; i < 20; i += 1) assert.equal((await get(media.fmp4, { agent })).status, 200);
  agent.destroy();
  assert.equal(ports.size, 1);

  const socket = connect(Number(new URL(server.http).port), '127.0.0.1');
  const { pathname } = new URL(media.fmp4);
  const { next } = await loadMedia(media.fmp4);
  const line = (path, last) => `GET ${path} HTTP/1.1\r\nHost: a\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
  let text = '';
  socket.setEncoding('latin1').on('data', (data) => { text += data; });
  socket.write(line(`${pathname}?_HLS_msn=${next.msn + 1}`) + line('/healthz') + line('/nothing', true));
  await within(8000, once(socket, 'close'), 'three answers');
  assert.deepEqual([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status), ['200', '200', '404']);
});

const hasIpv6 = Object.values(networkInterfaces()).flat().some(({ address }) => address === '::1');
test('IPv6 and IPv4 on one port', { skip: !hasIpv6 && 'no IPv6 here' }, async (t) => {
  const port = await freePort();
  const other = await startFixed(t, { http: { listen: `[::]:${port}` }, rtmp: { listen: '[::1]:0' }, channels: [channel] }, port);
  for (const host of ['[::1]', '127.0.0.1']) {
    assert.equal((await get(`http://${host}:${port}/healthz`)).status, 200, host);
    assert.equal((await get(`http://${host}:${port}/api/video/v1/local.000000000000.channel.${channel.id}.m3u8`)).status, 404, host);
  }
  const info = JSON.parse((await get(`http://[::1]:${port}/api/rostrum/v1/server`)).text());
  assert.match(info.ingest.rtmp, /^rtmp:\/\/\[::1\]:\d+\/app$/);
  const publisher = publishWithFfmpeg(t, `${info.ingest.rtmp}/${channel.stream_key}`, source({ seconds: 60 }));
  await waitLive(`http://[::1]:${port}/api/video/v1/local.000000000000.channel.${channel.id}.m3u8`, { server: other })
    .catch((error) => { throw new Error(`${error.message}\n${publisher.output()}`); });
});

test('the same bytes whoever asks: a player per container for some seconds', async () => {
  const players = containers.map(async (container) => {
    const seen = new Map();
    let list = await loadMedia(media[container]);
    const end = Date.now() + 4000;
    while (Date.now() < end) {
      const { hint } = list;
      const part = await get(at(hint, container));
      assert.equal(part.status, 200, hint);
      seen.set(hint, part.body);
      list = await loadMedia(media[container], list.next);
    }
    for (const [uri, body] of seen) assert.ok((await get(at(uri, container))).body.equals(body), uri);
    assert.ok(seen.size >= 16, `${seen.size} parts in 4 s`);
  });
  await Promise.all(players);
});
