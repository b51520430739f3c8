// Child programs of a test: started with their output collected, stopped and waited for at the end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
// Another build than the one that people run: ROSTRUM_BUILD=build/dev node --test …
const programs = resolve(repository, process.env.ROSTRUM_BUILD ?? 'build/release');
export const rostrum = join(programs, 'rostrum');
export const rostrumAv = join(programs, 'rostrum-av');

const keptOutput = 256 * 1024;

/**
 * Starts a program. `output()` is all it wrote so far to both streams, `exited` resolves with
 * {code, signal}, `closed` likewise once its output has been read, too. With `t` (a node:test
 * context) it is killed when the test ends.
 */
export function start(t, command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (data) => {
      text = (text + data).slice(-keptOutput);
    });
  }
  child.stdin?.on('error', () => {}); // it may end before it has read everything
  const exited = new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, error }));
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const closed = new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, error }));
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  t?.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  });
  return { child, exited, closed, output: () => text };
}

/** Resolves with `promise`, or rejects with `what` and `details()` after `milliseconds`. */
export function within(milliseconds, promise, what, details = () => '') {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} took over ${milliseconds} ms\n${details()}`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks `condition` until it gives something true; gives that. For states without an event. */
export async function eventually(milliseconds, what, condition, details = () => '') {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} not within ${milliseconds} ms\n${details()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A TCP port that was free a moment ago, for programs that cannot take port 0 themselves. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
