import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChatConnection, ChatRefusal, type ChatTicket } from '@rostrum/client/chat';
import { FakeNetwork, FakeRoom } from '@rostrum/client/chat/testing';
import { Chat, NameDialog, type ChatDesk, type ChatProps } from './index';

let room: FakeRoom;
let network: FakeNetwork;
let root: Root;
let place: HTMLElement;
let connection: ChatConnection;

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  vi.useFakeTimers();
  room = new FakeRoom();
  network = new FakeNetwork();
  place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
});
afterEach(async () => {
  await act(async () => root.unmount());
  connection.close();
  place.remove();
  vi.useRealTimers();
});

const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
async function open(
  props: Partial<ChatProps> = {},
  ticket: () => Promise<ChatTicket> = async () => room.ticket(),
): Promise<void> {
  connection = new ChatConnection({
    ticket,
    open: room.open,
    network,
    schedule: (run) => run(),
    random: () => 0.5,
  });
  await act(async () => root.render(<Chat connection={connection} {...props} />));
  connection.connect();
  await pass(5);
}
const text = () => place.textContent ?? '';
const all = (selector: string) => [...place.querySelectorAll<HTMLElement>(selector)];
const rows = () => all('[role=article]');
const row = (words: string) => rows().find((r) => r.textContent?.includes(words));
const button = (name: string | RegExp, within: ParentNode = place) =>
  [...within.querySelectorAll<HTMLElement>('button')].find((b) => {
    const label = b.getAttribute('aria-label') ?? b.textContent?.trim() ?? '';
    return typeof name === 'string' ? label === name : name.test(label);
  });
const click = (element: HTMLElement | null | undefined) =>
  act(async () => {
    expect(element).toBeTruthy();
    element?.click();
    await vi.advanceTimersByTimeAsync(5);
  });
const field = () => place.querySelector('textarea') as HTMLTextAreaElement;
async function type(words: string): Promise<void> {
  const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set;
  await act(async () => {
    set?.call(field(), words);
    field().setSelectionRange(words.length, words.length);
    field().dispatchEvent(new Event('input', { bubbles: true }));
  });
}
const press = (element: Element | null | undefined, key: string, more: KeyboardEventInit = {}) =>
  act(async () => {
    element?.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }),
    );
    await vi.advanceTimersByTimeAsync(5);
  });
const lastSent = () => {
  const { RequestId: _, ...frame } = room.newest.sent.at(-1) ?? {};
  return frame;
};
const refuse = (code: number, words: string) =>
  act(async () =>
    room.newest.give({
      Type: 'ERROR',
      Id: 'e',
      RequestId: room.newest.sent.at(-1)?.['RequestId'],
      ErrorCode: code,
      ErrorMessage: words,
    }),
  );
const menuOf = async (words: string) => {
  await click(row(words)?.querySelector<HTMLElement>('.chat-more'));
  return place.querySelector<HTMLElement>('[role=menu]') as HTMLElement;
};

