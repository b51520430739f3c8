/** This browser's own subscription to notifications that arrive while no page is open. */
import { createChannelPages } from '@rostrum/client/channels';
import { platform } from '../../shell/platform';

const calls = createChannelPages(platform);
const worker = '/push-worker.js';

export const canPush = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;

async function subscription(): Promise<PushSubscription | null> {
  const registered = await navigator.serviceWorker.getRegistration(worker);
  return (await registered?.pushManager.getSubscription()) ?? null;
}

export const hasPush = async (): Promise<boolean> => canPush() && (await subscription()) !== null;

export type PushAnswer = 'on' | 'denied';

const octets = (text: string): Uint8Array<ArrayBuffer> => {
  const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
};

export async function turnOnPush(): Promise<PushAnswer> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  const key = await calls.pushKey();
  await navigator.serviceWorker.register(worker);
  const registered = await navigator.serviceWorker.ready;
  const made = await registered.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: octets(key),
  });
  const { endpoint, keys } = made.toJSON();
  await calls.subscribePush(endpoint ?? made.endpoint, {
    p256dh: keys?.['p256dh'] ?? '',
    auth: keys?.['auth'] ?? '',
  });
  return 'on';
}

export async function turnOffPush(): Promise<void> {
  const made = await subscription();
  if (!made) return;
  await calls.unsubscribePush(made.endpoint);
  await made.unsubscribe();
}
