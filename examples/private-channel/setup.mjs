// What a private channel needs: a key pair of ours, its public half imported, a channel that asks for tokens.
// Everything is made once and found again the next time.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import {
  CreateChannelCommand, GetChannelCommand, GetPlaybackKeyPairCommand, GetStreamKeyCommand, ImportPlaybackKeyPairCommand,
  ListStreamKeysCommand,
} from '@aws-sdk/client-ivs';
import { keepSecret } from '../shared/rostrum.mjs';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** private.pem and public.pem in `folder`; the private one never leaves it. */
export function keyPair(folder) {
  const files = { private: `${folder}/private.pem`, public: `${folder}/public.pem` };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (!existsSync(files.private)) {
    openssl('ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', files.private);
    chmodSync(files.private, 0o600);
    rmSync(files.public, { force: true });
  }
  if (!existsSync(files.public)) openssl('ec', '-in', files.private, '-pubout', '-out', files.public);
  return { privateKey: readFileSync(files.private, 'utf8'), publicKey: readFileSync(files.public, 'utf8') };
}

/** What `send` gives, or nothing if the server does not know the thing (any more). */
const ifThere = (send) => send().catch((error) => {
  if (error.name === 'ResourceNotFoundException') return undefined;
  throw error;
});

async function importedKey(client, state, publicKey) {
  if (state.keyPairArn) {
    const found = await ifThere(() => client.send(new GetPlaybackKeyPairCommand({ arn: state.keyPairArn })));
    if (found) return found.keyPair.arn;
  }
  const { keyPair: made } = await client.send(new ImportPlaybackKeyPairCommand({
    publicKeyMaterial: publicKey, name: 'private-channel-example',
  }));
  return made.arn;
}

async function privateChannel(client, state) {
  if (state.channelArn) {
    const found = await ifThere(() => client.send(new GetChannelCommand({ arn: state.channelArn })));
    if (found) {
      const { streamKeys } = await client.send(new ListStreamKeysCommand({ channelArn: state.channelArn }));
      const { streamKey } = await client.send(new GetStreamKeyCommand({ arn: streamKeys[0].arn }));
      return { channel: found.channel, streamKey };
    }
  }
  return client.send(new CreateChannelCommand({
    name: 'private-channel-example',
    authorized: true, // nobody watches without a token
    latencyMode: 'LOW',
    type: 'STANDARD',
    insecureIngest: true, // plain RTMP from this machine; RTMPS works as well
  }));
}

/** `folder` holds the keys and what was made for `server`. */
export async function prepare(client, folder, server) {
  const keys = keyPair(folder);
  const file = `${folder}/made.json`;
  const all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const state = all[server] ?? {};
  const keyPairArn = await importedKey(client, state, keys.publicKey);
  keepSecret(file, JSON.stringify({ ...all, [server]: { ...state, keyPairArn } }, null, 2));
  const { channel, streamKey } = await privateChannel(client, state);
  keepSecret(file, JSON.stringify({ ...all, [server]: { keyPairArn, channelArn: channel.arn } }, null, 2));
  return { channel, streamKey: streamKey.value, keyPairArn, privateKey: keys.privateKey };
}
