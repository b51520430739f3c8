// What chat leaves behind: events in CloudWatch Logs' form, complete the moment a message was heard;
// objects in the layout of the service, in S3 and in folders; metrics.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient, DescribeLogStreamsCommand, FilterLogEventsCommand, GetLogEventsCommand, paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { databases } from './support/api_server.mjs';
import { startChat, startLastingChat } from './support/chat.mjs';
import { keyOf, send } from './support/ivs.mjs';
import { eventually, freePort, within } from './support/process.mjs';
import { startS3 } from './support/s3.mjs';

const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));
const idOf = (arn) => arn.split('/').at(-1);
const clientOf = (t, Client, chat) => {
  const client = new Client({ region: 'local', endpoint: chat.server.http, credentials: keyOf(chat.server), maxAttempts: 1 });
  t.after(() => client.destroy());
  return client;
};

/** The line of a log: what it must have beside the frame. */
function assertLine(line, { Id, Type }) {
  assert.deepEqual(Object.keys(line).sort(), ['event_timestamp', 'payload', 'type', 'version'], JSON.stringify(line));
  assert.deepEqual([line.type, line.payload.Id, line.payload.Type ?? Type], [Type, Id, Type]);
  assert.match(line.event_timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.equal(line.version, '1.0');
}

for (const [database, configure] of databases) {
  test(`FilterLogEvents is complete once a message was heard, over ${database}`, async (t) => {
    const chat = await startChat(t, await configure(t));
    const logs = clientOf(t, CloudWatchLogsClient, chat);
    const logGroupName = '/aws/chat-logs';
    const configuration = await chat.caller.get('CreateLoggingConfiguration', { destinationConfiguration: { cloudWatchLogs: { logGroupName } } });
    const room = await chat.room({ loggingConfigurationIdentifiers: [configuration.arn] });
    const streamName = `aws/IVSChatLogs/1.0/room_${idOf(room)}`;
    const [anna, bert] = await Promise.all(['anna', 'bert'].map((name) => chat.join(room, name, { attributes: { name: `${name} 🎈` } })));
    const filter = async (input = {}) => (await logs.send(new FilterLogEventsCommand({ logGroupName, ...input }))).events;

    const frames = [];
    for (let i = 0; i < 9; ++i) {
      frames.push(await [anna, bert][i % 2].say(`message ${i} "ü"`, { n: `${i}` }));
      const events = await filter();
      assert.equal(events.length, i + 1, 'at once');
      const { message, logStreamName, eventId, timestamp, ingestionTime } = events.at(-1);
      assert.equal(logStreamName, streamName);
      assert.ok(eventId);
      assert.ok(Math.abs(timestamp - Date.parse(frames[i].SendTime)) < 1000 && ingestionTime >= timestamp - 1000, `${timestamp} ${ingestionTime}`);
      const line = JSON.parse(message);
      assertLine(line, frames[i]);
      assert.equal(line.payload.Content, `message ${i} "ü"`);
      assert.deepEqual(line.payload.Sender, frames[i].Sender);
    }
    await send(chat.client, 'SendEvent', { roomIdentifier: room, eventName: 'app:log' });
    await anna.request({ Action: 'DELETE_MESSAGE', Id: frames[0].Id, Reason: 'why' });
    const whole = await filter();
    assert.deepEqual(whole.map(({ message }) => JSON.parse(message).type), [...Array(9).fill('MESSAGE'), 'EVENT', 'EVENT']);
    assert.equal(JSON.parse(whole[0].message).payload.Id, frames[0].Id, 'logs keep what was deleted');
    assert.equal(JSON.parse(whole.at(-1).message).payload.EventName, 'aws:DELETE_MESSAGE');

    await t.test('as applications ask', async () => {
      const contents = (events) => events.map(({ message }) => JSON.parse(message).payload.Content);
      assert.deepEqual(contents(await filter({ filterPattern: '"message 3"' })), ['message 3 "ü"']);
      assert.equal((await filter({ filterPattern: '{ $.type = "EVENT" }' })).length, 2);
      assert.deepEqual(contents(await filter({ filterPattern: '{ $.payload.Sender.UserId = "bert" }' })), [1, 3, 5, 7].map((i) => `message ${i} "ü"`));
      assert.deepEqual(await filter({ filterPattern: '"never said"' }), []);
      assert.equal((await filter({ logStreamNames: [streamName] })).length, 11);
      assert.equal((await filter({ logStreamNamePrefix: 'aws/IVSChatLogs/1.0/room_' })).length, 11);
      assert.deepEqual(await filter({ endTime: Date.parse(frames[0].SendTime) - 10_000 }), []);
      assert.equal((await filter({ startTime: Date.parse(frames[8].SendTime) - 1 })).filter(({ message }) => message.includes('message 8')).length, 1);
      const pages = [];
      for await (const page of paginateFilterLogEvents({ client: logs, pageSize: 4 }, { logGroupName })) pages.push(page.events);
      assert.deepEqual(pages.flat().map(({ eventId }) => eventId), whole.map(({ eventId }) => eventId));
      assert.ok(pages.every((page) => page.length <= 4));
      const { events } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName: streamName, startFromHead: true }));
      assert.deepEqual(events.map(({ message }) => message), whole.map(({ message }) => message));
      const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
      assert.deepEqual(logStreams.map(({ logStreamName }) => logStreamName), [streamName]);
    });

    await t.test('what it refuses', async () => {
      await assert.rejects(filter({ logGroupName: '/no/such' }), { name: 'ResourceNotFoundException' });
      await assert.rejects(filter({ nextToken: 'nonsense' }), { name: 'InvalidParameterException' });
      await assert.rejects(filter({ filterPattern: '{ $.type = ' }), { name: 'InvalidParameterException' });
      const stranger = new CloudWatchLogsClient({
        region: 'local', endpoint: chat.server.http, maxAttempts: 1, credentials: { ...keyOf(chat.server), secretAccessKey: 'wrong' },
      });
      t.after(() => stranger.destroy());
      await assert.rejects(stranger.send(new FilterLogEventsCommand({ logGroupName })), ({ $metadata }) => $metadata.httpStatusCode >= 400 && $metadata.httpStatusCode < 500);
    });

    await t.test('rooms without it are not logged', async () => {
      const other = await chat.room();
      await (await chat.join(other, 'anna')).say('unlogged');
      assert.ok((await filter()).every(({ message }) => !message.includes('unlogged')));
      await chat.caller.get('UpdateRoom', { identifier: other, loggingConfigurationIdentifiers: [configuration.arn] });
      const late = await chat.join(other, 'anna');
      await late.say('logged from now on');
      assert.ok((await filter()).some(({ message }) => message.includes('logged from now on')));
    });
  });
}

