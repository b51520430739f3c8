// Starting, asking and stopping `rostrum serve`, and its configuration from outside.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CreateChannelCommand, DeleteChannelCommand, IvsClient, ListChannelsCommand,
} from '@aws-sdk/client-ivs';
import { follow, get, loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { eventually, freePort, repository, rostrum, start, within } from './support/process.mjs';
import { generated, publishWithFfmpeg } from './support/publisher.mjs';
import { channel, playlistUrl, startFixed, startServer } from './support/server.mjs';

function folderFor(t) {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-serve-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('an ephemeral server is ready when it says so, and leaves nothing behind', async (t) => {
  const server = await startServer(t);
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    const response = await fetch(server.http + path);
    assert.equal(response.status, 200, path);
    assert.ok((await response.text()).length > 0, path);
  }
  const missing = await fetch(`${server.http}/no/such/page`);
  assert.equal(missing.status, 404);
  await server.stop();
});

test('two ephemeral servers do not disturb each other', async (t) => {
  const [first, second] = await Promise.all([startServer(t), startServer(t)]);
  assert.notEqual(first.http, second.http);
  assert.notEqual(first.dataDir, second.dataDir);
  await first.stop();
  assert.equal((await fetch(`${second.http}/healthz`)).status, 200);
});

test('mistakes in the configuration stop the start and say where they are', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-config-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'rostrum.yaml');
  writeFileSync(file, 'http:\n  lisen: ":0"\nchannels:\n  - stream_key: "a secret"\n');
  for (const args of [['config', 'check', file], ['serve', '--ephemeral', '--config', file]]) {
    const run = spawnSync(rostrum, args, { encoding: 'utf8', timeout: 20_000 });
    assert.notEqual(run.status, 0, args.join(' '));
    assert.ok(run.stderr.includes(
      `${file}:2:3: there is no setting 'http.lisen'; did you mean 'http.listen'?`), run.stderr);
    assert.ok(run.stderr.includes(`${file}:4:5: channels[0] needs id`), run.stderr);
    assert.ok(!run.stderr.includes('a secret'), run.stderr);
  }
});

test('the settings in force are shown with keys masked', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-config-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'rostrum.yaml');
  writeFileSync(file, 'channels:\n  - id: AAAAbbbb0001\n    stream_key: sk_local_hidden\n');
  const run = spawnSync(rostrum, ['config', 'show', '--config', file, '--set', 'log.level=warn'],
    { encoding: 'utf8', timeout: 20_000, env: { ...process.env, ROSTRUM_REGION: 'elsewhere' } });
  assert.equal(run.status, 0, run.stderr);
  assert.ok(run.stdout.includes('region: "elsewhere"'), run.stdout);
  assert.ok(run.stdout.includes('level: "warn"'), run.stdout);
  assert.ok(!run.stdout.includes('hidden'), run.stdout);
});

test('a right configuration is called right, and the documentation is that of the program', (t) => {
  const file = join(folderFor(t), 'rostrum.yaml');
  writeFileSync(file, JSON.stringify({ channels: [channel], live: { part_duration: '333ms' } }));
  const check = spawnSync(rostrum, ['config', 'check', file], { encoding: 'utf8', timeout: 20_000 });
  assert.equal(check.status, 0, check.stderr);
  const docs = spawnSync(rostrum, ['config', 'docs'], { encoding: 'utf8', timeout: 20_000 });
  assert.equal(docs.stdout, readFileSync(join(repository, 'docs/configuration.md'), 'utf8'));
});

test('standard output holds one line, and the log is JSON where that is wanted', async (t) => {
  let stdout = '';
  const server = await startServer(t, { channels: [channel], log: { format: 'json' } });
  server.child.stdout.on('data', (data) => { stdout += data; });
  let log = '';
  server.child.stderr.on('data', (data) => { log += data; });
  assert.equal(server.region, 'local');
  assert.equal(statSync(server.dataDir).mode & 0o077, 0, 'nobody else reads the data folder');
  for (const url of [server.http, server.https, server.rtmp, server.rtmps]) {
    const { hostname, port } = new URL(url.replace(/^rtmp/, 'http'));
    const socket = connect(Number(port), hostname);
    await within(5000, once(socket, 'connect'), `connecting to ${url}`);
    socket.destroy();
  }
  await server.stop();
  assert.equal(stdout, '');
  const lines = log.trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(lines.length > 0);
  for (const line of lines) assert.ok(line.level && line.time && line.event, JSON.stringify(line));
});

