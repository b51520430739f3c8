// Both examples as a reader of the tutorial runs them: one command each, in Chromium, on live video.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { IvsClient, PutMetadataCommand } from '@aws-sdk/client-ivs';
import { openPage } from './support/browser.mjs';
import { waitLive } from './support/hls.mjs';
import { post } from './support/polls.mjs';
import { eventually, repository, start } from './support/process.mjs';
import { publishTestCard } from './support/publisher.mjs';
import { channel, playlistUrl, startServer } from './support/server.mjs';
import { browserStampReader } from './support/stamp.mjs';

const arnOf = (id) => `arn:aws:ivs:local:000000000000:channel/${id}`;

/** Runs examples/<name>/start against `server`; gives the address of its page. */
async function startExample(t, server, name, args = []) {
  const example = start(t, `${repository}examples/${name}/start`, ['--port', '0', ...args], {
    env: {
      ...process.env, ROSTRUM_URL: server.http,
      AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    },
  });
  const found = await eventually(120_000, `the page of ${name}`, () => {
    assert.equal(example.child.exitCode, null, example.output());
    return /Open (http:\/\/\S+)\//.exec(example.output());
  }, example.output);
  return { url: found[1], example };
}

function ivs(server) {
  return new IvsClient({
    endpoint: server.http, region: 'local',
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
  });
}

/** The page, playing; it notes what the picture's clock showed when each question came. */
async function watchPollPage(t, url) {
  const page = await openPage(t);
  await page.addInitScript(browserStampReader);
  await page.goto(url);
  await page.evaluate(() => {
    const player = document.querySelector('rostrum-player');
    window.cues = [];
    player.addEventListener('rostrum-metadata', async ({ detail }) => {
      const cue = { text: detail.text, seen: Date.now(), stamp: window.readVideoStamp(player.video) };
      // A frame that is just being changed cannot be read.
      for (let tries = 0; cue.stamp === undefined && tries < 3; tries += 1) {
        await new Promise(requestAnimationFrame);
        cue.stamp = window.readVideoStamp(player.video);
      }
      window.cues.push(cue);
    });
  });
  await page.waitForFunction(() => document.querySelector('rostrum-player').state === 'playing', undefined, { timeout: 30_000 });
  return page;
}

const question = (page) => page.locator('#question');
const answers = (page) => page.locator('.answer');
const figure = (page, answer) => page.locator('.answer').filter({ hasText: answer }).locator('.figure');

