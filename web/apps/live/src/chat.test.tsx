import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeRoom } from '@rostrum/client/chat/testing';
import { App } from './App';
import { place as remembered, takeInvite } from './parts/place';

vi.mock('@rostrum/media', () => ({
  definePlayer: () => undefined,
  preloadEngine: () => undefined,
}));

let room: FakeRoom;
let root: Root;
let page: HTMLElement;
/** What was asked for when somebody came in. */
let entries: Record<string, unknown>[];
let refusal: { status: number; error: string } | null;
let guestsWrite: boolean;

async function enter(body: string): Promise<Response> {
  const asked = JSON.parse(body) as Record<string, string>;
  entries.push(asked);
  if (refusal) {
    return new Response(JSON.stringify({ error: refusal.error, message: 'no' }), {
      status: refusal.status,
    });
  }
  const isInvited = asked['invite'] !== undefined;
  const mayWrite = isInvited || (guestsWrite && asked['displayName'] !== undefined);
  room.role = isInvited ? 'MODERATOR' : 'NONE';
  room.capabilities = mayWrite ? 'SEND_MESSAGE' : '';
  room.me = 'g-1';
  return new Response(
    JSON.stringify({
      url: 'ws://room.example/',
      token: 't',
      userId: 'g-1',
      displayName: asked['displayName'] ?? '',
      visitor: 'visitor-1',
      role: room.role,
      capabilities: mayWrite ? ['SEND_MESSAGE'] : [],
      sessionExpirationTime: '2100-01-01T00:00:00Z',
      maximumMessageLength: 500,
    }),
  );
}

async function settled(): Promise<void> {
  await import('./pages/Watch');
  await import('./parts/SideChat');
  for (let i = 0; i < 20; ++i) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => requestAnimationFrame(resolve));
}
async function open(path: string): Promise<void> {
  history.replaceState(null, '', path);
  await act(async () => {
    root.render(<App />);
    await settled();
  });
  await act(settled);
}
const button = (name: string) =>
  [...page.querySelectorAll<HTMLButtonElement>('button')].find(
    (b) => (b.getAttribute('aria-label') ?? b.textContent ?? '').trim() === name,
  );
const click = (name: string) =>
  act(async () => {
    expect(button(name), name).toBeTruthy();
    button(name)?.click();
    await settled();
  });
async function giveName(name: string): Promise<void> {
  const input = page.querySelector<HTMLInputElement>('dialog input');
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
  await act(async () => {
    set?.call(input, name);
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await act(async () => {
    page.querySelector<HTMLButtonElement>('dialog [type=submit]')?.click();
    await settled();
  });
  await act(settled);
}
const field = () => page.querySelector('textarea');

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  localStorage.clear();
  sessionStorage.clear();
  room = new FakeRoom();
  entries = [];
  refusal = null;
  guestsWrite = true;
  vi.stubGlobal('WebSocket', function (url: string, protocol: string) {
    return room.open(url, protocol);
  });
  vi.stubGlobal('fetch', async (url: string, options?: RequestInit) => {
    if (url.endsWith('/chat')) return enter(String(options?.body));
    if (url.includes('/chat/messages')) return new Response('{"messages":[]}');
    return new Response(JSON.stringify({ id: 'a', name: 'Channel a', playbackUrl: '/a.m3u8' }));
  });
  page = document.createElement('div');
  document.body.append(page);
  root = createRoot(page);
});
afterEach(async () => {
  await act(async () => root.unmount());
  page.remove();
  vi.unstubAllGlobals();
});

describe('chat on the watch page', () => {
  it('can be read without a name, and asks for one to write', async () => {
    room.say('hello', 'ana');
    await open('/watch/a');
    expect(entries[0]).toEqual({});
    expect(page.querySelector('[role=log]')?.textContent).toContain('hello');
    expect(field()).toBeNull();
    await click('Join the chat');
    expect(page.querySelector('dialog')?.textContent).toContain('How should we call you?');
    await giveName('Bob');
    expect(entries.at(-1)).toEqual({ displayName: 'Bob', visitor: 'visitor-1' });
    expect(entries).toHaveLength(2);
    expect(page.querySelector('dialog')).toBeNull();
    expect(field()?.placeholder).toBe('Say something as Bob');
    expect(page.querySelector('[role=log]')?.textContent).toContain('hello');
    expect([remembered.name(), remembered.visitor()]).toEqual(['Bob', 'visitor-1']);
  });

  it('knows a guest who comes back', async () => {
    remembered.setName('Bob');
    remembered.setVisitor('visitor-7');
    await open('/watch/a');
    expect(entries).toEqual([{ displayName: 'Bob', visitor: 'visitor-7' }]);
    expect(field()).toBeTruthy();
  });

  it('asks again when a name cannot be used', async () => {
    await open('/watch/a');
    await click('Join the chat');
    refusal = { status: 400, error: 'invalid' };
    await giveName('admin');
    expect(page.querySelector('dialog [role=alert]')?.textContent).toContain('cannot be used');
    expect(remembered.name()).toBe('');
    refusal = null;
    await giveName('Bob');
    expect(field()).toBeTruthy();
  });

  it('says so where guests may only read', async () => {
    guestsWrite = false;
    remembered.setName('Bob');
    await open('/watch/a');
    expect(field()).toBeNull();
    expect(page.textContent).toContain('You can read along here, but not write.');
  });

  it('takes an invitation out of the address and keeps it for this tab', async () => {
    await open('/watch/a#invite=inv.1-x_');
    expect(location.hash).toBe('');
    expect(entries).toEqual([{ invite: 'inv.1-x_' }]);
    expect(field()).toBeTruthy();
    expect(sessionStorage.getItem('rostrum.invite.a')).toBe('inv.1-x_');
    expect(JSON.stringify(localStorage)).not.toContain('inv.1-x_');
  });

  it('lets somebody in as a guest when the invitation is no longer valid', async () => {
    refusal = { status: 403, error: 'invite_expired' };
    await open('/watch/a#invite=old');
    expect(page.textContent).toContain('This invitation is no longer valid.');
    refusal = null;
    await click('Come in as a guest');
    expect(entries.at(-1)).toEqual({});
    expect(button('Join the chat')).toBeTruthy();
  });

  it('can be hidden, which is remembered, and ends the connection', async () => {
    await open('/watch/a');
    const [socket] = room.opened;
    await click('Hide chat');
    expect(page.querySelector('[role=log]')).toBeNull();
    expect(socket?.closedWith).toBe(1000);
    expect(remembered.isHidden()).toBe(true);
    await act(async () => root.render(null));
    await open('/watch/a');
    expect(page.querySelector('[role=log]')).toBeNull();
    await click('Chat');
    expect(page.querySelector('[role=log]')).toBeTruthy();
  });

  it.each([
    [403, 'chat_off'],
    [404, 'not_found'],
  ])('is not there where there is none (%s %s)', async (status, error) => {
    refusal = { status, error };
    await open('/watch/a');
    expect(page.querySelector('.side')).toBeNull();
    expect(button('Chat')).toBeUndefined();
  });
});

describe('an invitation in the address', () => {
  it('leaves everything else of it as it was', () => {
    history.replaceState(null, '', '/watch/a?token=t#invite=x');
    takeInvite('a');
    expect(location.pathname + location.search + location.hash).toBe('/watch/a?token=t');
    history.replaceState(null, '', '/watch/a#content');
    takeInvite('a');
    expect(location.hash).toBe('#content');
  });
});
