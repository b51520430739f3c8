// Past broadcasts on the pages of a channel: found, watched with the chat of then, gone back to while they run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { goLive, isOver, small } from './support/broadcast.mjs';
import { faultsOf, openPage } from './support/browser.mjs';
import { sitDown } from './support/chat_people.mjs';
import { visit } from './support/player.mjs';
import { eventually } from './support/process.mjs';
import { makeRecorded, record, recordingEvent } from './support/recording.mjs';

const pictures = { thumbnailConfiguration: { recordingMode: 'INTERVAL', targetIntervalSeconds: 2, storage: ['SEQUENTIAL', 'LATEST'] } };

test('a past broadcast: listed, played, sought with pictures, and its chat comes at its time', async (t) => {
  const api = await startApi(t);
  const made = await makeRecorded(t, api, { channel: { name: 'Kitchen' }, configuration: pictures });
  const id = made.channelArn.split('/')[1];
  const { publisher, stream } = await goLive(t, api, made);
  const ana = await sitDown(t, `${api.server.http}/watch/${id}`, { name: 'Ana' });
  const after = (seconds) => eventually(40_000, `${seconds} s`, () => Date.now() - Date.parse(stream.startTime) > seconds * 1000);
  await after(5);
  await ana.say('early words');
  await ana.hears('early words');
  await after(14);
  await ana.say('late words');
  await ana.hears('late words');
  await after(17);
  publisher.child.kill('SIGINT');
  await isOver(api, made.channelArn);
  await recordingEvent(made.receiver, 'Recording End', 30_000);

  const page = await openPage(t, { viewport: { width: 1440, height: 900 } });
  await page.goto(`${api.server.http}/watch/${id}`);
  await page.getByRole('heading', { name: 'Past broadcasts' }).waitFor({ timeout: 20_000 });
  const card = page.locator('.past .channel-card');
  assert.equal(await card.count(), 1);
  await page.waitForFunction(() => document.querySelector('.past img')?.naturalWidth > 0, undefined, { timeout: 10_000 });
  await card.click();
  await page.waitForURL(/\/replay\/[A-Za-z0-9]{12}$/);
  const player = (expression) => page.evaluate(`(() => { const p = document.querySelector('rostrum-player'); return ${expression}; })()`);
  await page.waitForFunction(() => document.querySelector('rostrum-player')?.video?.currentTime > 0.5, undefined, { timeout: 15_000 });
  assert.equal(await player('p.recording'), true);
  assert.equal(await player("p.shadowRoot.querySelector('.live').hidden"), true);
  assert.match(await player("p.shadowRoot.querySelector('.time').textContent"), /^0:0\d \/ 0:1\d$/);

  // What was said comes when the picture gets there, and goes when it goes back.
  const words = page.locator('.chat-text');
  assert.equal(await words.filter({ hasText: 'late words' }).count(), 0);
  await player('p.seekTo(8)');
  await words.filter({ hasText: 'early words' }).waitFor({ timeout: 15_000 });
  assert.equal(await words.filter({ hasText: 'late words' }).count(), 0);
  await player('p.seekTo(15.5)');
  await words.filter({ hasText: 'late words' }).waitFor({ timeout: 15_000 });
  await player('p.seekTo(0.2)');
  await eventually(10_000, 'the words to go', async () => await words.count() === 0);

  // The seek bar shows where one would go.
  const bar = await page.locator('rostrum-player').locator('.seek').boundingBox();
  await page.mouse.move(bar.x + bar.width / 2, bar.y + bar.height / 2);
  await page.waitForFunction(() => {
    const preview = document.querySelector('rostrum-player').shadowRoot.querySelector('.preview');
    return !preview.hidden && preview.querySelector('img').naturalWidth > 0;
  }, undefined, { timeout: 10_000, polling: 100 });
  assert.match(await player("p.shadowRoot.querySelector('.preview span').textContent"), /^0:0\d$/);

  // To its end, and once more.
  await player('p.seekTo(p.video.duration - 1)');
  await page.waitForFunction(() => document.querySelector('rostrum-player').state === 'ended', undefined, { timeout: 15_000 });
  await page.locator('rostrum-player').locator('.start').click();
  await page.waitForFunction(() => {
    const { state, video } = document.querySelector('rostrum-player');
    return state === 'playing' && video.currentTime < 5;
  }, undefined, { timeout: 15_000 });
  assert.deepEqual(await faultsOf(page), []);
  assert.deepEqual(page.problems, []);

  // On a phone.
  const phone = await openPage(t, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await phone.goto(`${api.server.http}/watch/${id}`);
  await phone.getByRole('link', { name: 'Past broadcasts' }).click();
  await phone.getByRole('heading', { name: 'Past broadcasts of Kitchen' }).waitFor();
  await phone.locator('.channel-card').first().click();
  await phone.waitForFunction(() => document.querySelector('rostrum-player')?.video?.currentTime > 0.5, undefined, { timeout: 15_000 });
  assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing is wider than the phone');
  await phone.goto(`${api.server.http}/watch/${id}/replay/nothing00000`);
  await phone.getByText('This recording is not there').waitFor();
});

test('going back in a broadcast that is on, and live again', async (t) => {
  const api = await startApi(t, { live: { window: '6s' } });
  const made = await makeRecorded(t, api);
  const { stream } = await goLive(t, api, made, small({ seconds: 180 }));
  await eventually(60_000, 'half a minute', () => Date.now() - Date.parse(stream.startTime) > 30_000);
  const viewer = await visit(t, `${api.server.http}/watch/${made.channelArn.split('/')[1]}`);
  await viewer.state('playing', 20_000);
  await viewer.until("p.getAttribute('time-shift') !== null", 20_000);
  const before = await viewer.ask('p.wallClock');
  // 25 s back is further than the live playlist reaches.
  await viewer.ask('p.seekTo(p.video.currentTime - 25)');
  await viewer.until('p.shifted && p.state === "playing" && p.video.readyState >= 3');
  const there = await viewer.ask('p.wallClock');
  assert.ok(Math.abs(before - 25_000 - there) < 6000, `${before - there} ms back`);
  assert.match(await viewer.ask("p.shadowRoot.querySelector('.live span').textContent"), /behind/);
  await viewer.ask("p.shadowRoot.querySelector('.live').click()");
  await viewer.until(`!p.shifted && p.latency !== null && p.latency < 3 && p.wallClock > ${before}`, 20_000);
});

test('the list for pages', async (t) => {
  const api = await startApi(t);
  const made = await makeRecorded(t, api);
  await record(t, api, made, { seconds: 5 });
  const id = made.channelArn.split('/')[1];
  const answer = await fetch(`${api.server.http}/api/rostrum/v1/channels/${id}/recordings`);
  const { recordings } = await answer.json();
  assert.equal(recordings.length, 1);
  assert.equal((await fetch(new URL(recordings[0].playbackUrl, api.server.http))).status, 200);
  assert.equal((await fetch(`${api.server.http}/api/rostrum/v1/channels/NoSuchOne123/recordings`)).status, 404);
});