test('poll: the question comes with its picture, votes are seen at once, answers are kept', async (t) => {
  const server = await startServer(t, { channels: [channel] });
  publishTestCard(t, `${server.rtmp}/app/${channel.stream_key}`, { size: '480x270', bitrate: '400k' });
  await waitLive(playlistUrl(server));
  const { url, example } = await startExample(t, server, 'poll', ['--no-questions', arnOf(channel.id)]);
  const client = ivs(server);
  const first = await watchPollPage(t, url);
  const second = await watchPollPage(t, url);
  await second.locator('rostrum-player').focus();
  await second.keyboard.press('ArrowLeft');
  await second.waitForFunction(() => document.querySelector('rostrum-player').latency > 3, undefined, { timeout: 30_000 });

  const send = async (poll) => {
    const sent = Date.now();
    const { $metadata } = await client.send(new PutMetadataCommand({ channelArn: arnOf(channel.id), metadata: JSON.stringify(poll) }));
    assert.equal($metadata.httpStatusCode, 204);
    return sent;
  };
  const newest = (page) => page.evaluate(() => window.cues.at(-1));
  // A busy machine drops frames: which picture goes with a question shows when it does not.
  const poll = { current_time: '2026-Jan-01-000000', answers: { 1: 'True', 2: 'False', 3: 'Maybe' } };
  for (let round = 1; ; round += 1) {
    Object.assign(poll, { poll_id: `poll ${round}`, question: `Is “${round}” late – or isn’t it?` });
    const sent = await send(poll);
    for (const page of [first, second]) {
      await question(page).filter({ hasText: poll.question }).waitFor({ timeout: 30_000 });
      assert.deepEqual(await answers(page).locator('.words').allTextContents(), ['True', 'False', 'Maybe']);
    }
    const [early, late] = [await newest(first), await newest(second)];
    t.diagnostic(`sent at the clock's 0, shown with the picture of ${early.stamp - sent} ms after ${early.seen - sent} ms, `
      + `and with the picture of ${late.stamp - sent} ms after ${late.seen - sent} ms`);
    const good = Math.abs(early.stamp - sent) < 700 && Math.abs(late.stamp - early.stamp) <= 70 && late.seen - early.seen > 2000;
    if (good) break;
    assert.ok(round < 5, 'the picture of the moment at which it was sent, the same for one who is seconds behind');
    await second.evaluate(() => document.querySelector('rostrum-player').focus());
    if (late.seen - early.seen <= 2000) await second.keyboard.press('ArrowLeft'); // it had jumped forward
  }

  await answers(first).nth(0).click();
  await first.getByText('Thank you').waitFor();
  const voted = Date.now();
  await second.keyboard.press('2'); // from now on it sees results, too
  await figure(second, 'True').filter({ hasText: '50 %' }).waitFor({ timeout: 3000 });
  await second.getByText('2 answers so far').waitFor();
  await answers(first).nth(1).click(); // a change of mind, as it arrives at the other
  const changed = Date.now();
  await figure(second, 'False').filter({ hasText: '100 %' }).waitFor({ timeout: 3000 });
  t.diagnostic(`the other window showed the change after ${Date.now() - changed} ms`);
  assert.ok(Date.now() - changed < 1000);
  assert.ok(changed >= voted);

  // The other shapes, with hostile text, each shown as the text that it is.
  const hostile = ['<img src=x onerror="window.broken=1">', '\'"</script><script>window.broken=1</script>', '\u{1F600} \u202Eabc'];
  await send({ question: `<b>${hostile[2]}</b> & more`, answers: hostile });
  await question(first).filter({ hasText: '<b>' }).waitFor({ timeout: 30_000 });
  assert.equal(await question(first).textContent(), `<b>${hostile[2]}</b> & more`);
  assert.deepEqual(await answers(first).locator('.words').allTextContents(), hostile);
  await answers(first).nth(0).focus();
  await first.keyboard.press('Enter');
  await first.getByText('Thank you').waitFor();
  assert.deepEqual(await first.locator('.history .mine').allTextContents(), [hostile[0], 'False']);
  await send({ question: 'With the right answer?', answers: ['this', 'that'], correctIndex: 1 });
  await question(first).filter({ hasText: 'right answer' }).waitFor({ timeout: 30_000 });
  await answers(first).nth(0).click();
  await first.locator('.answer.right .words', { hasText: 'that' }).waitFor();
  // Those that others vote for reach a page as text, too.
  await post(`${server.http}/PROD/requestor-put`, JSON.stringify({ requestor_id: '<i>', poll_id: poll.poll_id, type: 'answer', response: hostile[1] }));
  await send(poll);
  await first.locator('.answer .words', { hasText: 'window.broken' }).waitFor({ timeout: 30_000 });
  assert.deepEqual(await first.evaluate(() => [window.broken, document.querySelectorAll('.side img, .side script, .side b, .side i').length]), [undefined, 0]);

  // Reloaded, it is the same voter with the same history.
  await first.reload();
  await first.locator('.history .mine').filter({ hasText: 'False' }).waitFor();
  assert.deepEqual(await first.locator('.history .mine').allTextContents(), ['this', hostile[0], 'False']);
  assert.equal(await first.locator('.history li').first().locator('span').first().textContent(), 'With the right answer?');
  assert.deepEqual(first.problems, []);
  assert.ok(!example.output().includes(server.secretAccessKey));
});

