// People in chat rooms: whole clients with the unmodified library, and raw members that see every
// frame as it came. Tokens come from the control API, through the AWS SDK or a signed request.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ChatRoom } from 'amazon-ivs-chat-messaging';
import WebSocket from 'ws';
import { startApi } from './api_server.mjs';
import { Caller, makeClient, send } from './ivs.mjs';
import { within } from './process.mjs';
import { makeKey, startFixed } from './server.mjs';

globalThis.WebSocket = WebSocket; // the library takes it from there; Node 20 has none

export const everything = ['SEND_MESSAGE', 'DELETE_MESSAGE', 'DISCONNECT_USER'];
const patience = 10_000;

/** Values that come one by one; whoever waits takes the first that fits, once. */
export class Inbox {
  #items = [];
  #waiting = [];
  all = [];

  push(item) {
    this.all.push(item);
    const taker = this.#waiting.findIndex(({ fits }) => fits(item));
    if (taker < 0) this.#items.push(item);
    else this.#waiting.splice(taker, 1)[0].resolve(item);
  }

  take(what, fits = () => true, milliseconds = patience) {
    const there = this.#items.findIndex(fits);
    if (there >= 0) return Promise.resolve(this.#items.splice(there, 1)[0]);
    const arrival = new Promise((resolve) => { this.#waiting.push({ fits, resolve }); });
    return within(milliseconds, arrival, what, () => `there was ${JSON.stringify(this.all.slice(-20), undefined, 1)}`);
  }

  /** What nobody has taken. */
  get rest() {
    return [...this.#items];
  }

  forget() {
    this.#items = [];
    this.all = [];
  }
}

/** One WebSocket to a room, with every frame that came. */
export class Member {
  frames = new Inbox();

  constructor(socket, userId) {
    this.socket = socket;
    this.userId = userId;
    /** {code, reason} once it is closed; 1006 without a close frame. */
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: `${reason}` }));
    });
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => {
      assert.equal(isBinary, false, 'text only');
      this.frames.push({ ...JSON.parse(data), at: performance.now() });
    });
  }

  send(object) {
    this.socket.send(typeof object === 'string' ? object : JSON.stringify(object));
  }

  /** Sends an action and gives the frame that answers it: of its RequestId. */
  request(action) {
    const RequestId = randomUUID();
    this.send({ ...action, RequestId });
    return this.frames.take(`${this.userId}: the answer to ${JSON.stringify(action).slice(0, 200)}`, (frame) => frame.RequestId === RequestId);
  }

  say(Content, Attributes) {
    return this.request({ Action: 'SEND_MESSAGE', Content, ...(Attributes ? { Attributes } : {}) });
  }

  /** The message with this content, or the first that a function takes. */
  hears(content) {
    const fits = typeof content === 'function' ? content : (frame) => frame.Content === content;
    return this.frames.take(`${this.userId}: the message ${content}`, (frame) => frame.Type === 'MESSAGE' && fits(frame));
  }

  event(name, fits = () => true) {
    return this.frames.take(`${this.userId}: the event ${name}`,
      (frame) => frame.Type === 'EVENT' && frame.EventName === name && fits(frame));
  }

  /** {code, reason} of the end, waited for. */
  ended() {
    return within(patience, this.closed, `${this.userId}: the end`, () => JSON.stringify(this.frames.all.slice(-5)));
  }

  close() {
    this.socket.close(1000);
    return this.ended();
  }

  /** The contents of all messages so far. */
  get heard() {
    return this.frames.all.filter(({ Type }) => Type === 'MESSAGE').map(({ Content }) => Content);
  }
}

/** The rooms of one server: makes them, lets people in, and proves that no token was logged. */
export class Chat {
  #t;
  #tokens = [];

  constructor(t, server, caller) {
    this.#t = t;
    this.server = server;
    this.caller = caller;
    this.client = makeClient(t, server, {}, 'ivschat');
    t.after(() => this.assertNoTokens());
  }

  get url() {
    return this.server.http.replace(/^http/, 'ws');
  }

  assertNoTokens() {
    for (const token of this.#tokens) {
      assert.ok(!this.server.output().includes(token), 'a token is in the log');
      const middle = token.split('.').sort((a, b) => b.length - a.length)[0]; // nor a part of it
      assert.ok(middle.length < 16 || !this.server.output().includes(middle), 'a part of a token is in the log');
    }
  }

  /** Makes a room that lets a test speak fast; gives its ARN. */
  async room(input = {}) {
    return (await this.caller.get('CreateRoom', { maximumMessageRatePerSecond: 100, ...input })).arn;
  }

