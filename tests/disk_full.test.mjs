// Full disks: a server that is started on one, one that fills while all kinds of work are under way, and a database that
// has no room. It says so, keeps what it acknowledged, and goes on by itself once there is room.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { goLive, isOver, small } from './support/broadcast.mjs';
import { Chat } from './support/chat.mjs';
import { get } from './support/hls.mjs';
import { Caller, keyOf } from './support/ivs.mjs';
import { password, register, signIn, Visitor } from './support/platform.mjs';
import { png } from './support/platform_page.mjs';
import { eventually, within } from './support/process.mjs';
import { makeRecorded, recordingEvent, recordingEvents } from './support/recording.mjs';
import { firstKeyOf, makeSmallDisk, noSmallDisks, serverOn, startOnSmallDisk, startPostgresOn } from './support/small_disk.mjs';

const platform = { auto_verify: true, attempts_per_minute: 100_000, requests_per_second: 0 };

/** Starts that fail say why and what to do, and end; gives the output. */
async function refused(installation) {
  const server = installation.run();
  const { code } = await within(30_000, server.closed, 'the end of a start on a full disk', server.output);
  assert.equal(code, 1, server.output());
  assert.match(server.output(), /cannot start .*disk is full.*advice=.*make room/);
  return server;
}

/** What a server tells whoever started it is complete. */
const greeting = (server) => eventually(20_000, 'the greeting', () => server.output().includes('Stop with Ctrl-C'), server.output);

test('a server that is started on a full disk says so, and starts once there is room', { timeout: 120_000, skip: noSmallDisks }, async (t) => {
  await t.test('the first time', async () => {
    const disk = await makeSmallDisk(t, 30 * 1024);
    const installation = await serverOn(disk, { platform });
    disk.fill();
    await refused(installation);
    disk.empty();
    const server = await installation.waitUntilReady(installation.run());
    await new Caller(t, server, await firstKeyOf(server)).get('ListChannels');
    await greeting(server);
    const [, name, secret] = server.output().match(/\n +name +(\S+)\n +password +(\S+)/);
    await signIn(server, name, secret);
    server.child.kill('SIGTERM');
    assert.equal((await within(20_000, server.exited, 'the end', server.output)).code, 0);
  });

  await t.test('where it has been before', async () => {
    const disk = await makeSmallDisk(t, 30 * 1024);
    const installation = await serverOn(disk, { platform });
    const first = await installation.waitUntilReady(installation.run());
    const key = await firstKeyOf(first);
    await register(first, 'anna');
    first.child.kill('SIGKILL'); // what it wrote stands in the journal alone
    await first.exited;
    disk.fill();
    const again = installation.run();
    // SQLite needs a little room to begin: where it gets that, the server runs.
    const ended = await Promise.race([again.closed, eventually(30_000, 'a start or an end', installation.isReady, again.output)]);
    if (ended !== true) {
      assert.equal(ended.code, 1, again.output());
      assert.match(again.output(), /cannot start .*disk is full.*advice=.*make room/);
    } else {
      again.child.kill('SIGTERM');
      await within(20_000, again.exited, 'the end', again.output);
    }
    disk.empty();
    const server = await installation.waitUntilReady(installation.run());
    await signIn(server, 'anna');
    await new Caller(t, server, key).get('ListChannels');
  });
});

test('a first start that runs out of room halfway can be done again', { timeout: 240_000, skip: noSmallDisks }, async (t) => {
  // From less than the first file needs to nearly all.
  for (const kilobytes of [4, 64, 400, 900, 1400]) {
    const disk = await makeSmallDisk(t, kilobytes);
    const installation = await serverOn(disk, { platform });
    const server = installation.run();
    const ended = await Promise.race([server.closed, eventually(30_000, 'a start or an end', installation.isReady, server.output)]);
    if (ended !== true) {
      assert.equal(ended.code, 1, server.output());
      assert.match(server.output(), /cannot start .*disk is full.*advice=.*make room/);
    } else {
      await greeting(server);
      server.child.kill('SIGKILL');
      await server.closed;
    }
    disk.grow(40 * 1024);
    const later = await installation.waitUntilReady(installation.run());
    await greeting(later);
    const output = server.output() + later.output();
    const keys = [...output.matchAll(/access key id +(\S+)\s+secret access key +(\S+)/g)];
    assert.equal(keys.length, 1, `one start has told its key: ${output}`);
    await new Caller(t, later, { accessKeyId: keys[0][1], secretAccessKey: keys[0][2] }).get('ListChannels');
    await register(later, 'anna');
    later.child.kill('SIGKILL');
    await later.exited;
  }
});

