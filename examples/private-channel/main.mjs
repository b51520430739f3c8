// The whole example in one process: key pair, channel, page, and the endpoint that gives out tokens.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sendJson, servePages } from '../shared/pages.mjs';
import { ivsClient, main, serverInfo, serverUrl } from '../shared/rostrum.mjs';
import { prepare } from './setup.mjs';
import { playbackToken } from './token.mjs';

const usage = `usage: examples/private-channel/start [options]

  --port PORT        of the page (8091)
  --host ADDRESS     where the page listens (127.0.0.1)
  --lifetime SECONDS for how long a token can begin to play (3600)
  --keys FOLDER      of the key pair (build/private-channel)
  --test-picture     broadcasts ffmpeg's test picture, so that there is something to see
`;

/** The answer of /sign. Give tokens only to those who may watch: here that is everybody who asks. */
function signRoute(token) {
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'OPTIONS,GET',
    'Access-Control-Allow-Headers': 'Content-Type',
  };
  return (request, response) => {
    if (request.method === 'OPTIONS') response.writeHead(200, headers).end();
    else if (request.method === 'GET') sendJson(response, { token: token() }, headers);
    else response.writeHead(405, { ...headers, Allow: 'OPTIONS, GET' }).end();
  };
}

const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=960x540:rate=30', '-re', '-f', 'lavfi', '-i',
  'sine=frequency=330:sample_rate=48000'];
const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-b:v',
  '1500k', '-g', '60', '-c:a', 'aac', '-f', 'flv'];

function broadcast(address) {
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...picture, ...encoder, address],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  ffmpeg.on('error', (error) => console.error(`ffmpeg: ${error.message}`));
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      ffmpeg.kill();
      process.exit(0);
    });
  }
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8091' },
      host: { type: 'string', default: '127.0.0.1' },
      lifetime: { type: 'string', default: '3600' },
      keys: { type: 'string', default: fileURLToPath(new URL('../../build/private-channel', import.meta.url)) },
      'test-picture': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const lifetime = Number(values.lifetime);
  if (values.help || !(lifetime > 0)) throw new Error(usage);
  const { ingest } = await serverInfo();
  const { channel, streamKey, privateKey } = await prepare(ivsClient(), values.keys, serverUrl());
  const page = await servePages({
    folder: fileURLToPath(new URL('page', import.meta.url)),
    port: Number(values.port),
    host: values.host,
    routes: {
      '/sign': signRoute(() => playbackToken({ channelArn: channel.arn, privateKey, lifetime })),
      '/config.json': (_, response) => sendJson(response, {
        playbackUrl: channel.playbackUrl,
        playerScript: `${serverUrl()}/player/rostrum-player.js`,
        signUrl: '/sign',
      }),
    },
  });
  console.log(`
  Open ${page.url}/ and try both buttons.

  channel      ${channel.arn}
  playback     ${channel.playbackUrl}
  token        curl -s ${page.url}/sign

  Broadcast with OBS (custom service)
      server      ${ingest.rtmp}
      stream key  ${streamKey}
  or with ffmpeg
      ffmpeg -re -i film.mp4 -c:v libx264 -bf 0 -g 60 -c:a aac -f flv ${ingest.rtmp}/${streamKey}
`);
  if (values['test-picture']) broadcast(`${ingest.rtmp}/${streamKey}`);
});
