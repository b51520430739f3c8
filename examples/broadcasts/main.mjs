// The whole example in one process: has events sent to itself, keeps what they say, serves the page.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GetChannelCommand } from '@aws-sdk/client-ivs';
import { call } from '../shared/operations.mjs';
import { sendJson, servePages } from '../shared/pages.mjs';
import { ivsClient, main, serverInfo, serverUrl } from '../shared/rostrum.mjs';
import { apply, live, past, pattern } from './follow.mjs';
import { Store } from './store.mjs';
import { webhook } from './webhook.mjs';

const usage = `usage: examples/broadcasts/start [options]

  --port PORT        of the page and the webhook (8092)
  --host ADDRESS     where they listen (127.0.0.1)
  --webhook URL      how the server reaches this program (http://<host>:<port>)
  --data FILE        what is kept (build/broadcasts/state.json)
`;

const rule = 'example-broadcasts';

/** Events that were sent while this program did not run; the server keeps them for three days. */
async function catchUp(store) {
  let nextToken;
  const missed = [];
  do {
    const page = await call('ListEvents', { maxResults: 100, nextToken });
    missed.push(...page.events.map(({ event }) => JSON.parse(event)));
    nextToken = page.nextToken;
  } while (nextToken);
  // Their order does not matter: each adds what it knows.
  for (const event of missed) apply(store.state, event);
  store.save();
}

/** The answer of /broadcasts.json: everything the page shows. */
function listing(store) {
  const client = ivsClient();
  const playback = new Map();
  const playbackUrl = async (arn) => {
    if (!playback.has(arn)) {
      playback.set(arn, client.send(new GetChannelCommand({ arn }))
        .then(({ channel }) => (channel.authorized ? undefined : channel.playbackUrl), () => undefined));
    }
    return playback.get(arn);
  };
  return async (_, response) => {
    sendJson(response, {
      live: await Promise.all(live(store.state).map(async (row) => ({ ...row, playbackUrl: await playbackUrl(row.channel) }))),
      past: past(store.state).map((row) => {
        const id = row.recording.path.split('/').at(-1);
        const address = `${serverUrl()}/api/video/v1/recordings/${id}`;
        return { ...row, playbackUrl: `${address}.m3u8`, thumbnailUrl: `${address}.jpg` };
      }),
    });
  };
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8092' },
      host: { type: 'string', default: '127.0.0.1' },
      webhook: { type: 'string' },
      data: { type: 'string', default: fileURLToPath(new URL('../../build/broadcasts/state.json', import.meta.url)) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new Error(usage);
  await serverInfo();
  const store = new Store(values.data);
  const secret = randomBytes(24).toString('hex');
  const page = await servePages({
    folder: fileURLToPath(new URL('page', import.meta.url)),
    port: Number(values.port),
    host: values.host,
    routes: {
      '/config.json': (_, response) => sendJson(response, { playerScript: `${serverUrl()}/player/rostrum-player.js` }),
      '/broadcasts.json': listing(store),
      '/events': webhook(secret, (event) => {
        if (apply(store.state, event)) store.save();
      }),
    },
  });
  await call('PutEventRule', { name: rule, eventPattern: JSON.stringify(pattern) });
  await call('PutEventTarget', {
    ruleName: rule, target: { id: 'page', type: 'WEBHOOK', url: `${values.webhook ?? page.url}/events`, secret },
  });
  // Behind the rule: nothing falls between what was missed and what is sent.
  await catchUp(store);
  console.log(`\n  Open ${page.url}/\n\n  Stop with Ctrl-C; what happens meanwhile is made up for at the next start.\n`);
});
