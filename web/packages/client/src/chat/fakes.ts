/** A chat server of one room in memory, for tests: its sockets can be broken at any moment. */
import type { ChatSocket } from './link';
import type { Network } from './surroundings';
import type { ChatTicket } from './types';

type Wire = Record<string, unknown>;

export class FakeSocket implements ChatSocket {
  onopen: ChatSocket['onopen'] = null;
  onmessage: ChatSocket['onmessage'] = null;
  onclose: ChatSocket['onclose'] = null;
  onerror: ChatSocket['onerror'] = null;
  readonly url: URL;
  readonly protocol: string;
  isOpen = true;
  /** Swallows what the client sends, and says nothing: a network that has gone. */
  isDead = false;
  /** Delivers nothing more to the client, but still takes what it sends. */
  isDeaf = false;
  readonly sent: Wire[] = [];
  closedWith: number | null = null;
  readonly #room: FakeRoom;

  constructor(room: FakeRoom, url: string, protocol: string) {
    this.#room = room;
    this.url = new URL(url);
    this.protocol = protocol;
  }
  send(text: string): void {
    if (!this.isOpen) throw new Error('closed');
    if (this.isDead) return;
    const frame = JSON.parse(text) as Wire;
    this.sent.push(frame);
    this.#room.take(this, frame);
  }
  close(code = 1000): void {
    this.isOpen = false;
    this.closedWith = code;
    this.#room.sockets.delete(this);
  }
  give(frame: Wire | string): void {
    if (this.isDead || this.isDeaf || !this.isOpen) return;
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }
  /** As a server that stops, or a network that breaks. */
  break(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#room.sockets.delete(this);
    this.onclose?.({ code: 1006, wasClean: false });
  }
  end(code = 1000): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#room.sockets.delete(this);
    this.onclose?.({ code, wasClean: true });
  }
}

export class FakeRoom {
  readonly sockets = new Set<FakeSocket>();
  readonly opened: FakeSocket[] = [];
  readonly said: Wire[] = [];
  capacity = 200;
  /** Sockets opened from now on are broken before they are ready. */
  isDown = false;
  /** Whether requests are answered by what they ask for. */
  answers = true;
  role = 'NONE';
  capabilities = 'SEND_MESSAGE';
  slowMode = 0;
  me = 'me';
  #count = 0;
  #clock = Date.parse('2026-01-01T00:00:00Z');

  readonly open = (url: string, protocol: string): FakeSocket => {
    const socket = new FakeSocket(this, url, protocol);
    this.opened.push(socket);
    queueMicrotask(() => this.#welcome(socket));
    return socket;
  };
  readonly ticket = (more: Partial<ChatTicket> = {}): ChatTicket => ({
    url: 'ws://room.example/',
    token: `token-${this.opened.length}`,
    userId: this.me,
    displayName: 'Me',
    capabilities: this.capabilities.split(','),
    ...more,
  });
  get newest(): FakeSocket {
    const socket = this.opened.at(-1);
    if (!socket) throw new Error('no socket yet');
    return socket;
  }

  id(): string {
    return `id${String((this.#count += 1)).padStart(10, '0')}`;
  }
  time(): string {
    return new Date((this.#clock += 7)).toISOString();
  }
  event(name: string, attributes: Record<string, string> = {}, requestId = ''): Wire {
    return {
      Type: 'EVENT',
      Id: this.id(),
      RequestId: requestId,
      EventName: name,
      SendTime: this.time(),
      Attributes: attributes,
    };
  }
  say(content: string, userId = 'somebody', requestId = '', role?: string): string {
    const id = this.id();
    this.tell({
      Type: 'MESSAGE',
      Id: id,
      RequestId: requestId,
      Attributes: {},
      Content: content,
      SendTime: this.time(),
      Sender: { UserId: userId, Attributes: { displayName: userId.toUpperCase() }, Role: role },
    });
    return id;
  }
  remove(id: string, requestId = ''): void {
    const at = this.said.findIndex((f) => f['Id'] === id);
    if (at >= 0) this.said.splice(at, 1);
    this.tell(this.event('aws:DELETE_MESSAGE', { MessageID: id, MessageId: id }, requestId));
  }
  /** Said to all and kept. */
  tell(frame: Wire): void {
    this.said.push(frame);
    if (this.said.length > this.capacity) this.said.shift();
    this.give(frame);
  }
  give(frame: Wire): void {
    for (const socket of [...this.sockets]) socket.give(frame);
  }

  take(socket: FakeSocket, frame: Wire): void {
    if (!this.answers) return;
    const requestId = String(frame['RequestId']);
    switch (frame['Action']) {
      case 'SEND_MESSAGE':
        this.say(String(frame['Content']), this.me, requestId);
        break;
      case 'DELETE_MESSAGE':
        this.remove(String(frame['Id']), requestId);
        break;
      case 'BAN_USER':
        this.give(this.event('rostrum:banned', { UserId: String(frame['UserId']) }, requestId));
        break;
      default:
        socket.give(this.event('rostrum:done', {}, requestId));
    }
  }

  #welcome(socket: FakeSocket): void {
    if (!socket.isOpen) return;
    if (this.isDown) {
      socket.break();
      return;
    }
    const since = socket.url.searchParams.get('since');
    const count = Number(socket.url.searchParams.get('history'));
    const at = since === null ? -1 : this.said.findIndex((f) => f['Id'] === since);
    const known = since !== null && at >= 0;
    const history = known ? this.said.slice(at + 1) : this.said.slice(-count || this.said.length);
    socket.give(
      this.event('rostrum:welcome', {
        UserId: this.me,
        Role: this.role,
        Capabilities: this.capabilities,
        MaximumMessageLength: '500',
        SlowModeSeconds: String(this.slowMode),
        History: since === null || known ? 'complete' : 'partial',
      }),
    );
    for (const frame of history) socket.give({ ...frame, RequestId: undefined, History: true });
    this.sockets.add(socket);
    socket.give(this.event('rostrum:history-end'));
  }
}

export class FakeNetwork implements Network {
  online = true;
  #changed = new Set<() => void>();
  isOnline(): boolean {
    return this.online;
  }
  watch(changed: () => void): () => void {
    this.#changed.add(changed);
    return () => this.#changed.delete(changed);
  }
  turn(online: boolean): void {
    this.online = online;
    for (const changed of [...this.#changed]) changed();
  }
}

/** The same numbers from the same seed, 0 to below 1. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
