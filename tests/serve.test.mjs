// Starting, asking and stopping `rostrum serve`, and its configuration from outside.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rostrum } from './support/process.mjs';
import { startServer } from './support/server.mjs';

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
