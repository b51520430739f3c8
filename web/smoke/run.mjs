// Drives the built site in Chromium against smoke/origin.mjs, checks what a viewer would notice and leaves
// pictures of every state in build/web-smoke. `npm run build` first; needs ffmpeg and /usr/bin/chromium.
//   node smoke/run.mjs [desktop|phone|side] [--light]
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Broadcast, serve } from './origin.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const pictures = resolve(root, 'build/web-smoke');
mkdirSync(pictures, { recursive: true });
const shapes = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  side: { viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true },
};
const wanted = process.argv.slice(2).filter((a) => a in shapes);
const colorScheme = process.argv.includes('--light') ? 'light' : 'dark';
const flags =
  '--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync';

/** The rule of browsers that refuse sound before a gesture; the driver's own calls would count as one. */
function refuseSound() {
  let touched = false;
  addEventListener('pointerdown', () => (touched = true), true);
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (this.muted || touched) return play.call(this);
    return Promise.reject(new DOMException('a gesture is needed', 'NotAllowedError'));
  };
}

const demo = await new Broadcast('640x360').start();
const channel = (id, name, title, live, viewers) => ({
  id,
  name,
  title,
  live,
  viewers,
  startedAt: live ? demo.startedAt : null,
  playbackUrl: `/api/video/v1/${id}/master.m3u8`,
  watchUrl: `/watch/${id}`,
});
const many = () => [
  channel('demo', 'Demo', 'Test card with a running clock', true, 1240),
  channel(
    'kitchen',
    'Ana cooks',
    'Sourdough from the beginning: feeding, folding, baking',
    true,
    87,
  ),
  channel('garden', 'Garden camera', '', true, 1),
  channel('quiet', 'Evening talk', 'Questions and answers', false, 0),
  channel('private', 'Members only', 'Rehearsal', true, 4),
];
const world = {
  down: false,
  server: {
    version: '0.1.0',
    ingest: {
      rtmp: 'rtmp://live.example.org:1935/app',
      rtmps: 'rtmps://live.example.org:1936/app',
      srt: 'srt://live.example.org:9000',
    },
  },
  broadcasts: { demo, private: 'private' },
  channels: many,
};
const origin = await serve(resolve(root, 'build/web'), world);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: flags.split(' '),
});
let passed = 0;
const check = (what, act) =>
  Promise.resolve(act()).then(() => {
    passed += 1;
    console.log(`ok ${what}`);
  });

async function visit(shapeName, path) {
  const context = await browser.newContext({
    ...shapes[shapeName],
    colorScheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.addInitScript(refuseSound);
  page.setDefaultTimeout(20_000);
  const errors = [];
  page.on('pageerror', (e) => errors.push(e.message));
  await page.goto(origin.url + path);
  return {
    page,
    shot: (name) => page.screenshot({ path: `${pictures}/${shapeName}-${name}.png` }),
    state: (state) =>
      page.waitForFunction((s) => document.querySelector('rostrum-player')?.state === s, state),
    player: (act) =>
      page.evaluate(
        `(() => { const p = document.querySelector('rostrum-player'); return ${act}; })()`,
      ),
    wait: (ms) => page.waitForTimeout(ms),
    close: async () => {
      assert.deepEqual(errors, [], 'errors on the page');
      await context.close();
    },
  };
}

for (const shape of wanted.length ? wanted : Object.keys(shapes)) {
  await check(`${shape}: directory with live channels`, async () => {
    const v = await visit(shape, '/');
    await v.state('playing');
    await v.wait(1500);
    await v.shot('directory');
    await v.page.getByRole('tab', { name: 'ffmpeg' }).scrollIntoViewIfNeeded();
    await v.page.getByRole('tab', { name: 'ffmpeg' }).click();
    await v.shot('directory-publish');
    const wide = await v.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `page is ${wide} px too wide`);
    await v.close();
  });
  await check(`${shape}: nobody live`, async () => {
    world.channels = () => [];
    const v = await visit(shape, '/');
    await v.page.getByText('The stage is free').waitFor();
    await v.wait(300);
    await v.shot('directory-empty');
    world.channels = many;
    await v.page.locator('a.hero').waitFor();
    await v.close();
  });
  await check(`${shape}: playing, sound refused, menu, statistics, behind live`, async () => {
    const v = await visit(shape, '/watch/demo');
    await v.state('playing');
    assert.equal(await v.player('p.video.muted'), true, 'must have fallen back to muted');
    await v.wait(1000);
    await v.shot('watch-unmute');
    await v.page.getByRole('button', { name: 'Tap to unmute' }).click();
    assert.equal(await v.player('p.video.muted'), false);
    await v.page.getByRole('button', { name: 'Quality and more' }).click();
    await v.wait(200);
    await v.shot('watch-menu');
    await v.page.getByRole('menuitem', { name: 'Statistics' }).click();
    await v.wait(3500);
    await v.shot('watch-stats');
    await v.page.keyboard.press('i');
    await v.page.keyboard.press('ArrowLeft');
    await v.wait(1200);
    await v.shot('watch-behind');
    await v.page.getByRole('button', { name: /Go to live/ }).click();
    await v.page.waitForFunction(() => document.querySelector('rostrum-player').latency < 1.5);
    await v.player('p.pause()');
    await v.state('paused');
    await v.shot('watch-paused');
    await v.close();
  });
  await check(
    `${shape}: waiting, then live without reload, then ended, then live again`,
    async () => {
      const v = await visit(shape, '/watch/quiet');
      await v.state('waiting');
      await v.wait(300);
      await v.shot('watch-waiting');
      const talk = await new Broadcast('640x360').start();
      world.broadcasts.quiet = talk;
      await v.state('playing');
      await v.wait(3500);
      talk.end();
      await v.state('ended');
      await v.wait(300);
      await v.shot('watch-ended');
      world.broadcasts.quiet = await new Broadcast('640x360').start();
      await v.state('playing');
      world.broadcasts.quiet.lose();
      await v.page.waitForFunction(
        () => document.querySelector('rostrum-player').trouble === 'broadcastPaused',
      );
      await v.wait(500);
      await v.shot('watch-interrupted');
      world.broadcasts.quiet.encode();
      await v.state('playing');
      await v.close();
      world.broadcasts.quiet.end();
      delete world.broadcasts.quiet;
    },
  );
  await check(`${shape}: private, missing and unreachable`, async () => {
    const v = await visit(shape, '/watch/private');
    await v.state('error');
    await v.wait(300);
    await v.shot('watch-private');
    await v.close();
    const m = await visit(shape, '/watch/nobody');
    await m.page.getByText('There is no such channel').waitFor();
    await m.shot('watch-missing');
    await m.close();
    const d = await visit(shape, '/watch/demo');
    await d.state('playing');
    world.down = true;
    await d.page.waitForFunction(
      () => document.querySelector('rostrum-player').trouble === 'unreachable',
    );
    await d.page.getByText('The server does not answer').waitFor();
    await d.shot('watch-unreachable');
    world.down = false;
    await d.state('playing');
    await d.close();
  });
}

await browser.close();
for (const broadcast of Object.values(world.broadcasts))
  if (broadcast instanceof Broadcast) broadcast.end();
origin.close();
console.log(`${passed} passed, 0 failed`);
process.exit(0);
