// A disk of a test's own that can be full: a file system in memory, seen by the programs that are started on it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { get } from './hls.mjs';
import { eventually, freePort, rostrum, start, within } from './process.mjs';

const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', `mount -t tmpfs tmpfs ${tmpdir()}`]).status === 0;

/** For `skip` of a test that needs such a disk. */
export const noSmallDisks = canMount ? false : 'this machine allows no mounts of one’s own';

/** Writes until there is no room at all. */
export function fill(file) {
  const opened = openSync(file, 'a');
  for (let size = 1 << 20; size >= 1; size >>= 1) {
    const piece = Buffer.alloc(size);
    try {
      for (;;) writeSync(opened, piece);
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
  }
  closeSync(opened);
}

/**
 * A disk of so many KB. Programs started by `run(command, args)` see it at `path`, we at `seen`; `fill()` leaves no room on it,
 * `empty()` gives that back, and `grow(kilobytes)` makes it larger.
 */
export async function makeSmallDisk(t, kilobytes) {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-disk-'));
  const path = join(folder, 'disk');
  const holder = start(t, 'unshare', ['-rm', 'sh', '-c',
    'mkdir "$0" && mount -t tmpfs -o "size=$1k" tmpfs "$0" && mkdir "$0/data" && echo mounted && exec sleep 1000', path, `${kilobytes}`]);
  // Who still writes to a disk that has gone would make its folder anew.
  const writers = [];
  t.after(async () => {
    for (const { child } of writers) child.kill('SIGKILL');
    await Promise.all(writers.map(({ exited }) => exited));
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  });
  await eventually(20_000, 'the disk', () => {
    assert.equal(holder.child.exitCode, null, holder.output());
    return holder.output().includes('mounted');
  }, holder.output);
  const seen = `/proc/${holder.child.pid}/root${path}`;
  const run = (command, args, owner = t) => {
    const started = start(owner, 'nsenter',
      ['-t', `${holder.child.pid}`, '-U', '-m', '--preserve-credentials', command, ...args], { cwd: folder });
    if (owner !== null) writers.push(started);
    return started;
  };
  const grow = (larger) => {
    const grown = spawnSync('nsenter', ['-t', `${holder.child.pid}`, '-U', '-m', '--preserve-credentials',
      'mount', '-o', `remount,size=${larger}k`, path], { encoding: 'utf8' });
    assert.equal(grown.status, 0, grown.stderr);
  };
  return { folder, path, seen, run, grow, fill: () => fill(join(seen, 'filler')), empty: () => rmSync(join(seen, 'filler')) };
}

/** The configuration of a server whose data lies on the disk; it may be started repeatedly: {start(), waitUntilReady(server), ...}. */
export async function serverOn(disk, config = {}) {
  const [http, rtmp, rtmps] = [await freePort(), await freePort(), await freePort()];
  const file = join(disk.folder, 'rostrum.yaml');
  writeFileSync(file, JSON.stringify({
    data_dir: join(disk.path, 'data'), http: { listen: `127.0.0.1:${http}`, trusted_proxies: '127.0.0.1' }, https: { listen: '127.0.0.1:0' },
    rtmp: { listen: `127.0.0.1:${rtmp}` }, rtmps: { listen: `127.0.0.1:${rtmps}` }, srt: { listen: '127.0.0.1:0' },
    channels: [], renditions: { mode: 'off' }, shutdown: { drain_timeout: '500ms' }, ...config,
  }));
  const addresses = { http: `http://127.0.0.1:${http}`, rtmp: `rtmp://127.0.0.1:${rtmp}`, rtmps: `rtmps://127.0.0.1:${rtmps}` };
  const run = () => ({ ...disk.run(rostrum, ['serve', '--config', file]), ...addresses, disk: join(disk.seen, 'data'), dataDir: join(disk.seen, 'data') });
  const isReady = () => get(`${addresses.http}/readyz`).then(({ status }) => status === 200, () => false);
  const waitUntilReady = async (server) => {
    await eventually(30_000, 'readiness', async () => {
      assert.equal(server.child.exitCode, null, server.output());
      return isReady();
    }, server.output);
    return server;
  };
  return { file, run, waitUntilReady, isReady };
}

/** A server whose data lies on a disk of its own of so many MB; `disk` is where we see it. */
export async function startOnSmallDisk(t, megabytes, config = {}) {
  const disk = await makeSmallDisk(t, megabytes * 1024);
  const installation = await serverOn(disk, config);
  const server = await installation.waitUntilReady(installation.run());
  return { ...server, fill: disk.fill, empty: disk.empty };
}

/** The access key that a server's first start has told. */
export async function firstKeyOf(server) {
  const told = await eventually(10_000, 'the first key',
    () => server.output().match(/access key id +(\S+)\s+secret access key +(\S+)/), server.output);
  return { accessKeyId: told[1], secretAccessKey: told[2] };
}

/** A PostgreSQL whose tables lie on the disk: {url}. What it writes ahead lies elsewhere, so that it goes on when that is full. */
export async function startPostgresOn(t, disk) {
  const versions = '/usr/lib/postgresql';
  const programs = join(versions, readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0], 'bin');
  const port = await freePort();
  // It refuses to run as root, which we are in the disk's namespace.
  const server = disk.run('unshare', ['-U', '--map-user=1000', '--map-group=1000', 'sh', '-ec',
    'mkdir -m 700 "$0/tables"; "$1/initdb" -D "$2" -U rostrum -A trust -E UTF8 --locale=C --no-sync > /dev/null; '
    + 'exec "$1/postgres" -D "$2" -p "$3" -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$4" -c max_connections=50 -c fsync=off',
    disk.path, programs, join(disk.folder, 'postgres'), `${port}`, disk.folder], null);
  t.after(async () => {
    server.child.kill('SIGINT'); // its fast way down; after SIGKILL shared memory would stay
    try {
      await within(15_000, server.exited, 'the end of PostgreSQL', server.output);
    } finally {
      rmSync(disk.folder, { recursive: true, force: true });
    }
  });
  const url = `postgres://rostrum@127.0.0.1:${port}/postgres`;
  const run = (...statements) => spawnSync(join(programs, 'psql'), [url, '-At', ...statements.flatMap((text) => ['-c', text])], { encoding: 'utf8' });
  await eventually(60_000, 'PostgreSQL', () => {
    assert.equal(server.child.exitCode, null, server.output());
    return run('SELECT 1').status === 0;
  }, server.output);
  const placed = run(`CREATE TABLESPACE small LOCATION '${join(disk.path, 'tables')}'`, 'ALTER ROLE rostrum SET default_tablespace = small');
  assert.equal(placed.status, 0, placed.stderr);
  return { url };
}
