// The wire of the API: bodies that are none, routes that are none, headers, CORS for SDKs in
// browsers, and the shapes of what resources name.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { databases, startApi } from './support/api_server.mjs';
import { openPage } from './support/browser.mjs';
import { get } from './support/hls.mjs';
import { all, assertError, assertSuccess, exchange, makeClient, requestOf, send } from './support/ivs.mjs';

for (const [database, configure] of databases) {
  test(`texts come back as they went, over ${database}`, async (t) => {
    const { caller, world } = await startApi(t, await configure(t));
    const channelArn = await world.shared('channel');
    // No pattern bounds these: a zero byte may be refused, but must not break the server.
    for (const viewerId of ['\0', 'a\0b', '\u{1f600}'.repeat(40), '\'; DROP TABLE channels; --', '\\', '"', '%00', '\ufeff', '\u202e']) {
      const answer = await caller.call('StartViewerSessionRevocation', { channelArn, viewerId });
      if (viewerId.includes('\0') && answer.status !== 200) assertError('a zero byte', answer, 'ValidationException');
      else assertSuccess('StartViewerSessionRevocation', answer, JSON.stringify(viewerId));
    }
    for (const origin of ['https://a\0b.example', 'https://é.example']) {
      const answer = await caller.call('CreatePlaybackRestrictionPolicy', { allowedOrigins: [origin] });
      if (answer.status === 200) await world.drop('policy', answer.body.playbackRestrictionPolicy.arn);
      else assertError(origin, answer, 'ValidationException');
    }
    const { channel } = await caller.get('CreateChannel', { name: 'constructor', tags: { constructor: 'x', toString: 'y' } });
    assert.deepEqual((await caller.get('GetChannel', { arn: channel.arn })).channel, channel);
  });
}

