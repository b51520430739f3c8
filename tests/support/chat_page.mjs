// The unmodified chat library in a page of Chromium, bundled as an application would.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { build } from 'esbuild';
import { openPage } from './browser.mjs';
import { repository } from './process.mjs';

const source = `
import * as library from 'amazon-ivs-chat-messaging';
const people = {};
const names = ['connecting', 'connect', 'disconnect', 'message', 'event', 'messageDelete', 'userDisconnect'];
const plain = (value) => JSON.parse(JSON.stringify(value ?? null));
window.connect = (userId, url) => new Promise((resolve) => {
  const room = new library.ChatRoom({ regionOrUrl: url, tokenProvider: () => window.fetchToken(userId) });
  room.logLevel = 'error';
  room.logger = { debug() {}, info() {}, error() {} };
  const told = people[userId] = { room, told: [] };
  for (const name of names) room.addListener(name, (what) => {
    told.told.push([name, plain(what)]);
    if (name === 'connect' || name === 'disconnect') resolve(name);
  });
  room.connect();
});
window.call = (userId, method, request, ...args) =>
  people[userId].room[method](new library[request](...args)).then(plain, plain);
window.disconnect = (userId) => people[userId].room.disconnect();
window.told = (userId) => people[userId].told;
`;

let bundled;
const bundle = () => (bundled ??= build({
  stdin: { contents: source, resolveDir: `${repository}tests`, sourcefile: 'page.js' },
  bundle: true, write: false, format: 'iife', target: 'es2022', logLevel: 'error',
}).then(({ outputFiles }) => outputFiles[0].text));

/** A page of another origin in which people chat; `token(userId)` is its backend. */
export async function openChatPage(t, token, url) {
  const script = await bundle();
  const server = createServer((request, response) => {
    response.setHeader('content-type', request.url === '/page.js' ? 'text/javascript' : 'text/html');
    response.end(request.url === '/page.js' ? script : '<!doctype html><link rel="icon" href="data:,"><script src="page.js"></script>');
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const page = await openPage(t);
  await page.exposeFunction('fetchToken', async (userId) => JSON.parse(JSON.stringify(await token(userId))));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const heard = async (userId, event, fits) => {
    const end = Date.now() + 10_000;
    for (;;) {
      const told = await page.evaluate((who) => window.told(who), userId);
      const found = told.find(([name, what]) => name === event && fits(what));
      if (found) return found[1];
      if (Date.now() > end) throw new Error(`${userId} heard no such ${event}: ${JSON.stringify(told)}\n${page.problems.join('\n')}`);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  };
  return {
    problems: page.problems,
    heard,
    connect: async (userId) => {
      const how = await page.evaluate(([who, address]) => window.connect(who, address), [userId, url]);
      if (how !== 'connect') throw new Error(`${userId}: ${JSON.stringify(await page.evaluate((who) => window.told(who), userId))}`);
    },
    call: (userId, method, request, ...args) => page.evaluate((all) => window.call(...all), [userId, method, request, ...args]),
    say: (userId, content, attributes) => page.evaluate((all) => window.call(...all), [userId, 'sendMessage', 'SendMessageRequest', content, attributes]),
    disconnect: (userId) => page.evaluate((who) => window.disconnect(who), userId),
  };
}