describe('messages', () => {
  it('stand there with name, role and safe links, as text', async () => {
    room.say('<img src=x onerror=alert(1)> https://a.example/x', 'ana', '', 'OWNER');
    room.say('javascript:alert(1)', 'bob');
    await open();
    expect(row('<img')?.querySelector('img')).toBeNull();
    const link = row('<img')?.querySelector('a');
    expect(link?.getAttribute('href')).toBe('https://a.example/x');
    expect(link?.rel).toBe('noopener noreferrer nofollow ugc');
    expect(row('<img')?.textContent).toContain('Host');
    expect(row('javascript')?.querySelector('a')).toBeNull();
  });

  it('of one person shortly after each other stand together', async () => {
    room.say('one', 'ana');
    room.say('two', 'ana');
    room.say('three', 'bob');
    await open();
    expect(rows().map((r) => r.querySelector('.chat-name')?.textContent ?? null)).toEqual([
      'ANA',
      null,
      'BOB',
    ]);
  });

  it('that were removed say so and nothing else', async () => {
    const id = room.say('bad words', 'ana');
    await open();
    await act(async () => room.remove(id));
    expect(text()).toContain('Message removed');
    expect(text()).not.toContain('bad words');
    expect(rows()[0]?.querySelector('.chat-more')).toBeNull();
  });

  it('that mention me stand out', async () => {
    room.say('hi @Me', 'ana');
    await open();
    expect(rows()[0]?.className).toContain('for-me');
  });

  it('are in a log that is not read out line by line at a high rate', async () => {
    await open();
    expect(place.querySelector('[role=log]')?.getAttribute('aria-live')).toBe('off');
    const told = () => place.querySelector('[role=status][aria-live=polite]')?.textContent;
    await act(async () => void room.say('hello', 'ana'));
    await pass(4000);
    expect(told()).toBe('ANA: hello');
    await act(async () => {
      for (let i = 0; i < 50; ++i) room.say(`${i}`, 'ana');
    });
    await pass(4000);
    expect(told()).toBe('50 new messages');
    await act(async () => void connection.send('mine').catch(() => undefined));
    await pass(4000);
    expect(told()).toBe('50 new messages');
  });

  it('put few rows into the page, however many there are', async () => {
    for (let i = 0; i < 400; ++i) room.say(`${i}`, `p${i}`);
    room.capacity = 1000;
    await open();
    expect(connection.getSnapshot().messages).toHaveLength(200 - 100);
    await act(async () => {
      for (let i = 0; i < 400; ++i) room.say(`n${i}`, `p${i}`);
    });
    expect(connection.getSnapshot().messages).toHaveLength(500);
    expect(rows().length).toBeLessThan(60);
    expect(row('n399')).toBeTruthy();
  });

  it('are announced as coming, and when there are none that is said', async () => {
    const waiting: (() => void)[] = [];
    await open({}, () => new Promise((resolve) => waiting.push(() => resolve(room.ticket()))));
    expect(place.querySelector('[role=log]')?.getAttribute('aria-busy')).toBe('true');
    waiting[0]?.();
    await pass(5);
    expect(text()).toContain('Nothing said yet');
  });

  it('say where something is missing', async () => {
    room.capacity = 2;
    await open();
    await act(async () => void room.say('one', 'a'));
    room.newest.break();
    for (let i = 0; i < 5; ++i) room.say(`${i}`, 'b');
    await pass(2000);
    expect(text()).toContain('Some messages were missed here');
  });
});