test('metrics of chat', async (t) => {
  const chat = await startChat(t, { review_handlers: [{ function: 'absent', url: `http://127.0.0.1:${await freePort()}/` }] });
  const room = await chat.room();
  const watch = clientOf(t, CloudWatchClient, chat);
  const people = await times(4, (i) => chat.join(room, `user-${i}`));
  for (let i = 0; i < 5; ++i) await people[0].say(`message ${i}`);
  for (let i = 0; i < 3; ++i) await people[1].request({ Action: 'DELETE_MESSAGE', Id: 'aaaaaaaaaaaa' });
  await send(chat.client, 'SendEvent', { roomIdentifier: room, eventName: 'app' });
  const uri = 'arn:aws:lambda:us-west-2:123456789012:function:absent';
  const reviewed = await chat.room({ messageReviewHandler: { uri } });
  await (await chat.join(reviewed, 'anna')).say('nobody reviews');
  await eventually(75_000, 'the figures', async () => {
    const query = (name, stat, dimensions = {}, namespace = 'AWS/IVSChat') => ({
      Id: `m${name}${Object.values(dimensions).join('').replace(/\W/g, '')}`.slice(0, 200), MetricStat: {
        Metric: { Namespace: namespace, MetricName: name, Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })) },
        Period: 3600, Stat: stat,
      },
    });
    const { MetricDataResults } = await watch.send(new GetMetricDataCommand({
      StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date(Date.now() + 60_000),
      MetricDataQueries: [
        query('ConcurrentChatConnections', 'Maximum'), query('MessagingRequests', 'Sum'), query('MessagingDeliveries', 'Sum'),
        query('Requests', 'Sum', { Action: 'SEND_MESSAGE' }), query('Requests', 'Sum', { Action: 'DELETE_MESSAGE' }),
        query('Deliveries', 'Sum', { Action: 'SEND_MESSAGE' }), query('Deliveries', 'Sum', { Action: 'SEND_EVENT' }),
        query('InvocationErrors', 'Sum', { Uri: uri }),
      ],
    }));
    const total = Object.fromEntries(MetricDataResults.map(({ Id, Values }) => [Id, Values.reduce((sum, value) => sum + value, 0)]));
    chat.totals = total;
    return total.mConcurrentChatConnections === 5 && total.mRequestsSEND_MESSAGE === 6 && total.mRequestsDELETE_MESSAGE === 3
      && total.mDeliveriesSEND_MESSAGE === 21 && total.mDeliveriesSEND_EVENT === 4 && total.mMessagingRequests >= 9 && total.mMessagingDeliveries >= 37
      && total[`mInvocationErrors${uri.replace(/\W/g, '')}`] === 1;
  }, () => JSON.stringify(chat.totals));
});

