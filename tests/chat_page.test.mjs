// The chat of the watch page: two people and a moderator, each in a browser of their own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inviteTo, sitDown } from './support/chat_people.mjs';
import { eventually } from './support/process.mjs';
import { startRelay } from './support/relay.mjs';
import { channel, startServer } from './support/server.mjs';

const pageOf = (base) => `${base}/watch/${channel.id}`;
const bottomGap = (person) => person.log.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight);

test('two people talk; who comes later reads it, who comes back is the same', async (t) => {
  const server = await startServer(t);
  const ana = await sitDown(t, pageOf(server.http), { name: 'Ana' });
  const bob = await sitDown(t, pageOf(server.http), { name: 'Bob' });
  await ana.say('hello @Bob, see https://example.org/x :wave:');
  await bob.hears('hello @Bob');
  await bob.say('<b>hi</b>');
  await ana.hears('<b>hi</b>');
  assert.match(await bob.row('hello').getAttribute('class'), /for-me/);
  assert.equal(await bob.row('hello').locator('a').getAttribute('href'), 'https://example.org/x');
  assert.match(await bob.row('hello').textContent(), /👋/);
  assert.equal(await ana.log.getByRole('article').count(), 2);

  const guest = await sitDown(t, pageOf(server.http));
  await guest.hears('<b>hi</b>');
  assert.equal(await guest.field.count(), 0);
  await guest.sees('To write, say who you are');

  await bob.page.reload();
  await bob.hears('hello @Bob');
  await bob.say('back again');
  await ana.hears('back again');
  // As the same person: what was said before and after stands together.
  assert.equal(await ana.row('back again').locator('.chat-name').count(), 0);
  for (const person of [ana, bob, guest]) assert.deepEqual(person.problems(), []);
});

test('what is sent while the connection is away is sent when it is back, once', async (t) => {
  const server = await startServer(t);
  const relay = await startRelay(t, server.http);
  const ana = await sitDown(t, pageOf(relay.url), { name: 'Ana' });
  const bob = await sitDown(t, pageOf(server.http), { name: 'Bob' });
  await ana.say('one');
  await bob.hears('one');

  relay.cut();
  await ana.sees('Reconnecting…');
  await ana.say('two');
  assert.match(await ana.row('two').getAttribute('class'), /pending/);
  await bob.say('meanwhile');
  relay.mend();
  await bob.hears('two');
  await ana.hears('meanwhile');

  // It arrives, but the answer does not: after the next connection it is known, not sent again.
  relay.hold();
  await ana.say('three');
  await bob.hears('three');
  relay.cut();
  relay.mend();
  await eventually(15_000, 'three is sent', async () => {
    const rows = ana.row('three');
    return await rows.count() === 1 && !/pending/.test(await rows.getAttribute('class'));
  });
  const words = async (person) => (await person.log.locator('.chat-text').allTextContents());
  assert.deepEqual(await words(ana), ['one', 'meanwhile', 'two', 'three']);
  assert.deepEqual(await words(bob), ['one', 'meanwhile', 'two', 'three']);
});

test('what is refused can be changed, tried again or let go', async (t) => {
  const server = await startServer(t);
  const ana = await sitDown(t, pageOf(server.http), { name: 'Ana' });
  const bob = await sitDown(t, pageOf(server.http), { name: 'Bob' });
  // Faster than the ten a second that one connection may say.
  await ana.field.evaluate(async (area) => {
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
    for (let i = 0; i < 30; i += 1) {
      set.call(area, `flood ${i}`);
      area.dispatchEvent(new Event('input', { bubbles: true }));
      area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    }
  });
  await ana.sees('too many messages at once');
  await eventually(10_000, 'the lock ends', async () => !(await ana.page.getByText('That was quick').count()));
  const failed = (words) => ana.row(words).and(ana.page.locator('.failed'));
  await failed('flood 29').getByRole('button', { name: 'Try again' }).click();
  await bob.hears('flood 29');
  await failed('flood 29').waitFor({ state: 'detached' });
  await failed('flood 28').getByRole('button', { name: 'Discard' }).click();
  await failed('flood 28').waitFor({ state: 'detached' });

  await ana.field.fill(`${'x'.repeat(498)}😀😀😀`);
  await ana.sees('1 too many');
  await ana.field.press('Enter');
  assert.notEqual(await ana.field.inputValue(), '', 'what is too long stays where it is');
});

