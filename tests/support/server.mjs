// Starts `rostrum serve --ephemeral` for a test and proves that it leaves nothing behind.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { get } from './hls.mjs';
import { eventually, rostrum, start, within } from './process.mjs';

/** A channel that takes plain RTMP, for tests that need only one. */
export const channel = {
  id: 'TestChannel1',
  name: 'test',
  stream_key: 'sk_local_test-key-1',
  insecure_ingest: true,
};

/** The stream key of a channel made by makeChannel. */
export const keyOf = (id) => `sk_local_key-of-${id}`;

/** A channel as the configuration has it, open to plain ingest unless told otherwise. */
export const makeChannel = (id, options = {}) => ({
  id, name: id, stream_key: keyOf(id), insecure_ingest: true, ...options,
});

/** Nothing a server wrote names a key or passphrase of `channels`. */
export function assertNoSecrets(server, channels) {
  for (const { stream_key: key, passphrase } of channels) {
    if (key) assert.ok(!server.output().includes(key), `the key ${key} is in the log`);
    if (passphrase) assert.ok(!server.output().includes(passphrase), 'the passphrase is in the log');
  }
}

/**
 * Starts a server on free ports. `config` is what the YAML file holds (JSON is YAML). Gives its
 * base URLs (`http`, `https`, `rtmp`, `rtmps`, `srt`), `dataDir`, `output()` and `stop()`; the
 * test's end stops it if the test did not.
 */
export async function startServer(t, config = { channels: [channel] }, { env = {}, args = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'rostrum.yaml');
  // Viewers that a test leaves behind are not waited for longer than this; and nothing is encoded
  // that no test asks for.
  writeFileSync(file, JSON.stringify({
    shutdown: { drain_timeout: '500ms' }, renditions: { mode: 'off' }, ...config,
  }));
  const server = start(undefined, rostrum, ['serve', '--ephemeral', '--config', file, ...args],
    { env: { ...process.env, ...env } });

  let ready;
  let stopped;
  const stop = () => {
    stopped ??= (async () => {
      server.child.kill('SIGTERM');
      const { code } = await within(20_000, server.exited, 'stopping rostrum', server.output);
      assert.equal(code, 0, server.output());
      if (ready) assert.equal(existsSync(ready.dataDir), false, 'the temporary data folder is gone');
    })();
    return stopped;
  };
  const runs = () => server.child.exitCode === null && server.child.signalCode === null;
  t.after(async () => {
    try {
      if (stopped) await stopped;
      else if (runs()) await stop();
    } finally {
      if (runs()) server.child.kill('SIGKILL');
      await server.exited;
    }
  });

  const line = new Promise((resolve) => {
    let text = '';
    server.child.stdout.on('data', (data) => {
      text += data;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });
  const ended = server.exited.then(({ code, signal, error }) => {
    throw new Error(`rostrum ended at once (${error ?? code ?? signal})\n${server.output()}`);
  });
  ended.catch(() => {}); // it ends some time after it was ready
  ready = JSON.parse(
    await within(20_000, Promise.race([line, ended]), 'starting rostrum', server.output));
  for (const name of ['http', 'https', 'rtmp', 'rtmps', 'srt', 'dataDir']) {
    assert.equal(typeof ready[name], 'string', `${name} in the line of readiness`);
  }

  return { ...ready, child: server.child, exited: server.exited, output: server.output, stop };
}

/**
 * A server with its HTTP port and folder given, as an installation has them; the folder stays. It
 * is ready when this resolves. By default all but HTTP is on free ports of 127.0.0.1.
 */
export async function startFixed(t, settings, port, folder = mkdtempSync(join(tmpdir(), 'rostrum-test-'))) {
  const file = join(folder, 'rostrum.yaml');
  writeFileSync(file, JSON.stringify({
    data_dir: join(folder, 'data'),
    http: { listen: `127.0.0.1:${port}` },
    https: { listen: '127.0.0.1:0' }, rtmp: { listen: '127.0.0.1:0' },
    rtmps: { listen: '127.0.0.1:0' }, srt: { listen: '127.0.0.1:0' },
    channels: [channel], ...settings,
  }));
  const server = start(t, rostrum, ['serve', '--config', file]);
  t.after(() => rmSync(folder, { recursive: true, force: true })); // behind its end
  await eventually(20_000, 'readiness', async () => {
    assert.equal(server.child.exitCode, null, server.output());
    return get(`http://127.0.0.1:${port}/readyz`).then(({ status }) => status === 200, () => false);
  }, server.output);
  return server;
}

/** An access key of an installation, as its operator makes one. */
export async function makeKey(folder) {
  const made = start(undefined, rostrum, ['key', 'create', '--json', '--config', join(folder, 'rostrum.yaml')]);
  const { code } = await within(10_000, made.closed, 'making a key', made.output);
  assert.equal(code, 0, made.output());
  const { accessKeyId, secretAccessKey } = JSON.parse(made.output().slice(made.output().indexOf('{')));
  return { accessKeyId, secretAccessKey };
}

/** Where a channel's multivariant playlist is. */
export function playlistUrl(server, id = channel.id, { region = 'local', account = '000000000000' } = {}) {
  return `${server.http}/api/video/v1/${region}.${account}.channel.${id}.m3u8`;
}
