/** What this browser remembers about a guest: a name, who the server took them for, and an invitation. */

const nameKey = 'rostrum.name';
const visitorKey = 'rostrum.visitor';
const hiddenKey = 'rostrum.chat-hidden';
const inviteKey = (channel: string): string => `rostrum.invite.${channel}`;

/** Storage may be forbidden; then nothing is remembered. */
function read(storage: () => Storage, key: string): string {
  try {
    return storage().getItem(key) ?? '';
  } catch {
    return '';
  }
}
function write(storage: () => Storage, key: string, value: string): void {
  try {
    if (value === '') storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // as if it had been cleared
  }
}
const lasting = () => localStorage;
const ofThisTab = () => sessionStorage;

export const place = {
  name: () => read(lasting, nameKey),
  setName: (name: string) => write(lasting, nameKey, name),
  visitor: () => read(lasting, visitorKey),
  setVisitor: (visitor: string) => write(lasting, visitorKey, visitor),
  isHidden: () => read(lasting, hiddenKey) !== '',
  setHidden: (hidden: boolean) => write(lasting, hiddenKey, hidden ? 'yes' : ''),
  invite: (channel: string) => read(ofThisTab, inviteKey(channel)),
  dropInvite: (channel: string) => write(ofThisTab, inviteKey(channel), ''),
};

/**
 * An invitation comes behind the # of the address, which never reaches a server or its logs. It is taken out
 * of the address at once, so that it is not shared together with the page.
 */
export function takeInvite(channel: string): void {
  const invite = new URLSearchParams(location.hash.slice(1)).get('invite');
  if (!invite) return;
  write(ofThisTab, inviteKey(channel), invite);
  history.replaceState(history.state, '', location.pathname + location.search);
}
