// hls.js in Chromium, as any web page would use it; tells how old the displayed picture is.
import { createRequire } from 'node:module';
import { openPage } from './browser.mjs';
import { browserStampReader } from './stamp.mjs';

const hlsScript = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');

/**
 * Plays `url` with hls.js and gives the page. In it `window.hls` is the player, `window.events`
 * what it reported ({type, details, fatal} of errors), and readVideoStamp(video) reads the card.
 */
export async function playWithHls(t, url, config = {}) {
  const page = await openPage(t);
  await page.setContent('<video muted style="width:640px"></video>');
  await page.addScriptTag({ path: hlsScript });
  await page.evaluate(browserStampReader);
  await page.evaluate(async ({ address, options }) => {
    const video = document.querySelector('video');
    const hls = new window.Hls(options);
    window.hls = hls;
    window.events = [];
    hls.on(window.Hls.Events.ERROR, (_, { type, details, fatal }) => {
      window.events.push({ type, details, fatal });
    });
    hls.loadSource(address);
    hls.attachMedia(video);
    await video.play();
  }, { address: url, options: config });
  return page;
}

/** Our own player in a page of the server: the watch page of a channel, ready to be asked. */
export async function visit(t, url) {
  const page = await openPage(t);
  await page.goto(url);
  await page.evaluate(browserStampReader);
  await page.evaluate(() => { window.sameDocument = true; });
  return {
    page,
    /** What an expression over the player `p` gives. */
    ask: (expression) => page.evaluate(`(() => { const p = document.querySelector('rostrum-player'); return ${expression}; })()`),
    until: (expression, timeout = 15_000) => page.waitForFunction(
      `(() => { const p = document.querySelector('rostrum-player'); return p && ${expression}; })()`, undefined, { timeout, polling: 50 }),
    state: (state, timeout = 15_000) => page.waitForFunction(
      (wanted) => document.querySelector('rostrum-player')?.state === wanted, state, { timeout, polling: 50 })
      .catch(async (error) => {
        const found = await page.evaluate(() => {
          const p = document.querySelector('rostrum-player');
          return JSON.stringify({ state: p?.state, trouble: p?.trouble, latency: p?.latency, buffer: p?.bufferAhead });
        });
        throw new Error(`waiting for ${state}: ${error.message}\nit is ${found}\n${page.problems.join('\n')}`);
      }),
    notReloaded: () => page.evaluate(() => window.sameDocument === true),
  };
}

/**
 * Looks at the displayed frame every 50 ms for `milliseconds`. Gives one entry for each new frame
 * seen: `stamp` (its wall clock), `seen` (the wall clock then) and `age` (the difference), in ms.
 */
export function watchStamps(page, milliseconds) {
  return page.evaluate(async (duration) => {
    const video = document.querySelector('video') ?? document.querySelector('rostrum-player').video;
    const frames = [];
    const end = performance.now() + duration;
    while (performance.now() < end) {
      const stamp = window.readVideoStamp(video);
      const seen = Date.now();
      if (stamp !== undefined && stamp !== frames.at(-1)?.stamp) {
        frames.push({ stamp, seen, age: seen - stamp });
      }
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    return frames;
  }, milliseconds);
}

/** The value below which `share` (0 to 1) of `values` lie. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
