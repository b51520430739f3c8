// The operator's console in a browser, against a server of its own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openPage } from './support/browser.mjs';
import { Caller } from './support/ivs.mjs';
import { eventually, repository, within } from './support/process.mjs';
import { generated, publishWithFfmpeg } from './support/publisher.mjs';
import { channel, startServer } from './support/server.mjs';

const axe = `${repository}web/node_modules/axe-core/axe.min.js`;
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** A console page; `open` goes to an address below /console. */
async function openConsole(t, server, context = {}) {
  const page = await openPage(t, {
    viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...context,
  });
  page.setDefaultTimeout(15_000);
  const desk = {
    page,
    open: (path = '') => page.goto(`${server.http}/console${path}`),
    async signIn(id = server.accessKeyId, secret = server.secretAccessKey) {
      await page.getByLabel('Access key ID').fill(id);
      await page.getByLabel('Secret access key').fill(secret);
      await page.getByRole('button', { name: 'Sign in' }).click();
    },
    sees: (words) => page.getByText(words).first().waitFor(),
    heading: (name) => page.getByRole('heading', { name, level: 1 }).waitFor(),
    button: (name) => page.getByRole('button', { name, exact: true }),
    /** What the page complained about, but for answers that the test asked for. */
    problems: () => page.problems.filter((problem) => !/status of 40[34]/.test(problem)),
    /** Nothing that a screen reader or a keyboard would stumble over, nothing beside the screen. */
    async accessible(where) {
      await page.evaluate(readFileSync(axe, 'utf8'));
      const faults = await page.evaluate(async () => (await globalThis.axe.run()).violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' ')}`));
      assert.deepEqual(faults, [], where);
      const beside = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(beside <= 0, `${where} is ${beside} px wider than the screen`);
    },
  };
  return desk;
}

async function signedIn(t, server, context) {
  const desk = await openConsole(t, server, context);
  await desk.open();
  await desk.signIn();
  await desk.heading('Overview');
  return desk;
}

test('a key opens the console, a wrong one does not; the secret stays in the browser', async (t) => {
  const server = await startServer(t);
  const desk = await openConsole(t, server);
  const sent = [];
  desk.page.on('request', (request) => {
    sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`);
  });
  const answer = await desk.open('/channels');
  assert.match(answer.headers()['content-security-policy'], /frame-ancestors 'none'/);
  await desk.button('Sign in').click();
  await desk.sees('Enter the ID of an access key.');
  await desk.signIn('AKIAAAAAAAAAAAAAAAAA', 'nothing');
  await desk.sees('There is no such access key on this server.');
  await desk.signIn(server.accessKeyId, 'not-the-secret');
  await desk.sees('The secret does not belong to this access key.');
  assert.equal(await desk.page.evaluate(() => document.activeElement?.getAttribute('type')), 'password');
  await desk.accessible('the door');

  await desk.signIn();
  await desk.heading('Channels'); // where somebody wanted to go
  await desk.page.getByRole('link', { name: channel.name, exact: true }).waitFor();
  assert.ok(sent.length > 5);
  assert.ok(!sent.some((text) => text.includes(server.secretAccessKey)), 'the secret travelled');

  // A reload keeps it, another tab does not have it.
  await desk.page.reload();
  await desk.heading('Channels');
  const other = await desk.page.context().newPage();
  await other.goto(`${server.http}/console`);
  await other.getByLabel('Secret access key').waitFor();
  await other.close();

  await desk.button('Sign out').click();
  await desk.page.getByLabel('Secret access key').waitFor();
  await desk.page.reload();
  await desk.page.getByLabel('Secret access key').waitFor();
  assert.deepEqual(desk.problems(), []);
});

test('who stays signed in is so in every tab, with a key that cannot be read again', async (t) => {
  const server = await startServer(t);
  const desk = await openConsole(t, server);
  await desk.open();
  await desk.page.getByLabel('Stay signed in on this computer').check();
  await desk.signIn();
  await desk.heading('Overview');
  const other = await desk.page.context().newPage();
  await other.goto(`${server.http}/console/log`);
  await other.getByRole('heading', { name: 'Log', level: 1 }).waitFor();
  const kept = await other.evaluate(async () => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open('rostrum-console');
      request.onsuccess = () => resolve(request.result);
    });
    const entry = await new Promise((resolve) => {
      const request = database.transaction('sessions').objectStore('sessions').get('current');
      request.onsuccess = () => resolve(request.result);
    });
    const readable = await crypto.subtle.exportKey('raw', entry.key).then(() => true, () => false);
    return { text: JSON.stringify({ ...entry, ...sessionStorage, ...localStorage }), readable };
  });
  assert.equal(kept.readable, false);
  assert.ok(!kept.text.includes(server.secretAccessKey));
});

