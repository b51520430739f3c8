// An overlay stands on the picture that it belongs to: what a second browser shows when it appears, against the cue's media time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadMedia, variantUrl, waitLive } from './support/hls.mjs';
import { register, startPlatform, streamOf } from './support/platform.mjs';
import { openRoom } from './support/platform_page.mjs';
import { quantile } from './support/player.mjs';
import { eventually } from './support/process.mjs';
import { publishTestCard } from './support/publisher.mjs';

const rounds = 24;
const frame = 1000 / 30; // of the picture
const display = 1000 / 60;

const forms = [
  (title) => ['notice', { title, message: 'We begin soon', duration: 30 }],
  (title) => ['quiz', { question: title, answers: ['Mars', 'Jupiter', 'Venus'], correctAnswerIndex: 1, duration: 30 }],
  (title) => ['product', { title, price: '$8', imageUrl: 'https://example.org/cup.png', description: 'For tea' }],
];

/**
 * In the page: notes for every overlay its cue, and the picture that is shown in the same rendering of the page. Frame
 * callbacks run before animation callbacks of one rendering, and what a task changes is painted after them.
 */
const observer = `
  window.overlays = new Map();
  window.cues = [];
  window.shown = undefined;
  document.addEventListener('rostrum-metadata', ({ detail }) => window.cues.push(detail), true);
  window.observe = () => {
    const player = document.querySelector('rostrum-player');
    const { video } = player;
    const each = (_, { mediaTime }) => {
      window.shown = { mediaTime, wall: player.wallClock - (video.currentTime - mediaTime) * 1000 };
      video.requestVideoFrameCallback(each);
    };
    video.requestVideoFrameCallback(each);
    new MutationObserver(() => {
      const name = /Overlay \\d+!/.exec(document.querySelector('.stage-cards')?.textContent ?? '')?.[0];
      if (!name || window.overlays.has(name)) return;
      window.overlays.set(name, undefined);
      const cue = window.cues.at(-1);
      requestAnimationFrame(() => window.overlays.set(name, { cue, ...window.shown }));
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  };
`;

test('overlays appear within a frame of their media time', { timeout: 120_000 }, async (t) => {
  const server = await startPlatform(t);
  const sit = await openRoom(t, server);
  const anna = await register(server, 'anna');
  const channel = await streamOf(anna);
  const card = publishTestCard(t, channel.publishUrl, { size: '480x270', bitrate: '400k' });
  await eventually(20_000, 'anna to be live', async () => (await anna.must('GET', '/me/channel')).live,
    () => card.output() + server.output());
  const ben = await register(server, 'benny');
  const page = await sit(ben, undefined);
  await page.addInitScript(observer);
  await page.goto(`${server.http}/anna`);
  await page.waitForFunction(() => document.querySelector('rostrum-player')?.video?.currentTime > 1, undefined, { timeout: 25_000 });
  await page.evaluate('observe()');
  const url = `${channel.playbackUrl}?container=fmp4`;
  const media = variantUrl(url, await waitLive(url, { server }), 0);

  const dates = new Map(); // of cues, as the playlist tells them
  const late = [];
  const byWall = [];
  for (let round = 0; round < rounds; ++round) {
    const name = `Overlay ${round}!`;
    const [kind, data] = forms[round % forms.length](name);
    await anna.must('POST', `/me/overlays/${kind}/start`, { data });
    await page.waitForFunction((wanted) => window.overlays.get(wanted), name, { timeout: 15_000, polling: 50 });
    const { cue, mediaTime, wall } = await page.evaluate((wanted) => window.overlays.get(wanted), name);
    for (const range of (await loadMedia(media)).ranges) {
      const text = Buffer.from(range['X-PAYLOAD-BASE64'] ?? '', 'base64').toString();
      dates.set(text, Date.parse(range['START-DATE']));
    }
    late.push((mediaTime - cue.time) * 1000);
    byWall.push(wall - dates.get(cue.text));
  }
  const tell = (values) => `first ${values[0].toFixed(0)}, least ${Math.min(...values).toFixed(0)}, median ${quantile(values, 0.5).toFixed(0)}, `
    + `p90 ${quantile(values, 0.9).toFixed(0)}, most ${Math.max(...values).toFixed(0)} ms`;
  t.diagnostic(`picture behind the cue, ${rounds} overlays: ${tell(late)}; by the playlist's dates: ${tell(byWall)}`);
  t.diagnostic(late.map((value) => value.toFixed(0)).join(' '));
  assert.deepEqual(page.problems, []);
  // Two ways to the same time: the player's clock of cues, and the dates of cue and picture in the playlist.
  late.forEach((value, i) => assert.ok(Math.abs(value - byWall[i]) < 5, `overlay ${i}: ${value} and ${byWall[i]} ms`));
  assert.ok(Math.min(...late) > -5, 'none before its picture');
  // A machine that is busy stops the page now and then, not most of the time.
  assert.ok(quantile(late, 0.75) <= frame + display, 'three of four within a frame');
  assert.ok(late[0] < 300, 'the first does not wait for code'); // its 300 ms of waiting were a defect
});
