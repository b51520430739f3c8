/** For tests: the app in a page, a platform that answers from a table, and a feed that tests speak through. */
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { FakeRoom } from '@rostrum/client/chat/testing';
import { App } from '../App';

type Answer = readonly [status: number, body?: unknown];
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: Record<string, unknown> | null;
}

class FakeFeed extends EventTarget {
  static open: FakeFeed[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    FakeFeed.open.push(this);
  }
  close(): void {
    FakeFeed.open = FakeFeed.open.filter((feed) => feed !== this);
  }
}

export const account = {
  id: 'a-1',
  name: 'bob.b',
  email: 'bob@example.org',
  role: 'viewer',
  state: 'active',
  avatar: 'bear',
  color: 'blue',
  language: '',
  hasPassword: true,
  createdAt: '2026-01-01T00:00:00Z',
};

export const card = (name: string, viewers: number, more: Record<string, unknown> = {}) => ({
  name,
  avatar: 'tiger',
  color: 'green',
  title: `Title of ${name}`,
  category: 'Games',
  live: true,
  viewers,
  startedAt: new Date(Date.now() - 60_000).toISOString(),
  thumbnailUrl: `/thumbs/${name}.jpg`,
  watchUrl: `/${name}`,
  ...more,
});

export const details = (more: Record<string, unknown> = {}) => ({
  ...card('anna', 12),
  about: 'Who I am: https://example.org/me',
  channelArn: 'arn:aws:ivs:local:0:channel/abc',
  channelId: 'abc',
  roomArn: 'arn:room',
  playbackUrl: '/api/video/v1/abc/master.m3u8',
  membersOnly: false,
  followers: 3,
  isFollowing: false,
  isBanned: false,
  isOwner: false,
  role: 'NONE',
  poll: null,
  chat: { slowMode: 0, followersOnly: -1 },
  ...more,
});

/** The code of these pages, which comes when it is needed; the first time that takes a while. */
export const loaded = (): Promise<unknown> =>
  Promise.all([
    import('./Channel'),
    import('./Directory'),
    import('./Profile'),
    import('./Search'),
    import('./Following'),
    import('./parts/PlatformChat'),
    import('./parts/StageCards'),
    import('./parts/ReportDialog'),
    import('@rostrum/client/overlays'),
  ]);

export class FakePlatform {
  readonly room = new FakeRoom();
  readonly asked: Asked[] = [];
  readonly page = document.createElement('div');
  signedIn = true;
  channel: Record<string, unknown> | null = details();
  /** By "METHOD /path"; before everything else. */
  readonly answers: Record<string, Answer | ((asked: Asked) => Answer)> = {};
  readonly #root: Root;
  readonly #replaced = new Map<string, unknown>();

  constructor() {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    localStorage.clear();
    sessionStorage.clear();
    FakeFeed.open = [];
    const { room } = this;
    room.me = account.name;
    this.#replace('EventSource', FakeFeed);
    this.#replace('WebSocket', function (url: string, protocol: string) {
      return room.open(url, protocol);
    });
    this.#replace('fetch', async (url: string, options?: RequestInit) => this.#fetch(url, options));
    document.body.append(this.page);
    this.#root = createRoot(this.page);
  }

  async end(): Promise<void> {
    await act(async () => this.#root.unmount());
    this.page.remove();
    for (const [name, value] of this.#replaced) Reflect.set(globalThis, name, value);
  }

  #replace(name: string, value: unknown): void {
    this.#replaced.set(name, Reflect.get(globalThis, name));
    Reflect.set(globalThis, name, value);
  }

  #fetch(url: string, options: RequestInit = {}): Response {
    const { pathname, searchParams } = new URL(url, 'http://h/');
    const asked: Asked = {
      method: options.method ?? 'GET',
      path: pathname.replace('/api/platform/v1', ''),
      query: searchParams.toString(),
      body: typeof options.body === 'string' ? JSON.parse(options.body) : null,
    };
    this.asked.push(asked);
    const [status, body] = this.#answer(asked);
    return new Response(status === 204 ? null : JSON.stringify(body ?? {}), { status });
  }

  #answer(asked: Asked): Answer {
    const { method, path } = asked;
    const found = this.answers[`${method} ${path}`];
    if (found) return typeof found === 'function' ? found(asked) : found;
    const me = this.signedIn ? { account } : {};
    if (path === '/session') return [200, { signedIn: this.signedIn, csrfToken: 't', ...me }];
    if (path === '/about') return [200, { name: 'Rostrum', registration: true }];
    if (path === '/notices') return [200, { notices: [], unseen: 0 }];
    if (path === '/categories') return [200, { categories: [{ name: 'Games', live: 2 }] }];
    if (path.endsWith('/chat/messages')) return [200, { messages: [] }];
    if (path.endsWith('/recordings')) return [200, { recordings: [] }];
    if (path.endsWith('/poll')) return [200, { poll: this.channel?.['poll'] ?? null }];
    if (path.endsWith('/chat') && method === 'POST') {
      const { room } = this;
      room.capabilities = this.signedIn ? 'SEND_MESSAGE' : '';
      return [
        200,
        {
          token: 'ticket',
          userId: room.me,
          displayName: room.me,
          role: room.role,
          capabilities: this.signedIn ? ['SEND_MESSAGE'] : [],
          maxLength: 300,
          sessionExpirationTime: '2100-01-01T00:00:00Z',
          ...(this.signedIn ? {} : { visitor: 'visitor-1' }),
        },
      ];
    }
    if (/^\/channels\/[^/]+$/.test(path) && this.channel) return [200, this.channel];
    if (method !== 'GET') return [204];
    return [404, { type: 'NotFound', message: 'There is none.' }];
  }

  async settle(): Promise<void> {
    await act(async () => {
      await loaded();
      for (let i = 0; i < 20; ++i) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    });
  }

  async open(path: string): Promise<void> {
    history.replaceState(null, '', path);
    await act(async () => this.#root.render(<App />));
    await this.settle();
    await this.settle();
  }

  async tell(event: string, data: unknown): Promise<void> {
    await act(async () => {
      for (const feed of FakeFeed.open)
        feed.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
    });
    await this.settle();
  }

  /** A cue of the stream, at the picture's time. */
  async cue(text: string): Promise<void> {
    await act(async () => {
      this.player?.dispatchEvent(new CustomEvent('rostrum-metadata', { detail: { text } }));
    });
    await this.settle();
  }

  get feeds(): string[] {
    return FakeFeed.open.map((feed) => feed.url);
  }
  get player(): HTMLElement | null {
    return this.page.querySelector<HTMLElement>('.channel-screen rostrum-player');
  }
  get text(): string {
    return this.page.querySelector('main')?.textContent ?? '';
  }
  get toast(): string {
    return document.querySelector('.toasts')?.textContent ?? '';
  }
  /** Changes that were asked for, newest last. */
  get acts(): string[] {
    return this.asked
      .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/chat'))
      .map(({ method, path }) => `${method} ${path}`);
  }
  all<E extends HTMLElement = HTMLElement>(selector: string): E[] {
    return [...document.querySelectorAll<E>(selector)];
  }
  button(name: string | RegExp): HTMLElement | undefined {
    return this.all('button, [role=tab], [role=menuitem], a.button').find((element) => {
      const label = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();
      return typeof name === 'string' ? label === name : name.test(label);
    });
  }
  async click(what: string | RegExp | HTMLElement | undefined): Promise<void> {
    const element = what instanceof HTMLElement ? what : what && this.button(what);
    if (!element) throw new Error(`there is no ${String(what)}`);
    await act(async () => element.click());
    await this.settle();
  }
}