test('a disk that fills while it records, logs chat, takes uploads and sends events', { timeout: 240_000, skip: noSmallDisks }, async (t) => {
  const server = await startOnSmallDisk(t, 60, { platform });
  const key = await firstKeyOf(server);
  Object.assign(server, key);
  const caller = new Caller(t, server, key);
  const made = await makeRecorded(t, { server, caller });
  const { receiver } = made;
  const chat = new Chat(t, server, caller);
  const logGroupName = '/of/the/test';
  const { arn } = await caller.get('CreateRoom', { maximumMessageRatePerSecond: 100,
    loggingConfigurationIdentifiers: [(await chat.caller.get('CreateLoggingConfiguration', { destinationConfiguration: { cloudWatchLogs: { logGroupName } } })).arn] });
  const logs = new CloudWatchLogsClient({ region: 'local', endpoint: server.http, credentials: keyOf(server), maxAttempts: 1 });
  t.after(() => logs.destroy());
  const logged = async () => (await logs.send(new FilterLogEventsCommand({ logGroupName }))).events
    .map(({ message }) => JSON.parse(message).payload.Content);
  const talker = await chat.join(arn, 'anna');
  await talker.say('before');
  const ben = await register(server, 'benny');
  const { publisher } = await goLive(t, { server, caller }, made);
  await recordingEvent(receiver, 'Recording Start');

  server.fill();
  // The broadcast and the chat go on; what has to be kept is refused.
  await eventually(30_000, 'a refused picture', async () => {
    const { status, body } = await ben.put('/me/avatar', png);
    return status === 507 && body.type === 'DiskFull';
  }, server.output);
  const refusal = await eventually(30_000, 'a refused channel', async () => {
    const answer = await caller.call('CreateChannel', { name: 'x'.repeat(100), tags: { filler: 'x'.repeat(200) } });
    return answer.status >= 500 && answer;
  }, server.output);
  assert.equal(refusal.status, 500);
  assert.match(refusal.text, /its disk is full/);
  const said = Array.from({ length: 8 }, (_, i) => `during ${i}`);
  for (const text of said) assert.equal((await talker.say(text)).Content, text);
  await eventually(60_000, 'the end of the recording in the log', () => /recording.*disk.*full/.test(server.output()), server.output);
  assert.equal(publisher.child.exitCode, null, publisher.output());
  assert.equal((await caller.get('GetStream', { channelArn: made.channelArn })).stream.state, 'LIVE');
  assert.equal((await get(`${server.http}/healthz`)).status, 200);
  assert.equal(server.child.exitCode, null, server.output());

  server.empty();
  await eventually(30_000, 'a picture', async () => (await ben.put('/me/avatar', png)).status === 200, server.output);
  await eventually(30_000, 'a channel', async () => (await caller.call('CreateChannel', { name: 'room' })).status === 200, server.output);
  assert.equal((await talker.say('after')).Content, 'after');
  await eventually(30_000, 'all that was said in the log', async () => (await logged()).length === said.length + 2, server.output);
  assert.deepEqual(await logged(), ['before', ...said, 'after']);
  const failed = await eventually(90_000, 'the event of the recording’s end', () => recordingEvents(receiver)
    .find(({ detail }) => /Recording End/.test(detail.recording_status)), () => JSON.stringify(recordingEvents(receiver)) + server.output());
  assert.equal(failed.detail.recording_status, 'Recording End Failure', JSON.stringify(failed));

  // The next broadcast is recorded as ever.
  publisher.child.kill('SIGINT');
  await isOver({ server, caller }, made.channelArn);
  const next = await goLive(t, { server, caller }, made, small());
  await eventually(30_000, 'another start', () => recordingEvents(receiver)
    .find(({ detail }) => detail.recording_status === 'Recording Start' && detail.stream_id === next.stream.streamId),
  () => JSON.stringify(recordingEvents(receiver)) + server.output());
  assert.equal(await receiver.until('Session Ended').then(Boolean), true);
});

test('a PostgreSQL whose disk is full', { timeout: 240_000, skip: noSmallDisks }, async (t) => {
  const disk = await makeSmallDisk(t, 40 * 1024);
  const { url } = await startPostgresOn(t, disk);
  const roomy = await makeSmallDisk(t, 60 * 1024); // the server's own files lie elsewhere
  const installation = await serverOn(roomy, { platform, database: { url } });
  const server = await installation.waitUntilReady(installation.run());
  const caller = new Caller(t, server, await firstKeyOf(server));
  const anna = await register(server, 'anna');
  await anna.must('POST', '/me/channel', {});

  disk.fill();
  const names = [];
  const refusals = [];
  for (let i = 0; i < 400 && refusals.length < 5; ++i) { // there are free places in its pages
    const visitor = new Visitor(server);
    await visitor.get('/session');
    const [{ status, body }, title] = await Promise.all([
      visitor.post('/accounts', { name: `guest${i}`, email: `guest${i}@example.org`, password }),
      anna.patch('/me/channel', { description: `${i} ${'x'.repeat(900)}` }),
    ]);
    for (const answer of [{ status, body }, title]) {
      if (answer.status >= 300) assert.deepEqual([answer.status, answer.body.type], [507, 'DiskFull'], JSON.stringify(answer.body));
    }
    if (status === 201) names.push(`guest${i}`);
    else refusals.push(`guest${i}`);
  }
  assert.equal(refusals.length, 5);
  assert.equal((await new Visitor(server).get('/directory')).status, 200);
  assert.equal((await caller.call('ListChannels')).status, 200);

  disk.empty();
  await eventually(30_000, 'room', async () => (await anna.patch('/me/channel', { title: 'Room again' })).status === 200, server.output);
  for (const name of names.slice(-5)) await signIn(server, name);
  for (const name of refusals) await register(server, name);
});