test('a clock that is wrong is told with both times', async (t) => {
  const server = await startServer(t);
  const desk = await openConsole(t, server);
  await desk.page.clock.setFixedTime(Date.now() + 12 * 60_000);
  await desk.open();
  await desk.signIn();
  await desk.sees(/clock is 12 min ahead of the server’s.*Server: .*Here: /);
});

test('a key that only reads is told why it cannot do more', async (t) => {
  const server = await startServer(t);
  const { accessKey } = await new Caller(t, server).own('CreateAccessKey', { name: 'wall', access: 'READ_ONLY' });
  const desk = await openConsole(t, server);
  await desk.open(`/channels/${channel.id}`);
  await desk.signIn(accessKey.accessKeyId, accessKey.secretAccessKey);
  await desk.heading(channel.name);
  await desk.sees('Not for read-only access keys');
  await desk.open('/channels?create=1');
  const create = desk.button('Create channel');
  await create.waitFor();
  assert.equal(await create.getAttribute('aria-disabled'), 'true');
  assert.equal(await create.getAttribute('title'), 'This access key may only read.');
  await create.click({ force: true });
  assert.equal(await desk.page.getByRole('dialog').count(), 0);
  await desk.open('/keys');
  await desk.sees('wall');
  await desk.accessible('the keys of a reader');
});

