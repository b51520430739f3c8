// People at the watch page: each in a browser of their own, as they would sit at home.
import assert from 'node:assert/strict';
import { faultsOf, openPage } from './browser.mjs';
import { rostrum, start, within } from './process.mjs';

/** The part of a channel page's address that makes whoever opens it a moderator. */
export async function inviteTo(server, channel, name) {
  const command = start(undefined, rostrum, ['room', 'invite', channel, '--name', name,
    '--endpoint', server.http, '--output', 'json'], {
    env: { ...process.env, ROSTRUM_ACCESS_KEY_ID: server.accessKeyId, ROSTRUM_SECRET_ACCESS_KEY: server.secretAccessKey },
  });
  const { code } = await within(20_000, command.closed, 'the invitation', command.output);
  assert.equal(code, 0, command.output());
  return JSON.parse(command.output()).invite;
}

/** Opens a watch page. `name`: comes in under it; otherwise only looks on. */
export async function sitDown(t, url, { name, invite, ...context } = {}) {
  const page = await openPage(t, { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...context });
  page.setDefaultTimeout(10_000);
  await page.goto(invite ? `${url}#invite=${encodeURIComponent(invite)}` : url);
  const log = page.getByRole('log', { name: 'Messages' });
  const field = page.getByRole('combobox', { name: 'Say something' });
  if (name) {
    await page.getByRole('button', { name: 'Join the chat' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await page.keyboard.press('Enter');
  }
  if (name || invite) await field.waitFor();
  else await page.getByRole('button', { name: 'Join the chat' }).waitFor();
  const person = {
    page,
    log,
    field,
    row: (words) => log.getByRole('article').filter({ hasText: words }),
    async say(words) {
      await field.fill(words);
      await field.press('Enter');
    },
    hears: (words) => person.row(words).first().waitFor(),
    sees: (words) => page.getByText(words).first().waitFor(),
    press: (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve()),
    async menu(words) {
      const row = person.row(words).last();
      await row.hover();
      await row.getByRole('button', { name: /^More about/ }).click();
      return page.getByRole('menu');
    },
    /** What the page complained about, but for the picture of a channel that is not live. */
    problems: () => page.problems.filter((problem) => !/status of 404/.test(problem)),
    /** The element with the focus, as a person knows it. */
    focus: () => page.evaluate(() => document.activeElement?.textContent ?? ''),
    /** Nothing that a screen reader or a keyboard would stumble over. */
    async accessible(where) {
      assert.deepEqual(await faultsOf(page), [], `accessibility of ${where}`);
    },
  };
  return person;
}
