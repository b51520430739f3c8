// Our player on the demo channel, in Chromium.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { quantile, visit, watchStamps } from './support/player.mjs';
import { startServer } from './support/server.mjs';

const demo = 'demodemodemo';
const startDemo = (t) => startServer(t, { demo: { enabled: true, size: '640x360', bitrate: '800kbps' } });

test('the demo plays; pause, seek back and return to live', async (t) => {
  const server = await startServer(t, { demo: { size: '640x360' } }, { args: ['--demo'] });
  const viewer = await visit(t, `${server.http}/watch/${demo}`);
  await viewer.state('playing');
  assert.equal(await viewer.page.getByRole('heading', { name: 'Demo' }).count(), 1);
  await viewer.until('p.latency !== null && p.latency < 1.5');

  await viewer.ask('p.focus()');
  await viewer.page.keyboard.press('k');
  await viewer.state('paused');
  const stopped = await viewer.ask('p.video.currentTime');
  await viewer.until('p.latency > 2.5');
  assert.equal(await viewer.ask('p.video.currentTime'), stopped, 'a paused picture stands still');
  await viewer.page.keyboard.press('k');
  await viewer.state('playing');

  await viewer.ask('p.goLive()');
  await viewer.until('p.latency < 1.5');
  await viewer.page.keyboard.press('ArrowLeft');
  await viewer.until('p.latency > 3');
  await viewer.page.mouse.move(640, 400); // so that the controls show
  await viewer.page.getByRole('button', { name: /Go to live/ }).click();
  await viewer.until('p.latency < 1.5');
  await viewer.state('playing');
  assert.ok(await viewer.notReloaded());
  assert.deepEqual(viewer.page.problems, []);
});

test('glass to glass: low latency, and back to it after a freeze of the encoder', async (t) => {
  const server = await startDemo(t);
  const viewer = await visit(t, `${server.http}/watch/${demo}`);
  await viewer.state('playing');
  await watchStamps(viewer.page, 4000); // finding its pace
  const frames = await watchStamps(viewer.page, 12_000);
  const ages = frames.map(({ age }) => age);
  assert.ok(frames.length > 80, `${frames.length} frames seen`);
  for (let i = 1; i < frames.length; i += 1) assert.ok(frames[i].stamp > frames[i - 1].stamp, 'time runs forward');
  t.diagnostic(`glass to glass: median ${quantile(ages, 0.5)} ms, 95 % ${quantile(ages, 0.95)} ms, worst ${Math.max(...ages)} ms`);
  assert.ok(quantile(ages, 0.95) < 1500, `95 % below ${quantile(ages, 0.95)} ms`);

  const card = Number(spawnSync('pgrep', ['-P', `${server.child.pid}`], { encoding: 'utf8' }).stdout.trim());
  process.kill(card, 'SIGSTOP');
  const still = await watchStamps(viewer.page, 2500);
  process.kill(card, 'SIGCONT');
  const after = await watchStamps(viewer.page, 10_000);
  assert.ok(still.length < frames.length / 4);
  const end = after.at(-1).seen;
  const recovered = after.filter(({ seen }) => seen > end - 1000).map(({ age }) => age);
  const back = after.find(({ seen }, i) => after.slice(i).every(({ age, seen: at }) => at > seen + 1000 || age < 1500));
  t.diagnostic(`after a freeze of 2.5 s: median ${quantile(recovered, 0.5)} ms at the end, below 1.5 s for a second after `
    + `${((back?.seen ?? NaN) - after[0].seen) / 1000} s`);
  assert.ok(recovered.length >= 5, 'it plays again');
  assert.ok(quantile(recovered, 0.5) < 1500, `${quantile(recovered, 0.5)} ms`);
  assert.equal(await viewer.ask('p.state'), 'playing');
  assert.deepEqual(viewer.page.problems, []);
});
