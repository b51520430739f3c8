// The example that follows broadcasts by their events: in any order, and on a page.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { apply, emptyState, live, past } from '../examples/broadcasts/follow.mjs';
import { isGenuine } from '../examples/broadcasts/webhook.mjs';
import { startApi } from './support/api_server.mjs';
import { goLive, isOver, small } from './support/broadcast.mjs';
import { openPage } from './support/browser.mjs';
import { eventually, repository, start } from './support/process.mjs';
import { makeRecorded, recordingEvent } from './support/recording.mjs';

const channel = 'arn:aws:ivs:local:000000000000:channel/abcdefghijkl';

function event(kind, time, detail, stream = 'st-1') {
  return {
    id: `${kind} ${time}`, source: 'aws.ivs', 'detail-type': `IVS ${kind} State Change`,
    time: `2026-11-22T10:00:${time}Z`, resources: [channel], detail: { channel_name: 'name', stream_id: stream, ...detail },
  };
}

const recording = (status, time, more = {}) => event('Recording', time, {
  recording_status: status, recording_status_reason: '', recording_s3_bucket_name: 'bucket',
  recording_s3_key_prefix: 'ivs/v1/1/c/2026/11/22/10/0/abcdefghijkl', recording_duration_ms: 0,
  recording_session_id: '0123456789abcdef', ...more,
});

const broadcast = [
  event('Stream', '00', { event_name: 'Session Created' }),
  event('Stream', '01', { event_name: 'Stream Start' }),
  recording('Recording Start', '02'),
  event('Stream', '30', { event_name: 'Session Ended' }),
  event('Stream', '31', { event_name: 'Stream End' }),
  recording('Recording End', '32', { recording_duration_ms: 29_000, recording_session_stream_ids: ['st-1'] }),
];

function* permutations(list) {
  if (list.length <= 1) {
    yield list;
    return;
  }
  for (const [i, first] of list.entries()) {
    for (const rest of permutations(list.toSpliced(i, 1))) yield [first, ...rest];
  }
}

test('rows are the same whatever the order, and however often an event comes', () => {
  const expected = emptyState();
  broadcast.forEach((one) => apply(expected, one));
  assert.equal(past(expected)[0].recording.durationMs, 29_000);
  assert.deepEqual(live(expected), []);
  let orders = 0;
  for (const order of permutations(broadcast)) {
    const state = emptyState();
    order.forEach((one) => apply(state, one));
    order.forEach((one) => apply(state, one));
    assert.deepEqual(state, expected, order.map(({ id }) => id).join(', '));
    orders += 1;
  }
  assert.equal(orders, 720);
});

test('live from its start on, over with its end, merged broadcasts once', () => {
  const state = emptyState();
  apply(state, broadcast[0]);
  assert.equal(live(state).length, 0);
  apply(state, broadcast[1]);
  assert.equal(live(state)[0].id, 'st-1');
  apply(state, recording('Recording End', '40', { recording_session_stream_ids: ['st-1', 'st-2'], stream_id: 'st-2', recording_duration_ms: 1 }));
  assert.equal(past(state).length, 1);
  assert.equal(apply(state, { ...broadcast[0], source: 'other' }), false);
  assert.equal(apply(state, { ...broadcast[0], resources: [] }), false);
  const failed = emptyState();
  apply(failed, recording('Recording Start Failure', '02', { recording_status_reason: 'no disk', recording_s3_key_prefix: '' }));
  assert.deepEqual(past(failed), []);
});

test('only what the server has signed a short while ago is taken', () => {
  const now = 1_800_000_000;
  const body = Buffer.from('{"a":1}');
  const signature = createHmac('sha256', 'secret').update(`${now}.`).update(body).digest('hex');
  const headers = { 'rostrum-timestamp': `${now}`, 'rostrum-signature': `v1=${signature}` };
  assert.equal(isGenuine(headers, body, 'secret', now), true);
  assert.equal(isGenuine(headers, body, 'other', now), false);
  assert.equal(isGenuine(headers, Buffer.from('{"a":2}'), 'secret', now), false);
  assert.equal(isGenuine(headers, body, 'secret', now + 600), false);
  assert.equal(isGenuine({ ...headers, 'rostrum-signature': 'v1=00' }, body, 'secret', now), false);
  assert.equal(isGenuine({}, body, 'secret', now), false);
});

test('the page: live, then a past broadcast that plays; what was missed is made up for', async (t) => {
  const api = await startApi(t);
  const made = await makeRecorded(t, api, {
    channel: { name: 'Kitchen' },
    configuration: { thumbnailConfiguration: { recordingMode: 'INTERVAL', targetIntervalSeconds: 5, storage: ['LATEST'] } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-broadcasts-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const run = async () => {
    const example = start(t, `${repository}examples/broadcasts/start`, ['--port', '0', '--data', join(folder, 'state.json')], {
      env: {
        ...process.env, ROSTRUM_URL: api.server.http,
        AWS_ACCESS_KEY_ID: api.server.accessKeyId, AWS_SECRET_ACCESS_KEY: api.server.secretAccessKey,
      },
    });
    const found = await eventually(120_000, 'the page', () => {
      assert.equal(example.child.exitCode, null, example.output());
      return /Open (http:\/\/\S+)\//.exec(example.output());
    }, example.output);
    return { example, url: found[1] };
  };
  const first = await run();
  const page = await openPage(t);
  await page.goto(first.url);
  await page.getByText('Nobody is live').waitFor();
  const { publisher } = await goLive(t, api, made, small());
  await page.locator('#live').getByText('Kitchen').waitFor({ timeout: 20_000 });

  // It is stopped while the broadcast ends: its next start finds out.
  first.example.child.kill('SIGKILL');
  await page.getByText('cannot be read just now').waitFor({ timeout: 10_000 });
  publisher.child.kill('SIGINT');
  await isOver(api, made.channelArn);
  await recordingEvent(made.receiver, 'Recording End', 30_000);
  const second = await run();
  await page.goto(second.url);
  await page.locator('#past').getByText('Kitchen').waitFor({ timeout: 20_000 });
  assert.equal(await page.locator('#live li').count(), 0);
  await page.locator('#past button').click();
  await page.waitForFunction(() => {
    const player = document.querySelector('rostrum-player');
    return player?.video?.currentTime > 1;
  }, undefined, { timeout: 20_000 });
  await page.waitForFunction(() => document.querySelector('.still')?.naturalWidth > 0, undefined, { timeout: 10_000 });
});