  /** The whole answer of CreateChatToken. */
  async token(roomIdentifier, userId, input = {}) {
    const { $metadata, ...answer } = await send(this.client, 'CreateChatToken', {
      roomIdentifier, userId, capabilities: everything, ...input,
    });
    assert.equal($metadata.httpStatusCode, 200);
    this.#tokens.push(answer.token);
    return answer;
  }

  /** Opens a WebSocket: gives it once it is open, or {status, text} of a refusal. */
  open(token, { query = '', url = this.url, ...options } = {}) {
    const socket = new WebSocket(`${url}/${query}`, token, { rejectUnauthorized: false, perMessageDeflate: false, ...options });
    this.#t.after(() => socket.terminate());
    const member = new Member(socket, '?');
    const opened = new Promise((resolve, reject) => {
      socket.on('open', () => resolve(member));
      socket.on('unexpected-response', (_, response) => {
        let text = '';
        response.on('data', (data) => { text += data; });
        response.on('end', () => resolve({ status: response.statusCode, text, headers: response.headers }));
      });
      socket.on('error', (error) => reject(error));
    });
    return within(patience, opened, 'the WebSocket', this.server.output);
  }

  /** A raw member of a room; `query` is behind the address, the rest goes to CreateChatToken. */
  async join(room, userId, { query, url, ...input } = {}) {
    const { token } = await this.token(room, userId, input);
    const member = await this.open(token, { query, url });
    assert.ok(member instanceof Member, `${userId} was refused: ${member.status} ${member.text}`);
    member.userId = userId;
    return member;
  }

  /** One with the frames of our own, behind its welcome; `query` begins with an ampersand. */
  async extended(room, userId, { query = '', ...input } = {}) {
    const member = await this.join(room, userId, { query: `?rostrum=1${query}`, ...input });
    member.welcome = await member.event('rostrum:welcome');
    await member.event('rostrum:history-end');
    return member;
  }

  /** The unmodified library as an application has it; `options.provider` gives its tokens. */
  person(room, userId, options) {
    return new Person(this.#t, this, room, userId, options);
  }

  own(name, input) {
    return this.caller.own(name, input);
  }
}

/** A ChatRoom of the library; what it told is in `told`, by event. */
export class Person {
  #t;

  constructor(t, chat, room, userId, { url = chat.url, provider, maxReconnectAttempts, ...input } = {}) {
    this.#t = t;
    this.userId = userId;
    this.tokens = []; // as they were given to the library
    this.problems = []; // what the library calls errors
    this.told = Object.fromEntries(
      ['connecting', 'connect', 'disconnect', 'message', 'event', 'messageDelete', 'userDisconnect'].map((name) => [name, new Inbox()]));
    const tokenProvider = async () => {
      const token = await (provider ?? (() => chat.token(room, userId, input)))();
      this.tokens.push(token);
      return token;
    };
    this.room = new ChatRoom({ regionOrUrl: url, tokenProvider, ...(maxReconnectAttempts === undefined ? {} : { maxReconnectAttempts }) });
    this.room.logLevel = 'error';
    this.room.logger = { debug() {}, info() {}, error: (...args) => this.problems.push(args.map(String).join(' ')) };
    for (const [name, inbox] of Object.entries(this.told)) this.room.addListener(name, (what) => inbox.push(what ?? name));
    t.after(() => this.room.state !== 'disconnected' && this.room.disconnect());
  }

  async connect() {
    this.room.connect();
    await this.takes('connect');
    return this;
  }

  /** The next thing that was told under this name. */
  takes(name, fits) {
    return this.told[name].take(`${this.userId}: ${name}`, fits);
  }

  hears(content) {
    return this.takes('message', (message) => message.content === content);
  }

  /** What a promise of the library is rejected with. */
  async refused(promise, errorCode) {
    const error = await within(patience, promise, `${this.userId}: an answer`).then(
      (good) => assert.fail(`it was accepted: ${JSON.stringify(good)}`), (thrown) => thrown);
    assert.equal(error.errorCode, errorCode, JSON.stringify(error));
    return error;
  }
}

/** A server without channels and with rooms. */
export async function startChat(t, config = {}) {
  const { server, caller } = await startApi(t, config);
  return new Chat(t, server, caller);
}

/** The same as an installation: its folder and port stay, so that it can be stopped and started. */
export async function startLastingChat(t, config, port, folder, key) {
  const server = await startFixed(t, { channels: [], ...config }, port, folder);
  const used = key ?? await makeKey(folder);
  const there = { ...server, http: `http://127.0.0.1:${port}`, ...used };
  const chat = new Chat(t, there, new Caller(t, there, used));
  return Object.assign(chat, { key: used });
}
