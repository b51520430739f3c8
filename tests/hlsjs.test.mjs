// Plain hls.js, as any page would use it, on both containers, in Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitLive } from './support/hls.mjs';
import { eventually } from './support/process.mjs';
import { playWithHls, quantile, watchStamps } from './support/player.mjs';
import { publishTestCard } from './support/publisher.mjs';
import { channel, playlistUrl, startServer } from './support/server.mjs';

for (const container of ['fmp4', 'ts']) {
  test(`plain hls.js plays, pauses and seeks (${container})`, async (t) => {
    const server = await startServer(t);
    const card = publishTestCard(t, `${server.rtmp}/app/${channel.stream_key}`);
    const url = `${playlistUrl(server)}?container=${container}`;
    await waitLive(url, { server });
    const page = await playWithHls(t, url);
    const frames = await watchStamps(page, 5000);
    assert.ok(frames.length > 40, `${frames.length} frames\n${JSON.stringify(await page.evaluate(() => window.events))}\n${card.output()}`);
    for (let i = 1; i < frames.length; i += 1) assert.ok(frames[i].stamp > frames[i - 1].stamp);
    assert.equal(await page.evaluate(() => window.hls.lowLatencyMode && window.hls.levels[0].details.canBlockReload), true);
    // Pause for a while, go on, then jump back and to the live edge.
    await page.evaluate(() => document.querySelector('video').pause());
    const [paused] = await watchStamps(page, 700);
    await page.evaluate(() => document.querySelector('video').play());
    const resumed = await watchStamps(page, 1000);
    assert.ok(resumed.at(-1).stamp > paused.stamp && resumed[0].stamp - paused.stamp < 500, 'it goes on where it stopped');
    await page.evaluate(() => { document.querySelector('video').currentTime -= 3; });
    const back = await watchStamps(page, 1500);
    assert.ok(back.at(-1).age > 2500, `${back.at(-1)?.age} ms`);
    await page.evaluate(() => { document.querySelector('video').currentTime = window.hls.liveSyncPosition; });
    await eventually(6000, 'the live edge', async () => (await watchStamps(page, 300)).at(-1)?.age < 3000);
    const errors = await page.evaluate(() => window.events);
    assert.deepEqual(errors.filter(({ fatal }) => fatal), []);
    t.diagnostic(`hls.js as it comes: median ${quantile(frames.map(({ age }) => age), 0.5)} ms old, errors ${JSON.stringify(errors)}`);
  });
}
