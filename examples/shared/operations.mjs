// Rostrum's own operations (api/rostrum.json), which the AWS SDK does not know: POST, JSON, signed like the others.
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { credentials, serverUrl } from './rostrum.mjs';

/** SHA-256 and HMAC-SHA-256 in the form that the signer wants. */
class Sha256 {
  #hash;

  constructor(secret) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }

  update(data) {
    this.#hash.update(data);
  }

  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
}

/** Calls an operation and gives its answer; what the server refuses is an error with its sentence. */
export async function call(operation, input = {}) {
  const url = new URL(`${serverUrl()}/${operation}`);
  const body = JSON.stringify(input);
  const signer = new SignatureV4({
    credentials: credentials(), region: process.env.AWS_REGION ?? 'local', service: 'rostrum', sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: 'POST', protocol: url.protocol, hostname: url.hostname, path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/json' }, body,
  });
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const answer = text === '' ? {} : JSON.parse(text);
  if (!response.ok) throw new Error(`${operation}: ${answer.message ?? response.statusText}`);
  return answer;
}
