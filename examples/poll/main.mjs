// The whole example in one process: finds a channel, serves the page, asks the questions.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GetChannelCommand, ListChannelsCommand, ListStreamsCommand } from '@aws-sdk/client-ivs';
import { sendJson, servePages } from '../shared/pages.mjs';
import { ivsClient, main, serverInfo, serverUrl } from '../shared/rostrum.mjs';
import { ask, ownFacts, readFacts } from './metadata.mjs';

const usage = `usage: examples/poll/start [channel ARN] [options]

  --interval SECONDS   between two questions (10)
  --facts FILE         one question a line
  --port PORT          of the page (8090)
  --host ADDRESS       where the page listens (127.0.0.1)
  --results URL        of the results service (<server>/PROD)
  --no-questions       only the page: ask with metadata.mjs
`;

/** The channel to ask on: the one that was named, else one that is live, else any. */
async function findChannel(client, named) {
  let arn = named;
  if (!arn) {
    const { streams } = await client.send(new ListStreamsCommand({ maxResults: 1 }));
    arn = streams[0]?.channelArn;
  }
  if (!arn) {
    const { channels } = await client.send(new ListChannelsCommand({ maxResults: 1 }));
    arn = channels[0]?.arn;
  }
  if (!arn) throw new Error('the server has no channel: make one, or start the server with `make run`');
  const { channel } = await client.send(new GetChannelCommand({ arn }));
  return channel;
}

/** Says early, and in words, when the results service is not there. */
async function checkResults(url) {
  const response = await fetch(`${url}/poll-get`, { method: 'POST', body: '{"poll_id":"-"}' }).catch(() => undefined);
  if (response?.status !== 200) {
    throw new Error(`no results service answers at ${url}: is \`polls.enabled\` off, or is there another \`polls.prefix\`?`);
  }
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      interval: { type: 'string', default: '10' },
      facts: { type: 'string', default: ownFacts },
      port: { type: 'string', default: '8090' },
      host: { type: 'string', default: '127.0.0.1' },
      results: { type: 'string', default: `${serverUrl()}/PROD` },
      'no-questions': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const interval = Number(values.interval);
  if (values.help || positionals.length > 1 || !(interval > 0)) throw new Error(usage);
  await serverInfo();
  await checkResults(values.results);
  const channel = await findChannel(ivsClient(), positionals[0]);
  const page = await servePages({
    folder: fileURLToPath(new URL('page', import.meta.url)),
    port: Number(values.port),
    host: values.host,
    routes: {
      '/config.json': (_, response) => sendJson(response, {
        playbackUrl: channel.playbackUrl,
        playerScript: `${serverUrl()}/player/rostrum-player.js`,
        results: values.results,
      }),
    },
  });
  console.log(`\n  Open ${page.url}/ in two windows and vote.\n\n  channel  ${channel.arn}\n`);
  if (values['no-questions']) return;
  await ask({ channelArn: channel.arn, facts: readFacts(values.facts), interval });
});
