// Debian's Firefox, driven by puppeteer-core over WebDriver BiDi: Playwright wants a build of its own.
import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';

export const executable = '/usr/bin/firefox-esr';
export const isHere = existsSync(executable);

/** A fresh page; everything is closed when the test ends. */
export async function openFirefox(t, { width = 1280, height = 800 } = {}) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable,
    headless: true,
    timeout: 90_000,
    extraPrefsFirefox: { 'media.autoplay.default': 0, 'media.navigator.streams.fake': true, 'media.volume_scale': '0.0' },
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(`${error}`));
  return page;
}
