// Debian's Chromium, driven by Playwright: headless, without sandbox (tests may run as root), free
// to play without a gesture, content with a development certificate.
import { existsSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { repository } from './process.mjs';

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path) => existsSync(path));

/** A fresh page; everything is closed when the test ends. */
export async function openPage(t, { viewport = { width: 1280, height: 800 }, ...context } = {}) {
  const browser = await chromium.launch({
    executablePath: executable,
    headless: true,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--mute-audio',
      '--autoplay-policy=no-user-gesture-required', '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows'],
  });
  t.after(() => browser.close());
  const opened = await browser.newContext({ viewport, ignoreHTTPSErrors: true, ...context });
  const page = await opened.newPage();
  page.problems = []; // what the page complained about, for the test to look at
  page.on('pageerror', (error) => page.problems.push(`${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') page.problems.push(message.text());
  });
  return page;
}

const axe = `${repository}web/node_modules/axe-core/axe.min.js`;

/** What a screen reader or a keyboard would stumble over: axe's serious and critical findings, a line each. */
export async function faultsOf(page) {
  await page.evaluate(readFileSync(axe, 'utf8'));
  return page.evaluate(async () => (await globalThis.axe.run()).violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.flat().join(' ')} ${failureSummary}`).join(' | ')}`));
}
