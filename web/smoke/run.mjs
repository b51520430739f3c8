// Drives the built site in Chromium against smoke/origin.mjs, checks what a viewer would notice and leaves
// pictures of every state in build/web-smoke. `npm run build` first; needs ffmpeg and /usr/bin/chromium.
//   node smoke/run.mjs [desktop|phone|side] [--light]
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
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

/** Nothing that a screen reader or a keyboard would stumble over. */
async function accessible(v, where) {
  await v.page.evaluate(
    readFileSync(resolve(root, 'web/node_modules/axe-core/axe.min.js'), 'utf8'),
  );
  const faults = await v.page.evaluate(async () =>
    (await globalThis.axe.run()).violations.map(
      (f) => `${f.id}: ${f.nodes.map((n) => n.target.flat().join(' ')).join(' | ')}`,
    ),
  );
  assert.deepEqual(faults, [], `accessibility of ${where}`);
}

await check('holds a low latency, returns after a freeze, raises cues on time', async () => {
  const v = await visit('desktop', '/watch/demo');
  await v.page.evaluate(() => {
    globalThis.cues = [];
    document.addEventListener('rostrum-metadata', (e) => {
      const late = document.querySelector('rostrum-player').video.currentTime - e.detail.time;
      globalThis.cues.push({ n: JSON.parse(e.detail.text).n, late });
    });
  });
  await v.state('playing');
  const watch = async (seconds) => {
    const seen = [];
    for (let i = 0; i < seconds * 4; ++i) {
      seen.push(await v.player('p.latency'));
      await v.wait(250);
    }
    return seen.sort((a, b) => a - b)[Math.floor(seen.length * 0.95)];
  };
  await v.wait(10_000);
  const before = await watch(10);
  demo.freeze(2500);
  await v.wait(2500 + 10_000);
  const after = await watch(6);
  const cues = await v.page.evaluate(() => globalThis.cues);
  console.log(
    `   latency p95 ${before.toFixed(2)} s, after a freeze of 2.5 s ${after.toFixed(2)} s`,
  );
  const late = cues.map((c) => Math.abs(c.late)).sort((a, b) => a - b);
  console.log(
    `   ${cues.length} cues, median ${(late[late.length >> 1] * 1000).toFixed(0)} ms off, worst ${(late.at(-1) * 1000).toFixed(0)} ms`,
  );
  assert.ok(before < 1 && after < 1, `latency ${before} s, ${after} s`);
  assert.ok(late[late.length >> 1] < 0.05, 'cues are late');
  const numbers = cues.map((c) => c.n);
  assert.deepEqual(numbers, [...new Set(numbers)], 'a cue came twice');
  assert.equal(numbers.at(-1) - numbers[0] + 1, numbers.length, 'a cue is missing');
  await v.close();
});

for (const shape of wanted.length ? wanted : Object.keys(shapes)) {
  await check(`${shape}: directory with live channels`, async () => {
    const v = await visit(shape, '/');
    await v.state('playing');
    await v.wait(1500);
    await v.shot('directory');
    await accessible(v, 'directory');
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
    await accessible(v, 'empty directory');
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
    await accessible(v, 'watch page');
    await v.page.getByRole('button', { name: 'Tap to unmute' }).click();
    assert.equal(await v.player('p.video.muted'), false);
    await v.page.getByRole('button', { name: /quality and more/i }).click();
    await v.wait(200);
    await v.shot('watch-menu');
    await v.page.getByRole('menuitem', { name: 'Statistics' }).click();
    await v.wait(3500);
    await v.shot('watch-stats');
    await accessible(v, 'statistics');
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
    await accessible(v, 'private channel');
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
