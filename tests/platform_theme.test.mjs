// Light or dark, chosen by keyboard, is kept and stands before the first paint.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPlatform } from './support/platform.mjs';
import { desktop, openRoom } from './support/platform_page.mjs';

const [paper, ink] = ['rgb(250, 250, 245)', 'rgb(18, 19, 15)'];
const ground = () => getComputedStyle(document.body).backgroundColor;

test('the theme is chosen by keyboard, kept, and painted first', async (t) => {
  const server = await startPlatform(t);
  const sit = await openRoom(t, server);
  const page = await sit(null, '/login', { ...desktop, colorScheme: 'light', locale: 'de-DE' });
  const choice = page.getByRole('group', { name: 'Darstellung' });
  // The page's first field takes the focus when it comes.
  await page.locator('main input:focus').waitFor();
  await choice.getByRole('radio', { name: 'Wie auf diesem Gerät', checked: true }).focus();
  assert.equal(await page.evaluate(ground), paper);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await choice.getByRole('radio', { name: 'Dunkel', checked: true }).waitFor();
  assert.equal(await page.evaluate(ground), ink);

  // The next visit: what paints first does so without the page's scripts, which are held back.
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route('**/assets/*.js', async (route) => {
    if (!/\/theme-/.test(route.request().url())) await held;
    await route.continue();
  });
  await page.goto(`${server.http}/register`, { waitUntil: 'commit' });
  await page.waitForFunction(() => performance.getEntriesByType('paint').length > 0);
  assert.equal(await choice.count(), 0, 'the page stands already');
  assert.equal(await page.evaluate(ground), ink);
  assert.deepEqual(await page.locator('meta[name="theme-color"]').evaluateAll((all) => all.map(({ media }) => media)), ['not all', 'all']);
  release();

  // Back to the device's, in every tab.
  const other = await page.context().newPage();
  await other.goto(`${server.http}/login`);
  await other.getByRole('radio', { name: 'Dunkel', checked: true }).waitFor();
  await choice.locator('label').first().click();
  await other.getByRole('radio', { name: 'Wie auf diesem Gerät', checked: true }).waitFor();
  assert.equal(await other.evaluate(ground), paper);
  assert.deepEqual(page.problems, []);
});