describe('writing', () => {
  it('sends with Enter, not with Shift+Enter, and shows it at once', async () => {
    await open();
    room.answers = false;
    await type('hello :fire:');
    await press(field(), 'Enter', { shiftKey: true });
    expect(room.newest.sent).toHaveLength(0);
    await press(field(), 'Enter');
    expect(lastSent()).toEqual({ Action: 'SEND_MESSAGE', Content: 'hello 🔥' });
    expect(field().value).toBe('');
    expect(row('hello 🔥')?.className).toContain('pending');
    await press(field(), 'Enter');
    expect(room.newest.sent).toHaveLength(1);
  });

  it('offers to try again what failed, or to let it go', async () => {
    await open();
    room.answers = false;
    await type('x1');
    await press(field(), 'Enter');
    await refuse(500, 'Internal error');
    expect(row('x1')?.textContent).toContain('something went wrong');
    room.answers = true;
    await click(button('Try again', row('x1')));
    expect(row('x1')?.className).not.toContain('failed');
    room.answers = false;
    await type('x2');
    await press(field(), 'Enter');
    await refuse(500, 'Internal error');
    await click(button('Discard', row('x2')));
    expect(row('x2')).toBeUndefined();
  });

  it('gives back words that were refused, to change them', async () => {
    await open();
    room.answers = false;
    await type('bad word');
    await press(field(), 'Enter');
    await refuse(406, 'Message rejected: blocked word');
    expect(row('bad word')?.textContent).toContain('blocked word');
    await click(button('Edit', row('bad word')));
    expect(row('bad word')).toBeUndefined();
    expect(field().value).toBe('bad word');
  });

  it('counts near the limit and stops behind it, in code points', async () => {
    await open();
    await type('😀'.repeat(400));
    expect(text()).not.toContain('left');
    await type('😀'.repeat(495));
    expect(text()).toContain('5 left');
    await type('😀'.repeat(502));
    expect(text()).toContain('2 too many');
    await press(field(), 'Enter');
    expect(room.newest.sent).toHaveLength(0);
  });

  it('counts down in slow mode', async () => {
    room.slowMode = 10;
    await open();
    expect(text()).toContain('one message every 10 s');
    await type('a');
    await press(field(), 'Enter');
    await type('b');
    expect(text()).toContain('you can write again in 10 s');
    await pass(4000);
    expect(text()).toContain('you can write again in 6 s');
    await press(field(), 'Enter');
    expect(room.newest.sent).toHaveLength(1);
    await pass(6100);
    await press(field(), 'Enter');
    expect(room.newest.sent).toHaveLength(2);
  });

  it('is locked for two seconds after a rate error', async () => {
    await open();
    room.answers = false;
    await type('a');
    await press(field(), 'Enter');
    await refuse(429, 'rate limit exceeded');
    expect(text()).toContain('That was quick');
    await type('b');
    await press(field(), 'Enter');
    expect(room.newest.sent).toHaveLength(1);
    await pass(2300);
    await press(field(), 'Enter');
    expect(room.newest.sent).toHaveLength(2);
  });

  it('completes names and emoji by keyboard', async () => {
    room.say('x', 'ana');
    room.say('x', 'anton');
    await open();
    await type('hi @an');
    expect(all('[role=option]').map((o) => o.textContent)).toEqual(['@ANTON', '@ANA']);
    await press(field(), 'ArrowDown');
    expect(field().getAttribute('aria-activedescendant')).toBe(all('[role=option]')[1]?.id);
    await press(field(), 'Enter');
    expect(field().value).toBe('hi @ANA ');
    await type('so :fir');
    await press(field(), 'Tab');
    expect(field().value).toBe('so 🔥 ');
    await type('@an');
    await press(field(), 'Escape');
    expect(all('[role=option]')).toEqual([]);
    expect(room.newest.sent).toHaveLength(0);
  });

  it('inserts emoji that were looked for', async () => {
    await open();
    await click(button('Emoji'));
    const search = place.querySelector<HTMLInputElement>('input[type=search]');
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    await act(async () => {
      set?.call(search, 'rocket');
      search?.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(all('.chat-emoji-grid button')).toHaveLength(1);
    await press(search, 'Enter');
    expect(field().value).toBe('🚀');
    await press(search, 'Escape');
    expect(place.querySelector('input[type=search]')).toBeNull();
  });

  it.each([
    ['view only', () => (room.capabilities = ''), 'You can read along here, but not write.'],
  ])('is not possible: %s', async (_, prepare, words) => {
    prepare();
    await open();
    expect(field()).toBeNull();
    expect(text()).toContain(words);
  });

  it('gives way to what the page wants first', async () => {
    const perform = vi.fn();
    await open({ gate: { words: 'Who are you?', action: { label: 'Say it', perform } } });
    expect(field()).toBeNull();
    await click(button('Say it'));
    expect(perform).toHaveBeenCalledOnce();
  });
});

describe('the end of it', () => {
  it('tells why, and offers to come back where one may', async () => {
    await open();
    await act(async () => {
      room.give(room.event('aws:DISCONNECT_USER', { UserId: 'me', Reason: 'calm down' }));
      room.newest.end();
    });
    expect(text()).toContain('You were taken out of the chat.');
    expect(text()).toContain('Reason: calm down');
    await click(button('Come back'));
    expect(field()).toBeTruthy();
  });

  it('counts down a time-out and comes back by itself', async () => {
    await open();
    const until = new Date(Date.now() + 20_000).toISOString();
    await act(async () => {
      room.give(room.event('rostrum:banned', { UserId: 'me', Until: until }));
      room.newest.end();
    });
    expect(text()).toContain('You are timed out. You can come back in 20 s.');
    await pass(5000);
    expect(text()).toContain('in 15 s');
    await pass(17_000);
    expect(field()).toBeTruthy();
  });

  it('is final for a ban', async () => {
    await open({}, () => Promise.reject(new ChatRefusal('banned', '')));
    expect(text()).toContain('You are banned from this chat.');
    expect(button('Come back')).toBeUndefined();
  });

  it('of a connection is told when it lasts, with a way to hurry', async () => {
    await open();
    room.isDown = true;
    await act(async () => room.newest.break());
    expect(place.querySelector('.chat-notice')).toBeNull();
    await pass(4000);
    expect(place.querySelector('.chat-notice')?.textContent).toContain('Reconnecting…');
    room.isDown = false;
    await click(button('Try now'));
    await pass(5);
    expect(place.querySelector('.chat-notice')).toBeNull();
    await act(async () => network.turn(false));
    expect(place.querySelector('.chat-notice')?.textContent).toContain('You are offline');
  });
});

describe('moderation', () => {
  beforeEach(() => {
    room.role = 'MODERATOR';
  });

  it('is in the menu of a message, for those who may', async () => {
    room.say('from a guest', 'villain');
    room.say('from the host', 'ana', '', 'OWNER');
    room.say('from me', 'me');
    await open();
    const items = async (words: string) => {
      const menu = await menuOf(words);
      const found = [...menu.querySelectorAll('[role=menuitem]')].map(
        (i) => i.querySelector('span')?.textContent,
      );
      await press(menu, 'Escape');
      await act(async () =>
        place.querySelector('dialog')?.dispatchEvent(new Event('cancel', { cancelable: true })),
      );
      return found;
    };
    expect(await items('from a guest')).toEqual([
      'Mention VILLAIN',
      'Copy text',
      'Pin',
      'Remove message',
      'Time out for 1 minute',
      'Time out for 10 minutes',
      'Time out for 1 hour',
      'Time out for 1 day',
      'Ban VILLAIN…',
    ]);
    expect(await items('from the host')).toEqual([
      'Mention ANA',
      'Copy text',
      'Pin',
      'Remove message',
    ]);
    expect(await items('from me')).toEqual(['Copy text', 'Pin', 'Remove message']);
  });

  it('is not there for others', async () => {
    room.role = 'NONE';
    room.say('x', 'ana');
    await open();
    const menu = await menuOf('x');
    expect(menu.textContent).not.toMatch(/Remove|Ban|Time out|Pin/);
    await press(row('x'), 'Delete');
    expect(room.newest.sent).toEqual([]);
  });

  it('removes', async () => {
    const id = room.say('bad', 'villain');
    await open();
    await click(button(/^Remove/, await menuOf('bad')));
    expect(lastSent()).toEqual({ Action: 'DELETE_MESSAGE', Id: id });
    expect(text()).toContain('Message removed.');
    expect(place.querySelector('dialog')).toBeNull();
  });

  it('times out, and undoes it', async () => {
    room.say('bad', 'villain');
    await open();
    await click(button(/^Time out for 10/, await menuOf('bad')));
    expect(lastSent()).toEqual({ Action: 'BAN_USER', UserId: 'villain', DurationSeconds: 600 });
    expect(text()).toContain('VILLAIN is timed out for 10 minutes.');
    await click(button('Undo'));
    expect(lastSent()).toEqual({ Action: 'UNBAN_USER', UserId: 'villain' });
  });

  it('bans only when that is confirmed', async () => {
    room.say('bad', 'villain');
    await open();
    await click(button(/^Ban/, await menuOf('bad')));
    expect(room.newest.sent).toEqual([]);
    await click(button('Cancel'));
    expect(room.newest.sent).toEqual([]);
    await click(button(/^Ban/, await menuOf('bad')));
    await click(button('Ban VILLAIN'));
    expect(lastSent()).toEqual({ Action: 'BAN_USER', UserId: 'villain' });
    expect(button('Undo')).toBeTruthy();
  });

  it('goes to a desk where there is one, which may offer more', async () => {
    room.role = 'OWNER';
    const done: unknown[] = [];
    const note =
      (name: string) =>
      async (...of: unknown[]) =>
        void done.push([name, ...of.filter((one) => one !== undefined)]);
    const desk: ChatDesk = {
      remove: note('remove'),
      ban: note('ban'),
      unban: note('unban'),
      pin: note('pin'),
      unpin: note('unpin'),
      appoint: note('appoint'),
      report: (message) => void done.push(['report', message.content]),
    };
    const id = room.say('bad', 'villain');
    await open({ desk, attributes: { eventType: 'SEND_MESSAGE' } });
    await click(button(/^Remove message/, await menuOf('bad')));
    await click(button(/^Make moderator/, await menuOf('bad')));
    await click(button(/^Report/, await menuOf('bad')));
    await click(button(/^Ban/, await menuOf('bad')));
    const reason = place.querySelector<HTMLInputElement>('dialog input');
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    await act(async () => {
      set?.call(reason, ' spam ');
      reason?.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await click(button('Ban VILLAIN'));
    expect(done).toEqual([
      ['remove', id],
      ['appoint', 'villain', 'MODERATOR', true],
      ['report', 'bad'],
      ['ban', 'villain', 'spam'],
    ]);
    expect(room.newest.sent).toEqual([]);
    expect(button(/^Slow mode/)).toBeUndefined();
    await type('hi');
    await press(field(), 'Enter');
    expect(lastSent()).toMatchObject({ Attributes: { eventType: 'SEND_MESSAGE' } });
  });

  it('says when something did not work', async () => {
    room.say('bad', 'villain');
    await open();
    room.answers = false;
    await click(button(/^Remove/, await menuOf('bad')));
    await refuse(500, 'Internal error');
    expect(text()).toContain('That did not work.');
  });

  it('works by keyboard alone', async () => {
    room.say('first', 'ana');
    const id = room.say('second', 'villain');
    room.say('third', 'bob');
    await open();
    const log = place.querySelector<HTMLElement>('[role=log]');
    await act(async () => log?.focus());
    await press(log, 'ArrowUp');
    expect(document.activeElement).toBe(row('third'));
    await press(document.activeElement, 'ArrowUp');
    expect(document.activeElement).toBe(row('second'));
    expect(rows().filter((r) => r.tabIndex === 0)).toEqual([row('second')]);
    await press(document.activeElement, 'Enter');
    expect(place.querySelector('[role=menu]')).toBeTruthy();
    await act(async () =>
      place.querySelector('dialog')?.dispatchEvent(new Event('cancel', { cancelable: true })),
    );
    expect(document.activeElement).toBe(row('second'));
    await press(document.activeElement, 'Delete');
    expect(lastSent()).toEqual({ Action: 'DELETE_MESSAGE', Id: id });
    await press(document.activeElement, 'Home');
    await press(document.activeElement, 't');
    expect(lastSent()).toMatchObject({ Action: 'BAN_USER', UserId: 'ana', DurationSeconds: 600 });
    await press(document.activeElement, 'Escape');
    expect(document.activeElement).toBe(field());
  });

  it('pins and unpins, for all to see', async () => {
    room.say('read the rules', 'ana');
    await open();
    const frame = JSON.stringify(room.said[0]);
    await click(button(/^Pin/, await menuOf('rules')));
    expect(lastSent()).toMatchObject({ Action: 'PIN_MESSAGE' });
    await act(async () => room.give(room.event('rostrum:pinned', { Message: frame })));
    const pinned = () => place.querySelector('[aria-label="Pinned message"]');
    expect(pinned()?.textContent).toContain('read the rules');
    await click(button('Unpin', pinned() ?? place));
    expect(lastSent()).toEqual({ Action: 'UNPIN_MESSAGE' });
  });

  it('sets the slow mode', async () => {
    await open();
    await click(button('Slow mode: Off'));
    await click(button(/30 s/));
    expect(lastSent()).toEqual({ Action: 'SET_SLOW_MODE', Seconds: 30 });
    expect(text()).toContain('Slow mode: one message every 30 s.');
  });
});

describe('reactions', () => {
  it('are counted, added from the menu and taken back', async () => {
    const id = room.say('nice', 'ana');
    await open();
    await click(button('👍', await menuOf('nice')));
    expect(lastSent()).toEqual({ Action: 'REACT', Id: id, Reaction: '👍' });
    await act(async () =>
      room.give(room.event('rostrum:reactions', { MessageId: id, Counts: '{"👍":2,"🔥":1}' })),
    );
    const chips = () => all('.chat-reactions button');
    expect(chips().map((c) => [c.textContent, c.getAttribute('aria-pressed')])).toEqual([
      ['👍 2', 'true'],
      ['🔥 1', 'false'],
    ]);
    await click(chips()[0]);
    expect(lastSent()).toEqual({ Action: 'REACT', Id: id, Reaction: '👍', Remove: true });
    expect(chips()[0]?.textContent).toBe('👍 1');
  });
});

describe('name', () => {
  it('is asked for, without what is not part of it', async () => {
    connection = new ChatConnection({ ticket: async () => room.ticket() });
    const onName = vi.fn();
    await act(async () =>
      root.render(<NameDialog name="" onName={onName} onClose={() => undefined} />),
    );
    const input = place.querySelector('input') as HTMLInputElement;
    const submit = place.querySelector<HTMLButtonElement>('[type=submit]');
    expect(submit?.disabled).toBe(true);
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    await act(async () => {
      set?.call(input, '  Ana   Maria ');
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await act(async () => submit?.click());
    expect(onName).toHaveBeenCalledWith('Ana Maria');
  });
});