test('metrics are in the text format of Prometheus, and count', async (t) => {
  const server = await startServer(t);
  const read = async () => {
    const answer = await get(`${server.http}/metrics`);
    assert.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
    const values = new Map();
    const described = new Set();
    for (const line of answer.text().trimEnd().split('\n')) {
      const [, kind, name] = /^# (HELP|TYPE) (\S+) /.exec(line) ?? [];
      if (kind) {
        described.add(`${kind} ${name}`);
        continue;
      }
      const [, sample, value] = /^([a-z_]+(?:\{[^}]*\})?) (-?[0-9.e+]+|NaN)$/.exec(line) ?? [];
      assert.ok(sample, line);
      const family = sample.replace(/\{.*/, '').replace(/_(bucket|sum|count)$/, '');
      assert.ok(described.has(`TYPE ${family}`) || described.has(`TYPE ${sample.replace(/\{.*/, '')}`), line);
      values.set(sample, Number(value));
    }
    return values;
  };
  const before = await read();
  assert.equal(before.get('rostrum_ready'), 1);
  for (let i = 0; i < 10; i += 1) await get(`${server.http}/healthz`);
  const after = await read();
  assert.equal(after.get('rostrum_http_requests_total') - before.get('rostrum_http_requests_total'), 11);
});

test('SIGTERM ends the broadcast properly for its viewers, then the server', async (t) => {
  const server = await startServer(t, { channels: [channel], shutdown: { drain_timeout: '20s' } });
  const url = playlistUrl(server);
  publishWithFfmpeg(t, `${server.rtmp}/app/${channel.stream_key}`, generated({ size: '320x180' }));
  const multivariant = await waitLive(url, { server });
  const media = variantUrl(url, multivariant);
  let list = await follow(media, undefined, 15_000, 'a whole segment', ({ complete }) => complete.length > 0);
  server.child.kill('SIGTERM');
  // A viewer reads on: what it waits for comes, then the end; and all that is listed is there.
  while (!list.ended) list = await loadMedia(media, list.next);
  assert.ok(list.text.trimEnd().endsWith('#EXT-X-ENDLIST'), list.text);
  assert.equal(list.hint, undefined, list.text);
  assert.deepEqual(list.prefetch, [], list.text);
  for (const segment of list.segments) {
    assert.ok(segment.uri, `every segment is whole\n${list.text}`);
    for (const { uri } of [segment, ...segment.parts]) {
      const answer = await get(new URL(uri, media).href);
      assert.equal(answer.status, 200, uri);
    }
  }
  const { code } = await within(10_000, server.exited, 'the end', server.output);
  assert.equal(code, 0, server.output());
  assert.equal(existsSync(server.dataDir), false);
});

