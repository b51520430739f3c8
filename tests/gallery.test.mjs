// The gallery of components: every story in light and dark, on a desktop and a phone. Nothing that a screen
// reader stumbles over, nothing wider than the screen, no complaint in the browser's console.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { faultsOf, openPage } from './support/browser.mjs';
import { repository } from './support/process.mjs';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' };

/** Builds the gallery into a folder that goes with the test, and gives it by HTTP. */
async function serveGallery(t) {
  const folder = await mkdtemp(join(tmpdir(), 'rostrum-gallery-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const web = join(repository, 'web');
  await promisify(execFile)(process.execPath, [join(web, 'node_modules/vite/bin/vite.js'), 'build', 'apps/gallery', '--outDir', folder, '--logLevel', 'warn'], { cwd: web });
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://gallery').pathname;
    const file = resolve(folder, `.${path === '/' ? '/index.html' : path}`);
    const body = file.startsWith(folder) ? await readFile(file).catch(() => null) : null;
    if (body) response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(body);
    else response.writeHead(404).end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => { server.closeAllConnections(); server.close(); });
  return `http://127.0.0.1:${server.address().port}/`;
}

const shapes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** Opens one story after the other from the list, until none is left; gives what is wrong with them. */
async function look(page, base, stories) {
  const faults = [];
  for (let story = stories.shift(); story; story = stories.shift()) {
    await page.goto(`${base}?story=${story}`);
    await page.locator(`[data-story="${story}"]`).waitFor({ state: 'attached' });
    await page.evaluate(() => document.fonts.ready);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [shape, viewport] of Object.entries(shapes)) {
        await page.setViewportSize(viewport);
        const fault = (what) => faults.push(`${story}, ${colorScheme} ${shape}: ${what}`);
        const shown = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          isEmpty: !document.querySelector('.stand > *, [role="dialog"]'),
        }));
        if (shown.wide > 0) fault(`${shown.wide} px too wide`);
        if (shown.isEmpty) fault('shows nothing');
        for (const one of await faultsOf(page)) fault(one);
      }
    }
    for (const problem of page.problems.splice(0)) faults.push(`${story}: ${problem}`);
  }
  return faults;
}

test('every story of the gallery, light and dark, on a desktop and a phone', { timeout: 120_000 }, async (t) => {
  const base = await serveGallery(t);
  const pages = [await openPage(t), await openPage(t)];
  await pages[0].goto(base);
  const stories = await pages[0].evaluate(() => globalThis.storyIds);
  assert.ok(stories.length >= 30, `${stories.length} stories`);
  t.diagnostic(`${stories.length} stories, ${stories.length * 4} looks`);
  const left = [...stories];
  const found = await Promise.all(pages.map((page) => look(page, base, left)));
  assert.deepEqual(found.flat(), []);
});
