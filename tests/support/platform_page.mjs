// People of the live platform in front of browsers: one Chromium, a context each.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

export const desktop = { viewport: { width: 1440, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** Gives `sit(person, path, options)`: a page at that path, signed in as the person (a Visitor; null: nobody). */
export async function openRoom(t, server) {
  const browser = await chromium.launch({
    executablePath: executable,
    headless: true,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required',
      '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows'],
  });
  t.after(() => browser.close());
  return async function sit(person, path, options = desktop) {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    if (person) await context.addCookies([...person.cookies].map(([name, value]) => ({ name, value, url: server.http })));
    const page = await context.newPage();
    page.problems = [];
    page.on('pageerror', (error) => page.problems.push(`${error}`));
    page.setDefaultTimeout(20_000);
    // What untrusted text would do if it were run.
    await page.addInitScript(() => { window.alert = () => { window.wasRun = true; }; });
    if (path) await page.goto(`${server.http}${path}`);
    return page;
  };
}

/** The letter that was sent last to an address, as the development mailbox has it. */
export async function letterTo(administrator, email, kind) {
  const { letters } = await administrator.must('GET', '/mailbox');
  const found = letters.find((letter) => letter.to === email && (!kind || letter.kind === kind));
  return found && administrator.must('GET', `/mailbox/${found.id}`);
}

export const linkIn = ({ text }) => new URL(text.match(/https?:\/\/\S+/)[0].replace(/[.,]$/, ''));

/** Pictures that browsers and programs make of nothing. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC', 'base64');
