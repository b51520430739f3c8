// A PostgreSQL server of a test's own: on a free port, in a temporary folder, gone at the end.
import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort, start, within } from './process.mjs';

const versions = '/usr/lib/postgresql';
const newest = () => readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0];

/** PostgreSQL refuses to run as root; then it runs as the user its package has made. */
function unprivileged() {
  if (process.getuid() !== 0) return {};
  const number = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

/** Gives the `url` of an empty database, and `run(statement)`, which gives what psql prints. */
export async function startPostgres(t) {
  const programs = join(versions, newest(), 'bin');
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-postgres-'));
  const user = unprivileged();
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  execFileSync(join(programs, 'initdb'),
    ['-D', data, '-U', 'rostrum', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], { ...user, cwd: folder, stdio: 'pipe' });
  const port = await freePort();
  const server = start(undefined, join(programs, 'postgres'), [
    '-D', data, '-p', `${port}`, '-c', 'listen_addresses=127.0.0.1',
    '-c', `unix_socket_directories=${folder}`, '-c', 'max_connections=50',
  ], { ...user, cwd: folder });
  t.after(async () => {
    server.child.kill('SIGINT'); // its fast way down; after SIGKILL shared memory would stay
    try {
      await within(15_000, server.exited, 'the end of PostgreSQL', server.output);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  const url = `postgres://rostrum@127.0.0.1:${port}/postgres`;
  const run = (statement) => execFileSync(join(programs, 'psql'), [url, '-At', '-c', statement], { stdio: 'pipe', encoding: 'utf8' });
  await eventually(20_000, 'PostgreSQL', async () => {
    try {
      return run('SELECT 1');
    } catch {
      return false;
    }
  }, server.output);
  return { url, run };
}