test('while it drains, a server takes no publisher and says that it is not ready', async (t) => {
  const server = await startServer(t, { channels: [channel], shutdown: { drain_timeout: '5s' } });
  publishWithFfmpeg(t, `${server.rtmp}/app/${channel.stream_key}`, generated({ size: '320x180' }));
  const url = playlistUrl(server);
  const media = variantUrl(url, await waitLive(url, { server }));
  const list = await loadMedia(media);
  // A viewer who does not read holds the server up.
  const slow = connect(Number(new URL(server.http).port), '127.0.0.1');
  t.after(() => slow.destroy());
  slow.on('error', () => {});
  await once(slow, 'connect');
  const segment = new URL(list.prefetch[0], media).pathname;
  slow.write(`GET ${segment} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await once(slow, 'readable');
  server.child.kill('SIGTERM');
  await eventually(5000, 'draining', () => server.output().includes('draining'));
  assert.equal((await get(`${server.http}/readyz`)).status, 503);
  const late = publishWithFfmpeg(t, `${server.rtmp}/app/${channel.stream_key}`, generated({ size: '320x180' }));
  const { code } = await within(10_000, late.exited, 'refusing the late publisher', late.output);
  assert.notEqual(code, 0);
  await within(15_000, server.exited, 'the end', server.output);
});

test('the second SIGTERM ends the server at once', async (t) => {
  const server = await startServer(t, {
    channels: [channel], shutdown: { drain_timeout: '5m' }, http: { slow_reader_timeout: '5m' },
  });
  // A client in the middle of its request holds the server up.
  const client = connect(Number(new URL(server.http).port), '127.0.0.1');
  t.after(() => client.destroy());
  client.on('error', () => {});
  await once(client, 'connect');
  publishWithFfmpeg(t, `${server.rtmp}/app/${channel.stream_key}`, generated({ size: '320x180', bitrate: '4M' }));
  const url = playlistUrl(server);
  const media = variantUrl(url, await waitLive(url, { server }));
  const list = await follow(media, undefined, 15_000, 'a whole segment', ({ complete }) => complete.length > 0);
  const wanted = `GET ${new URL(list.complete[0].uri, media).pathname} HTTP/1.1\r\nHost: a\r\n\r\n`;
  client.pause();
  client.write(wanted.repeat(50));
  await eventually(5000, 'a full pipe', async () => {
    const metrics = (await get(`${server.http}/metrics`)).text();
    return /^rostrum_http_sent_bytes_total (\d+)/m.exec(metrics)?.[1] > 1_000_000;
  });
  server.child.kill('SIGTERM');
  await eventually(5000, 'draining', () => server.output().includes('draining'));
  server.child.kill('SIGTERM');
  const { code, signal } = await within(2000, server.exited, 'the end', server.output);
  assert.ok(code !== null, `ended by ${signal}`);
  assert.equal(existsSync(server.dataDir), false);
});

test('what SIGKILL leaves behind does not stop the next start', async (t) => {
  const folder = folderFor(t);
  const port = await freePort();
  const settings = { demo: { enabled: true, size: '640x360' } };
  const first = await startFixed(t, settings, port, folder);
  const children = () => spawnSync('pgrep', ['-P', `${first.child.pid}`], { encoding: 'utf8' }).stdout.trim();
  const card = await eventually(10_000, 'the test card', () => children() || undefined, first.output);
  first.child.kill('SIGKILL');
  await first.exited;
  await eventually(5000, 'the end of the test card', () => !existsSync(`/proc/${card}`)
    || readFileSync(`/proc/${card}/stat`, 'utf8').includes(') Z '));
  const second = await startFixed(t, settings, port, folder);
  second.child.kill('SIGTERM');
  const { code } = await within(15_000, second.exited, 'stopping', second.output);
  assert.equal(code, 0, second.output());
  assert.ok(readdirSync(join(folder, 'data')).length > 0, 'a folder that was named stays');
});

test('the development certificate stays the same over restarts', async (t) => {
  const folder = folderFor(t);
  const port = await freePort();
  const secure = await freePort();
  const fingerprint = async () => {
    const { connect: secured } = await import('node:tls');
    const socket = secured({ port: secure, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const seen = [];
  for (let i = 0; i < 2; i += 1) {
    const server = await startFixed(t, { https: { listen: `127.0.0.1:${secure}` } }, port, folder);
    seen.push(await fingerprint());
    server.child.kill('SIGINT');
    const { code } = await within(15_000, server.exited, 'stopping', server.output);
    assert.equal(code, 0, server.output());
  }
  assert.equal(seen[0], seen[1]);
});

for (const [setting, environment] of [
  ['http.listen', 'ROSTRUM_HTTP_LISTEN'], ['https.listen', 'ROSTRUM_HTTPS_LISTEN'],
  ['rtmp.listen', 'ROSTRUM_RTMP_LISTEN'], ['rtmps.listen', 'ROSTRUM_RTMPS_LISTEN'],
]) {
  test(`a taken port of ${setting} is told, and the program ends with an error`, async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    t.after(() => taken.close());
    await once(taken, 'listening');
    const others = Object.fromEntries(['HTTP', 'HTTPS', 'RTMP', 'RTMPS', 'SRT']
      .map((name) => [`ROSTRUM_${name}_LISTEN`, '127.0.0.1:0']));
    const address = `127.0.0.1:${taken.address().port}`;
    const folder = folderFor(t);
    const server = start(t, rostrum, ['serve'], {
      cwd: folder,
      env: { ...process.env, ...others, [environment]: address, ROSTRUM_DATA_DIR: join(folder, 'data') },
    });
    const { code } = await within(10_000, server.closed, 'the end', server.output);
    assert.equal(code, 1, server.output());
    const line = server.output().split('\n').find((text) => text.includes('cannot start'));
    assert.ok(line?.includes(setting) && line.includes(address), server.output());
    assert.match(line, /in use/i);
  });
}

test('a data folder that cannot be made is told', async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'run'));
  const server = start(t, rostrum, ['serve', '--set', `data_dir=${join(folder, 'file', 'data')}`],
    { cwd: join(folder, 'run') });
  const { code } = await within(10_000, server.closed, 'the end', server.output);
  assert.equal(code, 1, server.output());
  assert.ok(server.output().includes(join(folder, 'file')), server.output());
});

test('what the first start prints: the stream key again, the access key once', async (t) => {
  const folder = folderFor(t);
  const port = await freePort();
  const said = [];
  for (let i = 0; i < 3; i += 1) {
    const server = await startFixed(t, { channels: [] }, port, folder);
    await eventually(5000, 'the end of what is printed', () => server.output().includes('Stop with Ctrl-C'));
    said.push(server.output());
    if (i === 1) {
      // Its owner deletes the first channel: nobody is told of it any more.
      const [, accessKeyId] = /access key id +(\S+)/.exec(said[0]);
      const [, secretAccessKey] = /secret access key +(\S+)/.exec(said[0]);
      const client = new IvsClient({
        region: 'local', endpoint: `http://127.0.0.1:${port}`, credentials: { accessKeyId, secretAccessKey },
      });
      t.after(() => client.destroy());
      const { channels } = await client.send(new ListChannelsCommand({}));
      await client.send(new DeleteChannelCommand({ arn: channels[0].arn }));
      await client.send(new CreateChannelCommand({ name: 'own' }));
    }
    server.child.kill('SIGINT');
    await within(15_000, server.exited, 'stopping', server.output);
  }
  const [, key] = /stream key +(\S+)/.exec(said[0]);
  assert.ok(said[1].includes(key), 'the stream key at the second start');
  assert.doesNotMatch(said[1], /access key/);
  assert.ok(!said[2].includes(key), 'the key of a channel that has gone');
});