test('a moderator removes, times out, bans and pins', async (t) => {
  const server = await startServer(t);
  const url = pageOf(server.http);
  const mo = await sitDown(t, url, { invite: await inviteTo(server, channel.id, 'Mo') });
  assert.equal(new URL(mo.page.url()).hash, '', 'the invitation is not in the address any more');
  const bob = await sitDown(t, url, { name: 'Bob' });
  const eve = await sitDown(t, url, { name: 'Eve' });

  await eve.say('something bad');
  await mo.hears('something bad');
  await bob.hears('something bad');
  assert.equal(await (await bob.menu('something bad')).getByRole('menuitem', { name: /Remove|Ban|Time out/ }).count(), 0);
  await bob.press('Escape');
  await (await mo.menu('something bad')).getByRole('menuitem', { name: /^Remove message/ }).click();
  for (const person of [mo, bob, eve]) {
    await person.sees('Message removed');
    await person.row('something bad').waitFor({ state: 'detached' });
  }

  await mo.say('please read the rules');
  await bob.hears('please read the rules');
  await (await mo.menu('please read the rules')).getByRole('menuitem', { name: /^Pin/ }).click();
  const pinned = bob.page.getByRole('region', { name: 'Pinned message' });
  await pinned.getByText('please read the rules').waitFor();
  await mo.page.getByRole('button', { name: 'Unpin' }).click();
  await pinned.waitFor({ state: 'detached' });

  await eve.say('again');
  await mo.hears('again');
  await (await mo.menu('again')).getByRole('menuitem', { name: /^Time out for 1 minute/ }).click();
  await eve.sees(/You are timed out\. You can come back in/);
  assert.equal(await eve.field.count(), 0);
  await mo.page.getByRole('button', { name: 'Undo' }).click();
  await mo.sees('Eve may come back.');
  await eve.page.reload();
  await eve.field.waitFor();

  await eve.say('and again');
  await mo.hears('and again');
  await (await mo.menu('and again')).getByRole('menuitem', { name: /^Ban/ }).click();
  await mo.page.getByRole('button', { name: 'Ban Eve' }).click();
  await eve.sees('You are banned from this chat.');
  await eve.page.reload();
  await eve.sees('You are banned from this chat.');
  await bob.say('calm at last');
  await mo.hears('calm at last');
});

test('slow mode counts down; the moderator is not slowed', async (t) => {
  const server = await startServer(t);
  const url = pageOf(server.http);
  const mo = await sitDown(t, url, { invite: await inviteTo(server, channel.id, 'Mo') });
  const bob = await sitDown(t, url, { name: 'Bob' });
  await mo.page.getByRole('button', { name: /^Slow mode/ }).click();
  await mo.page.getByRole('menuitemradio', { name: '5 s' }).click();
  await bob.sees('one message every 5 s');
  await bob.say('first');
  await bob.sees(/you can write again in [345] s/);
  await bob.field.fill('second');
  await bob.field.press('Enter');
  assert.equal(await bob.field.inputValue(), 'second', 'too early');
  await mo.say('one');
  await mo.say('two');
  await bob.hears('two');
  await eventually(10_000, 'the wait is over', async () => !(await bob.page.getByText('write again').count()));
  await bob.field.press('Enter');
  await mo.hears('second');
});

test('reading back is not disturbed, and the newest is one button away', async (t) => {
  const server = await startServer(t);
  const ana = await sitDown(t, pageOf(server.http), { name: 'Ana' });
  const mo = await sitDown(t, pageOf(server.http), { invite: await inviteTo(server, channel.id, 'Mo') });
  const say = async (words) => {
    await mo.say(words);
    await ana.hears(words);
  };
  // Few and long: a connection may say ten things in a moment, not more.
  for (let i = 0; i < 7; i += 1) await say(`line ${i} ${'of some length '.repeat(28)}.`);
  assert.ok(await bottomGap(ana) < 2, 'sticks to the end');
  await ana.log.hover();
  await ana.page.mouse.wheel(0, -700);
  await ana.page.getByRole('button', { name: 'To the newest' }).waitFor();
  const seen = ana.log.getByRole('article').filter({ hasText: 'line 3 ' });
  const before = (await seen.boundingBox()).y;
  await mo.say('news 1');
  await mo.say('news 2');
  const button = ana.page.getByRole('button', { name: '2 new messages' });
  await button.waitFor();
  assert.ok(Math.abs((await seen.boundingBox()).y - before) < 1, 'what is read stays where it is');
  await button.click();
  await ana.hears('news 2');
  assert.ok(await bottomGap(ana) < 2);
  assert.equal(await button.count(), 0);
});

