// `rostrum loadtest` against a real server: what it reports is what happened.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { eventually, rostrum, start, within } from './support/process.mjs';
import { startServer } from './support/server.mjs';

const channels = [1, 2, 3].map((i) => ({
  id: `load0000000${i}`,
  name: `load-${i}`,
  stream_key: `sk_loadtest_key_${i}`,
  insecure_ingest: true,
}));

/** Runs a load test to its end: its exit code, and the figures of its JSON line if it has one. */
async function loadtest(t, ...words) {
  const run = start(t, rostrum, ['loadtest', ...words]);
  const { code } = await within(60_000, run.closed, `loadtest ${words[0]}`, run.output);
  const output = run.output();
  const figures = output.trimStart().startsWith('{') ? JSON.parse(output) : undefined;
  return { code, output, figures };
}

function publish(t, server, seconds, ...words) {
  return loadtest(t, 'publish', '--url', `${server.rtmp}/app/sk_loadtest_key_{n}`, '--duration',
    `${seconds}s`, '--json', ...words);
}

async function live(server, id) {
  await eventually(20_000, `channel ${id} being live`, async () => {
    const response = await fetch(`${server.http}/api/rostrum/v1/channels/${id}`);
    return (await response.json()).live;
  }, server.output);
}

const pattern = '/api/video/v1/local.000000000000.channel.load{n:8}.m3u8';

test('publishers and every kind of viewer count the same broadcast', async (t) => {
  const server = await startServer(t, { channels });
  const publishing = publish(t, server, 14, '--count', '3', '--bitrate', '1Mbps');
  for (const { id } of channels) await live(server, id);
  const watch = (...words) => loadtest(t, 'watch', '--channels', '3', '--count', '6', '--duration',
    '6s', '--json', ...words);
  const [parts, hinted, segments, secure] = await Promise.all([
    watch('--url', server.http + pattern),
    watch('--url', server.http + pattern, '--hints', '--container', 'fmp4'),
    watch('--url', server.http + pattern, '--mode', 'plain'),
    watch('--url', server.https + pattern, '--container', 'ts'),
  ]);
  const runs = { parts, hinted, segments, secure };
  for (const [name, { code, output, figures }] of Object.entries(runs)) {
    assert.equal(code, 0, `${name}: ${output}`);
    assert.equal(figures.playing, 6, name);
    assert.equal(figures.failures.total, 0, name);
    assert.ok(figures.join.count === 6 && figures.join.mean_ms > 0, name);
    assert.ok(figures.frame.count > 6 * 30, `${name} read ${figures.frame.count} stamps`);
  }
  // 0.2 s parts for six seconds and more, six times; segments every two seconds.
  for (const figures of [parts.figures, hinted.figures, secure.figures]) {
    assert.ok(figures.pieces >= 6 * 25 && figures.pieces <= 6 * 45, `${figures.pieces} parts`);
    assert.ok(figures.frame.mean_ms < 1000, `frames are ${figures.frame.mean_ms} ms old`);
  }
  assert.ok(segments.figures.pieces >= 6 * 2 && segments.figures.pieces <= 6 * 6);

  const { code, output, figures } = await publishing;
  assert.equal(code, 0, output);
  assert.equal(figures.connected, 3);
  assert.equal(figures.finished, 3);
  assert.equal(figures.refused.total + figures.dropped.total, 0);
  const megabits = figures.bytes * 8 / 1e6 / 3 / (figures.pictures / 3 / 30);
  assert.ok(Math.abs(megabits - 1) < 0.15, `${megabits} Mbit/s`);
});

test('parked viewers hold their reloads', async (t) => {
  const server = await startServer(t,
    { channels, live: { segment_duration: '10s', window: '30s' } });
  const publishing = publish(t, server, 10);
  await live(server, channels[0].id);
  const { code, output, figures } = await loadtest(t, 'watch', '--url', server.http + pattern,
    '--count', '40', '--duration', '3s', '--park', '--json');
  assert.equal(code, 0, output);
  assert.equal(figures.parked, 40);
  await publishing;
});

test('a chat room delivers everything to everybody once', async (t) => {
  const { server, caller } = await startApi(t);
  const { accessKeyId, secretAccessKey } = caller.key;
  const chat = (...words) => loadtest(t, 'chat', '--endpoint', server.http, '--access-key-id',
    accessKeyId, '--secret-access-key', secretAccessKey, '--duration', '3s', '--json', ...words);
  const [one, several] = await Promise.all([
    chat('--count', '50', '--rate', '20', '--size', '300'),
    chat('--count', '30', '--rooms', '3', '--rate', '6', '--url',
      server.https.replace(/^http/, 'ws')),
  ]);
  for (const { code, output, figures } of [one, several]) {
    assert.equal(code, 0, output);
    assert.equal(figures.open, figures.members);
    assert.equal(figures.missing + figures.repeated + figures.failures.total, 0);
    assert.equal(figures.latency.count, figures.deliveries);
  }
  const { figures } = one;
  assert.ok(figures.sent >= 50 && figures.sent <= 70, `${figures.sent} sent`);
  assert.equal(figures.deliveries, figures.sent * 50);
  assert.ok(Math.abs(figures.message_octets - 300) < 5, `${figures.message_octets} octets`);
  assert.equal(several.figures.deliveries, several.figures.sent * 10, 'rooms do not hear each other');
});

test('refusals and failures are told in the server\'s words', async (t) => {
  const server = await startServer(t, { channels });
  const refused = await loadtest(t, 'publish', '--url', `${server.rtmp}/app/sk_wrong_{n}`,
    '--count', '2', '--duration', '1s', '--json');
  assert.equal(refused.code, 1);
  assert.equal(refused.figures.connected, 0);
  assert.equal(refused.figures.refused.total, 2);
  assert.match(Object.keys(refused.figures.refused.kinds)[0], /^NetStream\.Publish\./);
  const missing = await loadtest(t, 'watch', '--url', server.http + pattern, '--duration', '1s',
    '--json');
  assert.equal(missing.code, 1);
  assert.ok(missing.figures.failures.kinds['playlist answered with 404'] >= 1);
});

test('wrong arguments are explained, without the key', async (t) => {
  for (const words of [
    ['publish', '--url', 'rtmp://127.0.0.1:99999/app/sk_secret'],
    ['publish', '--url', 'http://127.0.0.1/app/sk_secret'],
    ['publish', '--url', 'rtmp://127.0.0.1/sk_secret'],
    ['publish', '--url', 'rtmp://127.0.0.1/app/sk_secret', '--bitrate', 'much'],
    ['watch', '--url', 'rtmp://127.0.0.1/app/sk_secret'],
    ['chat', '--endpoint', 'rtmp://127.0.0.1/', '--secret-access-key', 'sk_secret'],
    ['chat', '--endpoint', 'http://127.0.0.1:1', '--secret-access-key', 'sk_secret',
      '--access-key-id', 'AKIAEXAMPLE', '--rate', '100', '--count', '5'],
  ]) {
    const { code, output } = await loadtest(t, ...words);
    assert.equal(code, 2, output);
    assert.match(output, /^rostrum loadtest (publish|watch|chat): /);
    assert.doesNotMatch(output, /sk_secret/);
  }
});