/** Says something into a room with this destination, stops the server, gives the frames. */
async function sayAndStop(t, config, destinationConfiguration, folder = mkdtempSync(join(tmpdir(), 'rostrum-chat-'))) {
  const port = await freePort();
  const chat = await startLastingChat(t, config, port, folder);
  const configuration = await chat.caller.get('CreateLoggingConfiguration', { destinationConfiguration });
  const room = await chat.room({ loggingConfigurationIdentifiers: [configuration.arn] });
  const anna = await chat.join(room, 'anna');
  const frames = [];
  for (let i = 0; i < 8; ++i) frames.push(await anna.say(`message ${i} 🎈`));
  await send(chat.client, 'SendEvent', { roomIdentifier: room, eventName: 'last' });
  frames.push(await anna.event('last'));
  chat.server.child.kill('SIGTERM');
  await within(30_000, chat.server.exited, 'its end', chat.server.output);
  return { frames, room, folder };
}

const keyForm = (room, version = '1.0') => new RegExp(
  `^AWSLogs/000000000000/IVSChatLogs/${version}/local/room_${idOf(room)}/\\d{4}/\\d\\d/\\d\\d/\\d\\d/`
  + `000000000000_IVSChatLogs_${version}_local_room_${idOf(room)}_\\d{8}T\\d{4}Z_\\w+\\.log\\.gz$`);

function assertLog(objects, frames, room) {
  for (const [key] of objects) assert.match(key, keyForm(room));
  assertLines(objects.map(([, body]) => gunzipSync(body)), frames);
}

function assertLines(bodies, frames) {
  const lines = bodies.flatMap((body) => body.toString('utf8').split('\n').filter(Boolean)).map((line) => JSON.parse(line));
  assert.equal(lines.length, frames.length);
  for (const [i, line] of lines.entries()) assertLine(line, frames[i]);
  assert.deepEqual(lines.map(({ payload }) => payload.Content), frames.map(({ Content }) => Content));
}

test('logs in S3, in the layout of the service', async (t) => {
  const s3 = await startS3(t, { buckets: ['chat-logs'] });
  const { frames, room } = await sayAndStop(t, {
    storage: { endpoint: s3.url, region: s3.region, access_key_id: s3.accessKeyId, secret_access_key: s3.secretAccessKey },
  }, { s3: { bucketName: 'chat-logs' } });
  assertLog(s3.keys('chat-logs').map((key) => [key, s3.body('chat-logs', key)]), frames, room);
});

/** {name relative to the folder: content} of all files. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.path, entry.name)).sort().map((path) => [path.slice(folder.length + 1), readFileSync(path)]);
}

test('logs in a folder, in the same layout', async (t) => {
  const { frames, room, folder } = await sayAndStop(t, {}, { s3: { bucketName: 'chat-logs' } });
  const files = filesIn(join(folder, 'data/objects/chat-logs'));
  assert.ok(files.length > 0);
  assertLog(files, frames, room);
});

test('logs of a delivery stream', async (t) => {
  const { frames, folder } = await sayAndStop(t, {}, { firehose: { deliveryStreamName: 'a-stream' } });
  const files = filesIn(join(folder, 'data/objects/a-stream'));
  assert.ok(files.length > 0);
  for (const [name] of files) assert.match(name, /^\d{4}\/\d\d\/\d\d\/\d\d\/a-stream-1-\d{4}(-\d\d){5}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assertLines(files.map(([, body]) => body), frames);
});