test('from a new channel to its health, its end and its deletion', async (t) => {
  const server = await startServer(t);
  const desk = await signedIn(t, server);
  const { page } = desk;
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await desk.heading('Channels');
  await desk.button('Create channel').click();
  const dialog = page.getByRole('dialog', { name: 'Create channel' });
  await dialog.getByLabel('Name', { exact: true }).fill('desk show');
  await dialog.getByText('Only letters, digits, - and _, at most 128.').waitFor();
  await dialog.getByLabel('Name', { exact: true }).fill('desk-show');
  await dialog.getByLabel('Type').selectOption('BASIC');
  await dialog.getByLabel('Allow RTMP without encryption').check();
  await desk.accessible('a dialog');
  await dialog.getByRole('button', { name: 'Create channel' }).click();
  await desk.heading(/^desk-show/);
  const id = new URL(page.url()).pathname.split('/').at(-1);

  await page.getByRole('button', { name: 'Show Stream key' }).click();
  const key = await page.locator('.stream-key code').textContent();
  assert.match(key, /^sk_/);
  await page.getByRole('tab', { name: 'Other' }).click();
  const rtmp = await page.locator('.copy-field', { hasText: 'RTMP (not encrypted)' }).locator('code').textContent();
  await page.getByRole('button', { name: 'QR code' }).click();
  await page.getByRole('img', { name: /^QR code of .*\/watch\// }).waitFor();
  await page.keyboard.press('Escape');

  const publisher = publishWithFfmpeg(t, `${rtmp}${key}`, generated());
  await page.getByRole('heading', { name: /^desk-show.*Live/, level: 1 }).waitFor();
  await page.waitForFunction(() => {
    const video = document.querySelector('rostrum-player')?.video;
    return video && video.currentTime > 0 && video.videoWidth > 0;
  });

  await page.getByRole('navigation', { name: 'desk-show' }).getByRole('link', { name: 'Health' }).click();
  const verdict = page.locator('.verdict-words');
  await eventually(20_000, 'a verdict', async () => /^Good\. \d/.test(await verdict.textContent()));
  await page.locator('.time-chart canvas').nth(1).waitFor();
  await page.getByRole('img', { name: /^Video bitrate: \d/ }).waitFor();
  await page.getByRole('img', { name: /^Frame rate: (29|30)/ }).waitFor();
  await desk.sees('Stream started');
  assert.match(await page.locator('.rows', { hasText: 'Resolution' }).textContent(), /640 × 360/);
  assert.equal(await page.getByRole('button', { name: 'All', exact: true }).getAttribute('aria-pressed'), 'true');
  await page.getByRole('button', { name: /Stream started.*: \d/ }).click();
  await page.locator('.feed-row.chosen').waitFor();
  await desk.accessible('health');

  // Values of now are there within two seconds, and do not stop while one looks.
  const elapsed = page.getByRole('timer');
  const before = await elapsed.textContent();
  await eventually(2000, 'time goes on', async () => await elapsed.textContent() !== before);
  const report = page.waitForResponse((response) => response.url().endsWith('/GetStreamHealth'));
  await within(2000, report, 'the next report');

  publisher.child.kill('SIGTERM');
  const over = page.getByRole('dialog', { name: 'Live stream ended' });
  await over.waitFor({ timeout: 60_000 });
  await over.getByRole('button', { name: 'Reload' }).click();
  await eventually(20_000, 'a summary', async () => /^Ended after .* On average/.test(await verdict.textContent()));
  assert.equal(await page.locator('.health-list .session').count(), 1);

  await page.getByRole('link', { name: 'Settings' }).click();
  await desk.button('Delete channel…').click();
  const sure = page.getByRole('dialog', { name: 'Delete channel desk-show?' });
  const last = sure.getByRole('button', { name: 'Delete channel for good' });
  assert.equal(await last.getAttribute('aria-disabled'), 'true');
  await sure.getByLabel('Enter desk-show to confirm').fill('desk-show');
  await last.click();
  await desk.heading('Channels');
  await desk.open(`/channels/${id}`);
  await desk.sees('There is no such channel');
  assert.deepEqual(desk.problems(), []);
});

test('a broadcast is recorded, watched again and clipped', async (t) => {
  const server = await startServer(t);
  const caller = new Caller(t, server);
  const desk = await signedIn(t, server);
  const { page } = desk;
  await desk.open('/recordings/configurations?create=1');
  const dialog = page.getByRole('dialog', { name: 'Create configuration' });
  await dialog.getByLabel('Name').fill('all');
  await dialog.getByRole('button', { name: 'Create configuration' }).click();
  await desk.sees('The configuration is there.');
  await desk.open('/channels?create=1');
  const create = page.getByRole('dialog', { name: 'Create channel' });
  await create.getByLabel('Name', { exact: true }).fill('kept');
  await create.getByLabel('Recording').selectOption({ label: 'all' });
  await create.getByLabel('Type').selectOption('BASIC');
  await create.getByLabel('Allow RTMP without encryption').check();
  await create.getByRole('button', { name: 'Create channel' }).click();
  await desk.heading(/^kept/);
  const { channels } = await caller.get('ListChannels', { filterByName: 'kept' });
  const channelArn = channels[0].arn;
  const { streamKeys } = await caller.get('ListStreamKeys', { channelArn });
  const { streamKey } = await caller.get('GetStreamKey', { arn: streamKeys[0].arn });

  const publisher = publishWithFfmpeg(t, `${server.rtmp}/app/${streamKey.value}`, generated());
  await eventually(30_000, 'ten seconds are kept', async () => {
    const { recordings } = await caller.own('ListRecordings', { channelArn });
    return (recordings[0]?.durationMs ?? 0) > 10_000;
  });
  publisher.child.kill('SIGTERM');
  const recording = await eventually(60_000, 'the recording is finished', async () => {
    const { recordings } = await caller.own('ListRecordings', { channelArn, state: 'ENDED' });
    return recordings[0];
  });

  await desk.open(`/recordings?channel=${channelArn.split('/').at(-1)}`);
  await page.getByRole('link', { name: /^.*Broadcast of kept/ }).click();
  await desk.heading('Broadcast of kept');
  await page.waitForFunction(() => {
    const video = document.querySelector('rostrum-player')?.video;
    return video && video.videoWidth > 0 && video.duration > 9 && Number.isFinite(video.duration);
  });
  const download = await page.getByRole('link', { name: 'Download MP4' }).getAttribute('href');
  const head = await page.evaluate(async (href) => {
    const answer = await fetch(href, { headers: { range: 'bytes=0-15' } });
    return { status: answer.status, text: String.fromCharCode(...new Uint8Array(await answer.arrayBuffer())) };
  }, download);
  assert.equal(head.status, 206);
  assert.equal(head.text.slice(4, 8), 'ftyp');

  await page.evaluate(() => { document.querySelector('rostrum-player').video.currentTime = 2; });
  await page.waitForFunction(() => document.querySelector('rostrum-player').video.currentTime >= 2);
  await desk.button('Set start here').click();
  assert.match(await page.getByLabel('Start', { exact: true }).inputValue(), /^0:0[2-9]\.\d$/);
  await page.getByLabel('End', { exact: true }).fill('0:01');
  await desk.sees('The end must come after the start.');
  await page.getByLabel('Start', { exact: true }).fill('0:02.0');
  await page.getByLabel('End', { exact: true }).fill('0:06.0');
  await page.getByLabel('Name', { exact: true }).fill('best of');
  await desk.accessible('a recording');
  await desk.button('Make clip').click();
  await page.getByRole('link', { name: 'Open clip' }).click();
  await desk.heading(/^best of/);
  await page.getByRole('link', { name: recording.recordingId }).waitFor();

  await desk.button('Delete recording…').click();
  await desk.button('Delete recording for good').click();
  await desk.heading('Recordings');
  await eventually(10_000, 'the clip has gone', async () => {
    const { recordings } = await caller.own('ListRecordings', { channelArn });
    return recordings.length === 1 && recordings[0].recordingId === recording.recordingId;
  });
  assert.deepEqual(desk.problems(), []);
});

test('keys, rules, events and the log', async (t) => {
  const server = await startServer(t);
  const desk = await signedIn(t, server);
  const { page } = desk;
  await desk.sees('This machine');
  await page.getByRole('meter', { name: 'Processor' }).waitFor();
  await desk.accessible('the overview');

  await desk.open('/keys?create=1');
  const dialog = page.getByRole('dialog', { name: 'Create access key' });
  await dialog.getByLabel('Name').fill('second');
  await dialog.getByRole('button', { name: 'Create access key' }).click();
  const made = page.getByRole('dialog', { name: 'Your new access key' });
  const id = await made.locator('.copy-field', { hasText: 'Access key ID' }).locator('code').textContent();
  await made.getByRole('button', { name: 'Show Secret access key' }).click();
  const secret = await made.locator('.copy-field', { hasText: 'Secret' }).locator('code').textContent();
  await made.getByRole('button', { name: 'I have copied it' }).click();
  await new Caller(t, server, { accessKeyId: id, secretAccessKey: secret }).get('ListChannels');
  await page.getByRole('button', { name: 'Delete access key: second' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete access key' }).click();
  await desk.sees('The access key was deleted.');
  await page.getByRole('button', { name: 'Delete access key: second' }).waitFor({ state: 'detached' });

  await desk.open('/rules');
  await desk.button('Create restriction').click();
  const rule = page.getByRole('dialog', { name: 'Create restriction' });
  await rule.getByLabel('Name').fill('dach');
  await rule.getByLabel('Countries').fill('de, at, Schweiz');
  await rule.getByText('Two-letter codes with commas').waitFor();
  await rule.getByLabel('Countries').fill('de, at, ch');
  await rule.getByRole('button', { name: 'Create restriction' }).click();
  await desk.sees('DE, AT, CH');

  await desk.open('/events');
  await desk.sees('Connected');
  publishWithFfmpeg(t, `${server.rtmp}/app/${channel.stream_key}`, generated());
  await desk.sees('Stream started');
  await page.getByLabel('Filter by text').fill('no such words');
  await desk.sees('No event fits this filter.');
  assert.match(page.url(), /\?q=no/);
  await desk.accessible('events');

  await desk.open('/log');
  await page.locator('.log-line').first().waitFor();
  await desk.button('Pause').click();
  const paused = await page.locator('.log-line').count();
  await page.getByLabel('Level').selectOption('DEBUG');
  await eventually(5000, 'everything', async () => await page.locator('.log-line').count() >= paused);
  assert.ok(!(await page.locator('.log').textContent()).includes(server.secretAccessKey));
  await desk.accessible('the log');
  assert.deepEqual(desk.problems(), []);
});

test('on a phone and with keys alone', async (t) => {
  const server = await startServer(t);
  const desk = await signedIn(t, server, phone);
  const { page } = desk;
  for (const path of ['', '/channels', `/channels/${channel.id}`, `/channels/${channel.id}/settings`,
    `/channels/${channel.id}/health`, '/recordings', '/keys', '/rules/events', '/events', '/log']) {
    await desk.open(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await desk.accessible(`/console${path}`);
  }
  await page.getByRole('button', { name: 'More' }).tap();
  await page.getByRole('dialog', { name: 'More' }).getByRole('link', { name: 'Rules' }).tap();
  await desk.heading('Rules');
  assert.equal(await page.getByRole('dialog').count(), 0);

  await page.setViewportSize({ width: 1440, height: 900 });
  await desk.open('/channels');
  await desk.heading('Channels');
  await page.keyboard.press('/');
  await page.keyboard.type(channel.name);
  await page.keyboard.press('Tab'); // the state
  await page.keyboard.press('Tab'); // the first row
  await page.keyboard.press('Enter');
  await desk.heading(new RegExp(`^${channel.name}`));
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'MAIN');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await desk.heading('Log');
});