test('moderation by keyboard alone', async (t) => {
  const server = await startServer(t);
  const url = pageOf(server.http);
  const mo = await sitDown(t, url, { invite: await inviteTo(server, channel.id, 'Mo') });
  const eve = await sitDown(t, url, { name: 'Eve' });
  await eve.say('first');
  await eve.say('second');
  await mo.hears('second');
  await mo.field.focus();
  await mo.press('Shift+Tab');
  await mo.press('ArrowUp', 'ArrowUp');
  assert.match(await mo.focus(), /first/);
  await mo.press('Enter', 'ArrowDown');
  await mo.page.getByRole('menuitem', { name: /^Remove message/ }).waitFor();
  await mo.press('Escape');
  await mo.page.getByRole('menu').waitFor({ state: 'detached' });
  assert.match(await mo.focus(), /first/);
  await mo.press('Delete');
  await eve.sees('Message removed');
  await mo.press('ArrowDown');
  assert.match(await mo.focus(), /second/);
  await mo.press('b');
  await mo.sees('Ban Eve?');
  await mo.page.keyboard.type('Enough');
  await mo.press('Enter');
  await eve.sees('You are banned from this chat.');
  await mo.press('Escape');
  assert.equal(await mo.field.evaluate((e) => e === document.activeElement), true, 'back to writing');
});

const shapes = [
  ['desktop', { viewport: { width: 1440, height: 900 } }],
  ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ['phone on its side', { viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true }],
  ['tablet', { viewport: { width: 820, height: 1180 }, hasTouch: true, isMobile: true }],
];
test('every shape has the picture and the chat in sight, without findings of axe', async (t) => {
  const server = await startServer(t);
  const url = pageOf(server.http);
  const invite = await inviteTo(server, channel.id, 'Mo');
  const ana = await sitDown(t, url, { name: 'Ana' });
  await ana.say('hello https://example.org :fire:');
  for (const [name, shape] of shapes) {
    for (const colorScheme of ['light', 'dark']) {
      await t.test(`${name}, ${colorScheme}`, async (st) => {
        const mo = await sitDown(st, url, { invite, colorScheme, ...shape });
        await mo.hears('hello');
        const picture = await mo.page.locator('rostrum-player').boundingBox();
        const chat = await mo.page.getByRole('region', { name: 'Chat', exact: true }).boundingBox();
        const { width, height } = shape.viewport;
        assert.ok(picture.y >= 0 && picture.y < 70 && picture.height > 180, JSON.stringify(picture));
        assert.ok(Math.abs(chat.y + chat.height - height) < 1, `the chat ends at the lower edge: ${JSON.stringify(chat)}`);
        if (name === 'desktop') assert.equal(Math.round(chat.width), 339);
        else if (width < height) assert.ok(chat.y >= picture.y + picture.height && chat.height > 300, JSON.stringify(chat));
        else assert.ok(chat.y === 0 && Math.abs(chat.x + chat.width - width) < 1, JSON.stringify(chat));
        assert.ok(await mo.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'too wide');
        await mo.accessible('the page');
        await mo.menu('hello');
        await mo.accessible('the menu');
        if (shape.isMobile) {
          const sizes = await mo.page.locator('dialog [role^=menuitem], .chat-tool, .chat-field').evaluateAll((all) => all.map((e) => e.getBoundingClientRect().height));
          assert.ok(sizes.every((size) => size >= 44), `targets of ${sizes}`);
        }
        await mo.press('Escape');
        assert.deepEqual(mo.problems(), []);
      });
    }
  }
});

test('the chat can be hidden, which is remembered', async (t) => {
  const server = await startServer(t);
  const ana = await sitDown(t, pageOf(server.http), { name: 'Ana' });
  const wide = async () => (await ana.page.locator('.screen').boundingBox()).width;
  const before = await wide();
  await ana.page.getByRole('button', { name: 'Hide chat' }).click();
  assert.ok(await wide() > before + 300);
  await ana.page.reload();
  await ana.page.getByRole('button', { name: 'Chat', exact: true }).click();
  await ana.field.waitFor();
});

test('people come back by themselves when the server was away', async (t) => {
  const server = await startServer(t);
  const relay = await startRelay(t, server.http);
  const ana = await sitDown(t, pageOf(relay.url), { name: 'Ana' });
  const bob = await sitDown(t, pageOf(relay.url), { name: 'Bob' });
  await ana.say('before');
  await bob.hears('before');
  relay.cut();
  for (const person of [ana, bob]) await person.sees('Reconnecting…');
  relay.mend();
  await bob.say('after');
  await ana.hears('after');
  assert.equal(await ana.row('before').count(), 1);
});
