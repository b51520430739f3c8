// WebSocket (RFC 6455) by hand over a plain socket, with every part open to being wrong. Frames are
// made here and taken apart here, so that no library corrects what a test means to send.
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { within } from './process.mjs';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** One frame. `length` is what it says, `lengthBytes` (1, 3, 9) how it says it. */
export function frame(payload = '', {
  opcode = opcodes.text, fin = true, rsv = 0, masked = true, mask = randomBytes(4), length, lengthBytes,
} = {}) {
  const data = Buffer.from(payload);
  const said = length ?? data.length;
  const bytes = lengthBytes ?? (said < 126 ? 1 : said < 65_536 ? 3 : 9);
  const head = Buffer.alloc(1 + bytes);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  if (bytes === 1) head[1] = said;
  else if (bytes === 3) [head[1]] = [126, head.writeUInt16BE(said, 2)];
  else [head[1]] = [127, head.writeBigUInt64BE(BigInt(said), 2)];
  if (!masked) return Buffer.concat([head, data]);
  head[1] |= 0x80;
  return Buffer.concat([head, mask, data.map((byte, i) => byte ^ mask[i % 4])]);
}

export const closeFrame = (code, reason = '', options = {}) => {
  const payload = Buffer.alloc(code === undefined ? 0 : 2);
  if (code !== undefined) payload.writeUInt16BE(code);
  return frame(Buffer.concat([payload, Buffer.from(reason)]), { opcode: opcodes.close, ...options });
};

/** The usual request. `headers` replaces or, where undefined, removes; names as they are given. */
export function handshake({
  host, token, key = randomBytes(16).toString('base64'), method = 'GET', path = '/', version = 'HTTP/1.1', headers = {},
}) {
  const all = {
    Host: host, Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13',
    ...(token === undefined ? {} : { 'Sec-WebSocket-Protocol': token }),
  };
  for (const [name, value] of Object.entries(headers)) {
    const there = Object.keys(all).find((one) => one.toLowerCase() === name.toLowerCase());
    if (there) delete all[there];
    if (value !== undefined) all[name] = value;
  }
  const lines = Object.entries(all).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`));
  return `${method} ${path} ${version}\r\n${lines.join('')}\r\n`;
}

export const acceptOf = (key) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** A socket that has said nothing yet. */
export class RawSocket {
  #held = Buffer.alloc(0);
  #waiting = [];
  frames = []; // {opcode, fin, payload}
  ended = false;
  head = undefined; // {status, headers, body}

  constructor(socket) {
    this.socket = socket;
    socket.on('data', (data) => {
      this.#held = Buffer.concat([this.#held, data]);
      this.#read();
      this.#wake();
    });
    for (const event of ['close', 'error', 'end']) {
      socket.on(event, () => {
        this.ended = true;
        this.#wake();
      });
    }
    /** Once the server has ended it, in whatever way. */
    this.end = new Promise((resolve) => { for (const event of ['end', 'close']) socket.on(event, resolve); });
  }

  static open(t, url) {
    const { hostname, port, protocol } = new URL(url);
    const socket = protocol === 'https:' ? connectTls({ port: Number(port), host: hostname, rejectUnauthorized: false })
      : connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    t.after(() => socket.destroy());
    socket.setNoDelay(true);
    return new RawSocket(socket);
  }

  #wake() {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #read() {
    if (!this.head) {
      const end = this.#held.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [first, ...lines] = this.#held.toString('latin1', 0, end).split('\r\n');
      const headers = {};
      for (const line of lines) {
        const [name, ...value] = line.split(':');
        headers[name.toLowerCase()] = value.join(':').trim();
      }
      this.head = { status: Number(first.split(' ')[1]), headers, line: first };
      this.#held = this.#held.subarray(end + 4);
    }
    if (this.head.status !== 101) return;
    while (this.#held.length >= 2) {
      const [first, second] = this.#held;
      const short = second & 0x7f;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#held.length < start) return;
      const length = short < 126 ? short : short === 126 ? this.#held.readUInt16BE(2) : Number(this.#held.readBigUInt64BE(2));
      if (this.#held.length < start + length) return;
      const payload = Buffer.from(this.#held.subarray(start, start + length));
      this.frames.push({ opcode: first & 15, fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, masked: (second & 0x80) !== 0, payload });
      this.#held = this.#held.subarray(start + length);
    }
  }

  write(data) {
    this.socket.write(data);
  }

  /** Waits until `find` gives something; undefined if the server ended before. */
  async #until(what, find) {
    const search = async () => {
      for (;;) {
        const found = find();
        if (found !== undefined || this.ended) return found;
        await new Promise((resolve) => { this.#waiting.push(resolve); });
      }
    };
    return within(5000, search(), what, () =>
      `${JSON.stringify(this.head)} ${this.frames.map(({ opcode, payload }) => `${opcode}:${payload.toString().slice(0, 200)}`).join('\n')}`);
  }

  /** The answer's {status, headers}. */
  answer() {
    return this.#until('the answer', () => this.head);
  }

  /** Takes the first frame with this opcode. */
  take(opcode, fits = () => true) {
    return this.#until(`a frame ${opcode}`, () => {
      const index = this.frames.findIndex((one) => one.opcode === opcode && fits(one));
      return index < 0 ? undefined : this.frames.splice(index, 1)[0];
    });
  }

  /** The first JSON message that fits. */
  async message(fits = () => true) {
    const found = await this.take(opcodes.text, ({ payload }) => fits(JSON.parse(payload)));
    return found && JSON.parse(found.payload);
  }

  /** {code, reason} of the server's close frame; undefined if it ended without. */
  async close() {
    const found = await this.take(opcodes.close);
    if (!found) return undefined;
    return found.payload.length < 2 ? { code: undefined, reason: '' }
      : { code: found.payload.readUInt16BE(0), reason: found.payload.toString('utf8', 2) };
  }
}
