// Where the server is and how to sign requests to it: what both examples need before they can begin.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IvsClient } from '@aws-sdk/client-ivs';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const program = `${repository}build/release/rostrum`;
const dataFolder = `${repository}build/data`;
const keyFile = `${dataFolder}/examples-key.json`;

/** The server's address, without a slash at its end. */
export const serverUrl = () => (process.env.ROSTRUM_URL ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');

/**
 * An access key: from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or one that is made for the examples in the
 * data folder of `make run` and kept there.
 */
export function credentials() {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
  if (existsSync(keyFile)) return JSON.parse(readFileSync(keyFile, 'utf8'));
  if (!existsSync(program)) {
    throw new Error('set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or start the server with `make run`');
  }
  const made = JSON.parse(execFileSync(
    program, ['key', 'create', '--name', 'examples', '--set', `data_dir=${dataFolder}`, '--json'], { encoding: 'utf8' }));
  const key = { accessKeyId: made.accessKeyId, secretAccessKey: made.secretAccessKey };
  keepSecret(keyFile, `${JSON.stringify(key)}\n`);
  return key;
}

/** Writes a file that only its owner can read. */
export function keepSecret(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
}

/** The unchanged AWS SDK: only its endpoint and its key are ours. */
export function ivsClient({ region = process.env.AWS_REGION ?? 'local', ...options } = {}) {
  return new IvsClient({ endpoint: serverUrl(), region, credentials: credentials(), ...options });
}

/** Versions and addresses for encoders, as the server tells them to everybody. */
export async function serverInfo() {
  try {
    const response = await fetch(`${serverUrl()}/api/rostrum/v1/server`);
    return await response.json();
  } catch (error) {
    throw new Error(`no server answers at ${serverUrl()}: start one with \`make run\`, or set ROSTRUM_URL`,
      { cause: error });
  }
}

/** Runs the example; what goes wrong is one sentence, not a stack. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    console.error(`\n  ${error.message}\n`);
    process.exit(1);
  }
}
