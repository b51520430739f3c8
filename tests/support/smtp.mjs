// A mail server for tests: takes every letter (or refuses as told) and reads what is in it.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { within } from './process.mjs';

const words = (text) => text.replace(/\?=\s+=\?/g, '?==?')
  .replace(/=\?UTF-8\?B\?([^?]*)\?=/gi, (_, base64) => Buffer.from(base64, 'base64').toString('utf8'));

const quoted = (text) => Buffer.from(
  text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
  'latin1').toString('utf8').replace(/\r\n/g, '\n');

/** A letter as it came, taken apart: envelope, header fields (lower case), text, and the links in it. */
export function readLetter({ from, to, raw }) {
  const split = raw.indexOf('\r\n\r\n');
  const fields = {};
  for (const line of raw.slice(0, split).replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    fields[line.slice(0, colon).toLowerCase()] = words(line.slice(colon + 1).trim());
  }
  const text = quoted(raw.slice(split + 4));
  return { from, to, fields, subject: fields.subject, text, links: text.match(/https?:\/\/\S+/g) ?? [], raw };
}

/**
 * Listens on a free port of 127.0.0.1. `refuse(command)` may give a reply like "450 later" in place of
 * the usual one. Gives `url`, `letters` (as readLetter), `next(to)`: the next letter to an address that
 * was not taken by an earlier call, and `close()`.
 */
export async function startSmtp(t, { refuse = () => undefined, port = 0 } = {}) {
  const letters = [];
  const waiting = [];
  const taken = new Set();
  const sockets = new Set();
  let logins = 0;

  const offer = () => {
    for (const wish of [...waiting]) {
      const letter = letters.find((one) => one.to.includes(wish.to) && !taken.has(one));
      if (!letter) continue;
      taken.add(letter);
      waiting.splice(waiting.indexOf(wish), 1);
      wish.resolve(letter);
    }
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    let received = '';
    let from = '';
    let to = [];
    let isData = false;
    let isSecret = false;
    const say = (line) => socket.write(`${line}\r\n`);
    const command = (line) => {
      if (isSecret) {
        isSecret = false;
        logins += 1;
        return say(refuse('AUTH') ?? '235 welcome');
      }
      const word = line.split(' ')[0].toUpperCase();
      if (word === 'QUIT') return socket.end('221 bye\r\n');
      const refusal = word === 'AUTH' ? undefined : refuse(line);
      if (refusal) return say(refusal);
      if (word === 'EHLO') return say('250-mail.test\r\n250-AUTH PLAIN\r\n250 8BITMIME');
      if (word === 'AUTH') {
        isSecret = true;
        return say('334 ');
      }
      if (word === 'MAIL') {
        from = line.match(/<(.*?)>/)?.[1] ?? '';
        to = [];
      }
      if (word === 'RCPT') to.push(line.match(/<(.*?)>/)?.[1] ?? '');
      if (word === 'DATA') {
        isData = true;
        return say('354 go on');
      }
      return say('250 ok');
    };
    say('220 mail.test');
    socket.setEncoding('latin1').on('data', (data) => {
      received += data;
      for (;;) {
        const end = isData ? received.indexOf('\r\n.\r\n') : received.indexOf('\r\n');
        if (end < 0) return;
        const piece = received.slice(0, end);
        received = received.slice(end + (isData ? 5 : 2));
        if (!isData) {
          command(piece);
          continue;
        }
        isData = false;
        const refusal = refuse('.');
        if (!refusal) {
          letters.push(readLetter({ from, to, raw: `${piece}\r\n`.replace(/\r\n\.\./g, '\r\n.') }));
          offer();
        }
        say(refusal ?? '250 taken');
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  t?.after(close);

  return {
    url: `smtp://127.0.0.1:${server.address().port}`,
    port: server.address().port,
    letters,
    logins: () => logins,
    next: (address, milliseconds = 10_000) => {
      const came = new Promise((resolve) => { waiting.push({ to: address, resolve }); });
      offer();
      return within(milliseconds, came, `a letter to ${address}`, () => letters.map((one) => one.raw).join('\n'));
    },
    close,
  };
}