test('the wire', async (t) => {
  const { server, caller, world } = await startApi(t);
  const post = (path, body, headers = {}) => caller.raw({ method: 'POST', path, body, headers });

  await t.test('an operation without members takes an object, or nothing', async () => {
    for (const body of ['{}', '', ' {\n}\t', '{"maxResults":null}', '{"maxResults":1,"maxResults":2}']) {
      assertSuccess('ListChannels', await post('/ListChannels', body), body);
    }
    assertSuccess('ListChannels', await post('/ListChannels', '{}', { 'content-type': 'application/x-amz-json-1.1' }));
  });

  await t.test('bodies that are none', async () => {
    const deep = (count) => `{"a":${'['.repeat(count)}${']'.repeat(count)}}`;
    const bodies = {
      'half an object': '{"maxResults":1', 'two objects': '{}{}', 'a list': '[]', 'a text': '"a"', 'a number': '7',
      null: 'null', 'a comma too many': '{"maxResults":1,}', 'single quotes': "{'maxResults':1}", comments: '{/**/}',
      'not a number': '{"maxResults":NaN}', 'a large number': '{"maxResults":1e999}', 'a very large number': '{"maxResults":18446744073709551616}',
      'a negative number': '{"maxResults":-9223372036854775808}', 'a broken escape': '{"filterByName":"\\x"}',
      'half a surrogate': '{"filterByName":"\\ud800"}', 'a control character': '{"filterByName":"a\u0001"}', html: '<html>',
      'far too deep': deep(20_000), XML: '<?xml version="1.0"?>',
      'broken UTF-8': Buffer.from([0x7b, 0x22, 0x66, 0x69, 0x6c, 0x74, 0x65, 0x72, 0x42, 0x79, 0x4e, 0x61, 0x6d, 0x65, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
    };
    await all(Object.entries(bodies).map(([what, body]) => async () =>
      assertError(what, await post('/ListChannels', body), 'ValidationException')));
    assertSuccess('ListChannels', await post('/ListChannels', '{}'));
  });

  await t.test('the longest body there can be: fifty long tags, every character escaped', async () => {
    const letters = (count, i) => '𝕏'.repeat(count - 1) + String.fromCharCode(0x4e00 + i);
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [letters(128, i), letters(256, i)]));
    const escaped = JSON.stringify({ tags }).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    assert.ok(escaped.length > 200_000);
    const answer = await post('/CreateChannel', escaped);
    assertSuccess('CreateChannel', answer);
    assert.deepEqual(answer.body.channel.tags, tags);
    await caller.get('DeleteChannel', { arn: answer.body.channel.arn });
  });

  await t.test('a body beyond all measure is refused, not kept', async () => {
    const answer = await post('/ListChannels', `{"filterByName":"${'a'.repeat(8 * 1024 * 1024)}"}`).catch((error) => error);
    // It may be cut off while it is sent.
    if (!(answer instanceof Error)) assert.ok([400, 413].includes(answer.status), `${answer.status}`);
    assertSuccess('ListChannels', await post('/ListChannels', '{}'));
  });

  await t.test('routes that are none', async () => {
    for (const [method, path] of [
      ['POST', '/NoSuchOperation'], ['POST', '/createchannel'], ['POST', '/ListChannels/'], ['POST', '/ListChannels/x'],
      ['PUT', '/tags/arn%3Aaws'], ['PATCH', '/tags/arn%3Aaws'],
    ]) {
      const answer = await caller.raw({ method, path, body: '{}' });
      assertError(`${method} ${path}`, answer, 'UnknownOperationException', 404);
    }
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await caller.raw({ method, path: '/CreateChannel' });
      assert.ok([404, 405].includes(answer.status), `${method}: ${answer.status}`);
    }
    assert.deepEqual((await caller.get('ListChannels')).channels, [], 'none of it made a channel');
  });

  await t.test('tag routes take the ARN as one encoded segment', async () => {
    const arn = await world.shared('channel');
    const path = (text) => ({ method: 'GET', path: `/tags/${text}` });
    const plain = await caller.raw(path(arn.replaceAll('/', '%2F'))); // colons as they are
    assertSuccess('ListTagsForResource', plain);
    assertSuccess('ListTagsForResource', await caller.raw(path(encodeURIComponent(arn).toLowerCase().replace(
      arn.split('/')[1].toLowerCase(), arn.split('/')[1]))), 'small hexadecimal digits');
    for (const wrong of ['', '%', '%zz', '%00', encodeURIComponent(encodeURIComponent(arn)), '..%2F..%2Fetc%2Fpasswd']) {
      const answer = await caller.raw(path(wrong));
      assert.ok([400, 404].includes(answer.status), `${wrong}: ${answer.status} ${answer.text}`);
    }
  });

  await t.test('answers say that they are not to be kept or framed', async () => {
    const { headers } = await caller.call('ListChannels');
    assert.match(headers['cache-control'], /no-cache|no-store/);
    assert.ok(headers['content-security-policy']);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.ok(headers['x-frame-options']);
    assert.ok(Math.abs(Date.parse(headers.date) - Date.now()) < 5000, 'a Date, from which SDKs set their clocks');
  });

  await t.test('HTTPS, and requests behind each other on one connection', async () => {
    const secure = makeClient(t, server, { endpoint: server.https, requestHandler: { httpsAgent: { rejectUnauthorized: false } } });
    const { channel } = await send(secure, 'CreateChannel', {});
    assert.ok(channel.playbackUrl.startsWith('https://'), channel.playbackUrl);
    await send(secure, 'DeleteChannel', { arn: channel.arn });

    const { hostname, port, host } = new URL(server.http);
    const socket = connect(Number(port), hostname);
    t.after(() => socket.destroy());
    const request = { method: 'POST', path: '/ListStreams', body: '{}' };
    const headers = caller.signatureOf(request);
    const lines = Object.entries({ ...headers, host, 'content-length': 2 }).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`POST /ListStreams HTTP/1.1\r\n${lines}\r\n{}`.repeat(5));
    let text = '';
    for await (const [data] of eventsOf(socket)) {
      text += data;
      if (text.split('{"streams":[]}').length === 6) break;
    }
    assert.equal(text.match(/HTTP\/1\.1 200/g).length, 5);
  });

  await t.test('a body that comes in chunks', async () => {
    const request = { method: 'POST', path: '/CreateChannel', body: '{"name":"chunked"}' };
    const headers = { ...caller.signatureOf(request), 'transfer-encoding': 'chunked' };
    assertSuccess('CreateChannel', await exchange(server.http, { ...request, headers }));
  });

  await t.test('what a channel names', async () => {
    const { channel, streamKey } = await caller.get('CreateChannel');
    const id = channel.arn.split('/')[1];
    assert.match(channel.arn, /^arn:aws:ivs:local:000000000000:channel\/[A-Za-z0-9]{12}$/);
    assert.match(streamKey.arn, /^arn:aws:ivs:local:000000000000:stream-key\/[A-Za-z0-9]{12}$/);
    assert.match(streamKey.value, /^sk_local_[A-Za-z0-9_-]+$/);
    assert.equal(streamKey.channelArn, channel.arn);
    assert.equal(channel.playbackUrl, `${server.http}/api/video/v1/local.000000000000.channel.${id}.m3u8`);
    assert.doesNotMatch(channel.ingestEndpoint, /[/:@]/, 'a host only');
    assert.match(channel.srt.endpoint, /^srt:\/\/[^/]+:\d+$/);
    assert.ok(channel.srt.passphrase.length >= 10 && channel.srt.passphrase.length <= 79, 'what SRT allows');
    assert.deepEqual((await caller.get('BatchGetStreamKey', { arns: [streamKey.arn] })).streamKeys, [streamKey]);
    const answer = await get(channel.playbackUrl);
    assert.equal(answer.status, 404, 'nothing is on the air');
    const given = await exchange(server.http, {
      method: 'POST', path: '/GetChannel', body: JSON.stringify({ arn: channel.arn }),
      headers: caller.signatureOf(requestOf('GetChannel', { arn: channel.arn }), { host: 'live.example.com:8443' }),
    });
    assert.equal(given.body.channel.playbackUrl, `http://live.example.com:8443/api/video/v1/local.000000000000.channel.${id}.m3u8`,
      'URLs are those by which the caller reached us');
    assert.equal(given.body.channel.ingestEndpoint, 'live.example.com');
    for (const secret of [streamKey.value, channel.srt.passphrase]) assert.ok(!server.output().includes(secret));
  });

  await t.test('addresses are configured per deployment', async (inner) => {
    const other = await startApi(inner, {
      region: 'eu-test-1', account_id: '123456789012',
      http: { public_url: 'https://watch.example.com' }, ingest: { endpoint: 'ingest.example.com' },
    });
    const { channel, streamKey } = await other.caller.get('CreateChannel');
    assert.match(channel.arn, /^arn:aws:ivs:eu-test-1:123456789012:channel\//);
    assert.match(channel.playbackUrl, /^https:\/\/watch\.example\.com\/api\/video\/v1\/eu-test-1\.123456789012\.channel\.\w{12}\.m3u8$/);
    assert.equal(channel.ingestEndpoint, 'ingest.example.com');
    assert.match(streamKey.value, /^sk_eu-test-1_/);
  });

  await t.test('preflights of SDKs in browsers', async () => {
    const asked = ['authorization', 'content-type', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token',
      'x-amz-user-agent', 'amz-sdk-invocation-id', 'amz-sdk-request'];
    for (const [path, method] of [['/ListChannels', 'POST'], [`/tags/${encodeURIComponent(await world.shared('channel'))}`, 'DELETE']]) {
      const answer = await exchange(server.http, {
        method: 'OPTIONS', path, headers: {
          origin: 'https://app.example.com', 'access-control-request-method': method,
          'access-control-request-headers': asked.join(','),
        },
      });
      assert.ok([200, 204].includes(answer.status), `${answer.status}`);
      assert.ok(['*', 'https://app.example.com'].includes(answer.headers['access-control-allow-origin']));
      assert.ok(answer.headers['access-control-allow-methods'].includes(method));
      const allowed = answer.headers['access-control-allow-headers'].toLowerCase().split(/, */);
      for (const name of asked) assert.ok(allowed.includes(name), name);
      assert.ok(Number(answer.headers['access-control-max-age']) > 0);
    }
  });

  await t.test('a page of another origin calls, and reads answers and refusals', async (inner) => {
    const elsewhere = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>')).listen(0, '127.0.0.1');
    inner.after(() => elsewhere.close());
    await once(elsewhere, 'listening');
    const page = await openPage(inner);
    await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
    const ask = (name, input) => {
      const request = requestOf(name, input);
      // Browsers set the host themselves.
      const { host, ...headers } = caller.signatureOf({ ...request, headers: { 'x-amz-user-agent': 'aws-sdk-js/3' } }, { hashHeader: true });
      assert.ok(host);
      return page.evaluate(async ([url, options]) => {
        const response = await fetch(url, options);
        return {
          status: response.status, body: await response.json(),
          id: response.headers.get('x-amzn-requestid'), error: response.headers.get('x-amzn-errortype'),
        };
      }, [server.http + request.path, { method: request.method, headers, ...(request.body ? { body: request.body } : {}) }]);
    };
    const resourceArn = await world.shared('channel');
    const good = await ask('ListTagsForResource', { resourceArn });
    assert.equal(good.status, 200);
    assert.ok(good.id);
    assert.equal((await ask('UntagResource', { resourceArn, tagKeys: ['a b'] })).status, 200);
    const refused = await ask('ListChannels', { maxResults: 0 });
    assert.deepEqual([refused.status, refused.error], [400, 'ValidationException']);
    assert.ok(refused.body.message);
  });
});

/** Data of a socket as it comes; ends after 5 s. */
async function* eventsOf(socket) {
  const end = AbortSignal.timeout(5000);
  for (;;) yield await once(socket, 'data', { signal: end });
}
