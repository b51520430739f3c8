// A NATS server of a test's own, and one who listens to it: its text protocol, as far as it takes.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort, start, within } from './process.mjs';

/** A server with JetStream: its `url`, and `kill()` and `start()` for one that fails and comes back. */
export async function startNats(t) {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-nats-'));
  const port = await freePort();
  let server;
  const begin = async () => {
    server = start(t, 'nats-server', ['-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', folder]);
    t.after(() => rmSync(folder, { recursive: true, force: true })); // behind its end
    await eventually(10_000, 'NATS', () => server.output().includes('Server is ready'), server.output);
  };
  await begin();
  const kill = async () => {
    server.child.kill('SIGKILL');
    await within(5000, server.exited, 'the end of NATS');
  };
  return { url: `nats://127.0.0.1:${port}`, kill, start: begin };
}

/** Listens to a subject: `messages` of {subject, text}; `request(subject, object)` asks for an answer. */
export async function listen(t, url, subject) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  const messages = [];
  const waiting = new Map(); // by inbox
  let held = Buffer.alloc(0);
  socket.on('data', (data) => {
    held = Buffer.concat([held, data]);
    for (let end = held.indexOf('\r\n'); end >= 0; end = held.indexOf('\r\n')) {
      const words = held.toString('utf8', 0, end).split(' ');
      let next = end + 2;
      if (words[0] === 'PING') socket.write('PONG\r\n');
      if (words[0] === 'MSG' || words[0] === 'HMSG') {
        const all = Number(words.at(-1));
        if (held.length < next + all + 2) return;
        const headers = words[0] === 'HMSG' ? Number(words.at(-2)) : 0;
        const text = held.toString('utf8', next + headers, next + all);
        next += all + 2;
        const take = waiting.get(words[1]) ?? ((message) => messages.push(message));
        take({ subject: words[1], text });
      }
      held = held.subarray(next);
    }
  });
  socket.write('CONNECT {"verbose":false,"pedantic":false,"headers":true,"protocol":1}\r\n');
  socket.write(`SUB ${subject} 1\r\nSUB _INBOX.test.* 2\r\n`);
  const request = async (to, body) => {
    const inbox = `_INBOX.test.${waiting.size}`;
    const answer = new Promise((resolve) => { waiting.set(inbox, ({ text }) => resolve(JSON.parse(text))); });
    const text = JSON.stringify(body);
    socket.write(`PUB ${to} ${inbox} ${Buffer.byteLength(text)}\r\n${text}\r\n`);
    return within(5000, answer, `the answer of ${to}`);
  };
  return { messages, request };
}
