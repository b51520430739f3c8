// Opens every story of apps/gallery in both themes, runs axe on it and looks whether it fits a desktop and a
// phone. `npm run gallery` builds it first; needs /usr/bin/chromium.
//   node smoke/gallery.mjs [part of a story's name] [--pictures: leaves them in build/gallery-pictures]
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const built = resolve(root, 'build/gallery');
const pictures = resolve(root, 'build/gallery-pictures');
const takes = process.argv.includes('--pictures');
if (takes) mkdirSync(pictures, { recursive: true });
const wanted = process.argv.slice(2).find((one) => !one.startsWith('--')) ?? '';
const axe = readFileSync(resolve(here, '../node_modules/axe-core/axe.min.js'), 'utf8');

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};
const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://x').pathname;
  const file = resolve(built, `.${path === '/' ? '/index.html' : path}`);
  if (!file.startsWith(`${built}/`)) return response.writeHead(404).end();
  try {
    const body = readFileSync(file);
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox', '--disable-gpu'],
});
const desktop = { width: 900, height: 700 };
const phone = { width: 390, height: 844 };
const faults = [];
let looked = 0;
for (const colorScheme of ['light', 'dark']) {
  const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
  await page.goto(base);
  const ids = await page.evaluate(() => globalThis.storyIds);
  for (const id of ids.filter((one) => one.includes(wanted))) {
    const fault = (what) => faults.push(`${id} ${colorScheme}: ${what}`);
    await page.setViewportSize(desktop);
    await page.goto(`${base}?story=${id}`);
    await page.locator(`[data-story="${id}"]`).waitFor({ state: 'attached' });
    await page.evaluate(() => document.fonts.ready);
    await page.addScriptTag({ content: axe });
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id: rule, nodes, impact } of violations)
      if (impact !== 'minor') fault(`${rule}: ${nodes[0].html} ${nodes[0].any[0]?.message ?? ''}`);
    for (const [shape, viewport] of Object.entries({ desktop, phone })) {
      await page.setViewportSize(viewport);
      const isWide = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      );
      if (isWide) fault(`wider than a ${shape}`);
      const name = `${id.replace('/', '-')}-${colorScheme}-${shape}.png`;
      if (takes) await page.screenshot({ path: resolve(pictures, name) });
    }
    looked += 1;
  }
  await context.close();
}
await browser.close();
server.close();
for (const fault of faults) console.error(fault);
console.log(`gallery: ${looked} looks, ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