test('poll: the generator asks by itself; a page of the tutorial\'s kind works unchanged', async (t) => {
  const server = await startServer(t, { channels: [channel] });
  publishTestCard(t, `${server.rtmp}/app/${channel.stream_key}`, { size: '480x270', bitrate: '400k' });
  await waitLive(playlistUrl(server));
  const { url, example } = await startExample(t, server, 'poll', ['--interval', '1']);
  const page = await watchPollPage(t, url);
  await page.waitForFunction(() => window.cues.length >= 2, undefined, { timeout: 30_000 });
  const [cue, next] = await page.evaluate(() => window.cues.map(({ text }) => JSON.parse(text)));
  assert.deepEqual(Object.keys(cue), ['current_time', 'poll_id', 'question', 'answers']);
  assert.match(cue.poll_id, /^[0-9a-f]{32}$/);
  assert.match(cue.current_time, /^\d{4}-[A-Z][a-z]{2}-\d{2}-\d{6}$/);
  assert.notEqual(cue.question, next.question);
  assert.match(example.output(), /HTTPStatusCode: 204/);

  // The way such pages ask: a response's field in the request, three routes, answers by person.
  const seen = await page.evaluate(async (base) => {
    const ask = async (route, body) => {
      const response = await fetch(`${base}/${route}`, {
        method: 'POST', headers: { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' }, body: JSON.stringify(body),
      });
      return response.json();
    };
    const poll = 'of-the-old-page';
    return [
      await ask('requestor-put', { requestor_id: 'Witty-heron-42', poll_id: poll, type: 'answer', response: 'Maybe' }),
      await ask('requestor-put', { requestor_id: 'Brave-otter-7', poll_id: poll, type: 'answer', response: 'True' }),
      await ask('requestor-get', { requestor_id: 'Witty-heron-42' }),
      await ask('poll-get', { poll_id: poll }),
    ];
  }, `${server.http}/PROD`);
  assert.deepEqual(seen, [
    { state: 'success' },
    { state: 'success' },
    { state: 'success', items: { 'of-the-old-page': 'Maybe' } },
    { state: 'success', items: { 'Witty-heron-42': 'Maybe', 'Brave-otter-7': 'True' }, responses: { Maybe: 1, True: 1 } },
  ]);
  assert.deepEqual(page.problems, []);
});

test('poll: the generator says how it is used, and waits when it is told to', async (t) => {
  const script = `${repository}examples/poll/metadata.mjs`;
  const silent = start(t, process.execPath, [script]);
  assert.equal((await silent.closed).code, 2);
  assert.match(silent.output(), /^usage: metadata\.mjs <channel ARN>/);

  const server = await startServer(t, { channels: [channel] });
  const generator = start(t, process.execPath, [script, arnOf(channel.id), '--interval', '0.05'], {
    env: {
      ...process.env, ROSTRUM_URL: server.http,
      AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    },
  });
  // Nobody broadcasts: it says so and goes on.
  await eventually(20_000, 'an error in words', () => /ERROR: ChannelNotBroadcasting/.test(generator.output()), generator.output);
  publishTestCard(t, `${server.rtmp}/app/${channel.stream_key}`, { size: '480x270', bitrate: '400k' });
  await eventually(20_000, 'a question', () => /HTTPStatusCode: 204/.test(generator.output()), generator.output);
  // Twenty a second are more than five: it slows down.
  await eventually(20_000, 'patience', () => /ERROR: ThrottlingException.*\nwaiting [\d.]+ s/.test(generator.output()), generator.output);
});

test('private channel: refused without a token, plays with one', async (t) => {
  const server = await startServer(t, { channels: [channel] });
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { url, example } = await startExample(t, server, 'private-channel', ['--keys', folder, '--test-picture']);
  const arn = /channel +(arn:\S+)/.exec(example.output())[1];
  const playback = /playback +(http\S+)/.exec(example.output())[1];
  assert.equal(statSync(`${folder}/private.pem`).mode & 0o77, 0, 'only its owner reads the key');

  const sign = await post(`${url}/sign`, undefined, { method: 'GET' });
  assert.equal(sign.headers.get('access-control-allow-origin'), '*');
  assert.equal(sign.headers.get('access-control-allow-methods'), 'OPTIONS,GET');
  assert.equal(sign.headers.get('access-control-allow-headers'), 'Content-Type');
  const answer = JSON.parse(sign.text);
  assert.deepEqual(Object.keys(answer), ['token']);
  const [header, claims, signature] = answer.token.split('.').map((part) => Buffer.from(part, 'base64url'));
  assert.deepEqual(JSON.parse(header), { alg: 'ES384', typ: 'JWT' });
  assert.deepEqual(Object.keys(JSON.parse(claims)), ['aws:channel-arn', 'aws:access-control-allow-origin', 'exp']);
  assert.equal(JSON.parse(claims)['aws:channel-arn'], arn);
  assert.equal(signature.length, 96);
  const key = createPublicKey(await import('node:fs').then(({ readFileSync }) => readFileSync(`${folder}/public.pem`)));
  assert.ok(verify('sha384', Buffer.from(answer.token.slice(0, answer.token.lastIndexOf('.'))), { key, dsaEncoding: 'ieee-p1363' }, signature));

  const page = await openPage(t);
  await page.goto(url);
  await page.getByRole('button', { name: 'Play Without Token' }).click();
  await page.getByText('Refused with status 403').waitFor({ timeout: 30_000 });
  await page.getByText('invalid_playback_auth_token').waitFor();
  assert.ok((await page.locator('#facts dd').first().textContent()).length > 5, 'a reason in words');
  await page.waitForFunction(() => document.querySelector('rostrum-player').trouble === 'refused');
  await page.getByRole('button', { name: 'Play With Token' }).click();
  await page.getByText('The token is good').waitFor({ timeout: 30_000 });
  await page.waitForFunction(() => document.querySelector('rostrum-player').state === 'playing', undefined, { timeout: 30_000 });
  await page.waitForFunction(() => document.querySelector('rostrum-player').video.currentTime > 1, undefined, { timeout: 30_000 });

  // The address as the tutorial's page builds it, and with the token further back.
  for (const address of [`${playback}?token=${answer.token}`, `${playback}?a=1&token=${encodeURIComponent(answer.token)}`]) {
    assert.equal((await fetch(address)).status, 200, address);
  }

  // Started again it finds what it made before.
  const again = await startExample(t, server, 'private-channel', ['--keys', folder]);
  assert.equal(/channel +(arn:\S+)/.exec(again.example.output())[1], arn);
});
