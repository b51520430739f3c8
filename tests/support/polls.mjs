// Clients of the results service that cost little: plain sockets, so that thousands of voters and
// hundreds of viewers fit beside the server on a small machine.
import { once } from 'node:events';
import { connect } from 'node:net';

/** A keep-alive connection that asks one request after the other; answers with JSON. */
class Line {
  constructor(host, port) {
    this.host = `${host}:${port}`;
    this.socket = connect(port, host).setNoDelay();
    this.socket.on('error', (error) => this.fail?.(error));
    this.socket.on('close', () => this.fail?.(new Error('closed')));
    this.held = Buffer.alloc(0);
    this.socket.on('data', (data) => {
      this.held = this.held.length ? Buffer.concat([this.held, data]) : data;
      this.look();
    });
  }

  look() {
    const end = this.held.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.held.toString('latin1', 0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (this.held.length < end + 4 + length) return;
    const body = this.held.toString('utf8', end + 4, end + 4 + length);
    this.held = this.held.subarray(end + 4 + length);
    this.answer({ status: Number(head.slice(9, 12)), head, body });
  }

  ask(path, value) {
    const body = Buffer.from(JSON.stringify(value));
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
      this.socket.write(Buffer.concat([Buffer.from(
        `POST ${path} HTTP/1.1\r\nHost: ${this.host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`), body]));
    });
  }
}

/**
 * `voters` people answer over `lines` connections, as fast as they are answered or spread over `spreadMs`.
 * Gives the acknowledged ones, how long it took, and how long each waited (ms).
 */
export async function voteInACrowd(url, poll, { voters, lines = 100, spreadMs = 0, first = 0, answers = ['True', 'False', 'Maybe'] }) {
  const { hostname, port } = new URL(url);
  const opened = Array.from({ length: lines }, () => new Line(hostname, Number(port)));
  await Promise.all(opened.map(({ socket }) => once(socket, 'connect')));
  const begun = performance.now();
  const taken = [];
  const waits = [];
  let next = first;
  await Promise.all(opened.map(async (line) => {
    for (;;) {
      const voter = next;
      if (voter >= first + voters) break;
      next += 1;
      const due = begun + ((voter - first) / voters) * spreadMs;
      if (due > performance.now() + 1) await new Promise((resolve) => { setTimeout(resolve, due - performance.now()); });
      const sent = performance.now();
      const { body } = await line.ask('/PROD/requestor-put', {
        requestor_id: `voter-${voter}`, poll_id: poll, type: 'answer', response: answers[voter % answers.length],
      });
      waits.push(performance.now() - sent);
      if (body === '{"state":"success"}') taken.push(voter);
    }
  }));
  const took = performance.now() - begun;
  for (const { socket } of opened) socket.destroy();
  return { taken, took, waits };
}

/**
 * `count` viewers of a poll's stream. Each entry has `octets` received, `counts` (the newest) and `times` (of each
 * update); `reach(total)` resolves when all have seen that many votes.
 */
export async function watchPoll(t, url, poll, count) {
  const { hostname, port } = new URL(url);
  let changed = () => {};
  const viewers = await Promise.all(Array.from({ length: count }, async () => {
    const viewer = { octets: 0, counts: undefined, updates: 0, head: '' };
    const socket = connect(Number(port), hostname);
    t.after(() => socket.destroy());
    socket.on('error', () => {});
    let text = '';
    const ready = new Promise((resolve) => {
      socket.on('data', (data) => {
        viewer.octets += data.length;
        text += data;
        if (!viewer.head && text.includes('\r\n\r\n')) viewer.head = text.slice(0, text.indexOf('\r\n\r\n'));
        const events = [...text.matchAll(/data: (\{.*?\})\n\n/g)];
        if (events.length === 0) return;
        viewer.updates += events.length;
        viewer.counts = JSON.parse(events.at(-1)[1]);
        text = text.slice(events.at(-1).index + events.at(-1)[0].length);
        changed();
        resolve();
      });
    });
    socket.write(`GET /PROD/poll-live?poll_id=${encodeURIComponent(poll)} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
    await ready;
    return viewer;
  }));
  const reach = (total) => new Promise((resolve) => {
    changed = () => {
      if (viewers.every(({ counts }) => counts.total >= total)) resolve(performance.now());
    };
    changed();
  });
  return { viewers, reach };
}

/** One request as a script in a page makes it: {status, headers, text}. */
export async function post(url, body, { method = 'POST', headers = {} } = {}) {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
