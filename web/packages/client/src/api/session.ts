/**
 * Who is signed in on this computer. On secure pages the secret is a key that no script can read again, in
 * the browser's database; elsewhere it stays in the tab. A session that was not to be kept ends with its tab.
 */
import { hashing, isSecurePage, type MacKey } from './hashing';
import { rootKey, type Signer } from './sigv4';

export type Access = 'FULL' | 'READ_ONLY' | 'UNKNOWN';

export interface Session {
  readonly signer: Signer;
  readonly region: string;
  readonly access: Access;
  /** What the key is called; empty if it has no name. */
  readonly keyName: string;
}

interface Kept {
  readonly accessKeyId: string;
  readonly region: string;
  readonly access: Access;
  readonly keyName: string;
  /** Names the tab that it belongs to; empty if it outlives tabs. */
  readonly tab: string;
  readonly key: MacKey;
}

const tabName = 'rostrum-console-tab';
const plainName = 'rostrum-console-session';
const databaseName = 'rostrum-console';
const storeName = 'sessions';
const entry = 'current';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the database does not open'));
  });
}

async function inStore<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(storeName, mode);
      const request = ask(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () =>
        reject(transaction.error ?? new Error('the database does not answer'));
    });
  } finally {
    database.close();
  }
}

export async function signerOf(accessKeyId: string, secret: string): Promise<Signer> {
  return { accessKeyId, key: await rootKey(await hashing(), secret) };
}

/** Whether a session can outlive its tab: only where the browser keeps the key for itself. */
export const canStaySignedIn = (): boolean => isSecurePage() && 'indexedDB' in globalThis;

/** Browsers without room to write still sign in, for as long as the page is open. */
async function quietly<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch {
    return otherwise;
  }
}

export async function keepSession(
  session: Session,
  options: { readonly secret: string; readonly stay: boolean },
): Promise<void> {
  const { signer, region, access, keyName } = session;
  const { accessKeyId } = signer;
  await quietly(async () => {
    if (!canStaySignedIn()) {
      sessionStorage.setItem(
        plainName,
        JSON.stringify({ accessKeyId, region, access, keyName, secret: options.secret }),
      );
      return;
    }
    let tab = '';
    if (options.stay) {
      sessionStorage.removeItem(tabName);
    } else {
      tab = crypto.randomUUID();
      sessionStorage.setItem(tabName, tab);
    }
    const kept: Kept = { accessKeyId, region, access, keyName, tab, key: signer.key };
    await inStore('readwrite', (store) => store.put(kept, entry));
  }, undefined);
}

export function storedSession(): Promise<Session | null> {
  return quietly(async () => {
    if (!canStaySignedIn()) {
      const text = sessionStorage.getItem(plainName);
      if (text === null) return null;
      const { accessKeyId, region, access, keyName, secret } = JSON.parse(text) as Kept & {
        secret: string;
      };
      return { signer: await signerOf(accessKeyId, secret), region, access, keyName };
    }
    const kept = (await inStore('readonly', (store) => store.get(entry))) as Kept | undefined;
    if (!kept) return null;
    if (kept.tab !== '' && kept.tab !== sessionStorage.getItem(tabName)) {
      return null; // of a tab that may still be open
    }
    const { accessKeyId, key, region, access, keyName } = kept;
    return { signer: { accessKeyId, key }, region, access, keyName };
  }, null);
}

export async function forgetSession(): Promise<void> {
  await quietly(async () => {
    sessionStorage.removeItem(plainName);
    sessionStorage.removeItem(tabName);
    if (canStaySignedIn()) await inStore('readwrite', (store) => store.delete(entry));
  }, undefined);
}
