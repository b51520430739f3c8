/**
 * SHA-256 and HMAC for signatures. Browsers have both, but only on secure pages; a server that is reached by
 * plain http on a local address gets an implementation of its own, loaded then.
 */

/** A key for HMAC-SHA-256. Where the browser keeps it, no script can read it again. */
export type MacKey = CryptoKey | Uint8Array;

export interface Hashing {
  sha256(data: Uint8Array): Promise<Uint8Array>;
  mac(key: MacKey, data: Uint8Array): Promise<Uint8Array>;
  key(raw: Uint8Array): Promise<MacKey>;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const hex = (data: Uint8Array): string =>
  Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');

const hmac = { name: 'HMAC', hash: 'SHA-256' };
/** The types of the browser's functions want a buffer that nobody shares; ours never are. */
const own = (data: Uint8Array): Uint8Array<ArrayBuffer> => data as Uint8Array<ArrayBuffer>;

export function browserHashing(subtle: SubtleCrypto): Hashing {
  return {
    sha256: async (data) => new Uint8Array(await subtle.digest('SHA-256', own(data))),
    mac: async (key, data) => {
      if (key instanceof Uint8Array) throw new TypeError('the key belongs to another hashing');
      return new Uint8Array(await subtle.sign(hmac, key, own(data)));
    },
    key: (raw) => subtle.importKey('raw', own(raw), hmac, false, ['sign']),
  };
}

export async function portableHashing(): Promise<Hashing> {
  const [{ sha256 }, { hmac: mac }] = await Promise.all([
    import('@noble/hashes/sha2.js'),
    import('@noble/hashes/hmac.js'),
  ]);
  return {
    sha256: async (data) => sha256(data),
    mac: async (key, data) => {
      if (!(key instanceof Uint8Array)) throw new TypeError('the key belongs to another hashing');
      return mac(sha256, key, data);
    },
    key: async (raw) => raw,
  };
}

/** Whether this page may use the browser's own. */
export const isSecurePage = (): boolean => globalThis.crypto?.subtle !== undefined;

let chosen: Promise<Hashing> | undefined;
export function hashing(): Promise<Hashing> {
  chosen ??= isSecurePage() ? Promise.resolve(browserHashing(crypto.subtle)) : portableHashing();
  return chosen;
}
