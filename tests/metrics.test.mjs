// Metrics over time, asked for by clients of CloudWatch that no one here wrote: the JavaScript SDK in
// its two protocols, Debian's boto3 and aws-cli in the third.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import {
  CloudWatchClient, GetMetricDataCommand, GetMetricStatisticsCommand, ListMetricsCommand, paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';
import { AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { startApi } from './support/api_server.mjs';
import { get } from './support/hls.mjs';
import { keyOf } from './support/ivs.mjs';
import { eventually, start, within } from './support/process.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';

const debian = (name) => (existsSync(`/usr/bin/${name}`) ? `/usr/bin/${name}` : name);
const names = ['IngestVideoBitrate', 'IngestAudioBitrate', 'IngestFramerate', 'KeyframeInterval', 'ConcurrentViews'];
const idOf = (name) => name[0].toLowerCase() + name.slice(1);

// One stream with one viewer, for all tests.
const world = { ends: [], after: (end) => world.ends.push(end) };

before(async () => {
  const { server, caller } = await startApi(world);
  const { channel, streamKey } = await caller.get('CreateChannel', { name: 'metrics', insecureIngest: true });
  Object.assign(world, { server, caller, arn: channel.arn, id: channel.arn.split('/').at(-1) });
  world.publisher = publishWithFfmpeg(world, `${server.rtmp}/app/${streamKey.value}`, source({ seconds: 600, gop: 2, bitrate: '400k' }));
  const playlist = `${server.http}${new URL(channel.playbackUrl).pathname}`;
  await eventually(30_000, 'the playlist', async () => (await get(playlist)).status === 200, server.output);
  world.viewing = setInterval(() => void get(playlist).catch(() => {}), 2_000);
  const enough = async () => {
    const { MetricDataResults: [{ Values: values }] } = await ask(sdk(), [query('KeyframeInterval')]);
    return values.length >= 3;
  };
  await eventually(40_000, 'three samples', enough, server.output);
});

after(async () => {
  clearInterval(world.viewing);
  for (const end of world.ends.reverse()) await end();
});

function sdk(options = {}) {
  const client = new CloudWatchClient({
    region: 'local', endpoint: world.server.http, credentials: keyOf(world.server), maxAttempts: 1, ...options,
  });
  world.after(() => client.destroy());
  return client;
}

const query = (name, { stat = 'Average', period = 5, channel = world.id, more = {} } = {}) => ({
  Id: idOf(name),
  MetricStat: {
    Metric: { Namespace: 'AWS/IVS', MetricName: name, Dimensions: channel ? [{ Name: 'Channel', Value: channel }] : [] },
    Period: period, Stat: stat, ...more,
  },
});

const span = () => ({ StartTime: new Date(Date.now() - 600_000), EndTime: new Date(Date.now() + 60_000) });
const ask = (client, queries, more = {}) =>
  client.send(new GetMetricDataCommand({ MetricDataQueries: queries, ...span(), ...more }));

/** The figures of the stream that is on. */
function assertFigures(name, values) {
  const within = { IngestVideoBitrate: [100e3, 1.5e6], IngestAudioBitrate: [40e3, 200e3], IngestFramerate: [20, 40],
    KeyframeInterval: [1.8, 2.2], ConcurrentViews: [0, 1] }[name];
  assert.ok(values.length >= 3, `${name}: ${values}`);
  const [low, high] = within;
  const last = values.at(0);
  assert.ok(last >= low && last <= high, `${name}: ${values}`);
}

for (const [protocol, options] of [
  ['its own protocol', {}],
  ['RPC v2 CBOR', { protocol: AwsSmithyRpcV2CborProtocol }],
]) {
  test(`the JavaScript SDK, ${protocol}`, async () => {
    const client = sdk(options);
    const answer = await ask(client, names.map((name) => query(name)));
    assert.ok(answer.$metadata.requestId);
    for (const [i, name] of names.entries()) {
      const { Id, Label, StatusCode, Timestamps, Values } = answer.MetricDataResults[i];
      assert.deepEqual({ Id, Label, StatusCode }, { Id: idOf(name), Label: name, StatusCode: 'Complete' });
      assertFigures(name, Values);
      const times = Timestamps.map((time) => time.getTime());
      assert.equal(times.length, Values.length);
      assert.deepEqual(times, [...times].sort((a, b) => b - a), 'the newest first');
      assert.ok(times.every((time) => time % 5_000 === 0 && Math.abs(Date.now() - time) < 600_000), `${Timestamps}`);
    }

    const whole = await ask(client, [query('IngestBitrate', { channel: world.arn, period: 3_600, stat: 'Maximum' }),
      { ...query('ConcurrentStreams', { channel: '', stat: 'Sum', more: { Unit: 'Count' } }), Label: 'streams <now>' },
      query('NoSuchMetric')]);
    const [bitrate, streams, none] = whole.MetricDataResults;
    assert.equal(bitrate.Values.length, 1);
    assert.ok(bitrate.Values[0] > 100e3);
    assert.equal(streams.Label, 'streams <now>');
    assert.ok(streams.Values.every((value) => value === 1 || value === 0), `${streams.Values}`);
    assert.deepEqual([none.Timestamps, none.Values, none.StatusCode], [[], [], 'Complete']);

    const fixed = { ...span(), MetricDataQueries: names.map((name) => query(name)), MaxDatapoints: 2, ScanBy: 'TimestampAscending' };
    let pages = 0;
    let points = 0;
    for await (const page of paginateGetMetricData({ client }, fixed)) {
      const count = page.MetricDataResults.reduce((sum, { Values }) => sum + Values.length, 0);
      assert.ok(count <= 2);
      points += count;
      pages += 1;
    }
    assert.ok(points >= 15 && pages >= points / 2, `${points} points in ${pages} pages`);

    const statistics = await client.send(new GetMetricStatisticsCommand({
      Namespace: 'AWS/IVS', MetricName: 'LiveInputTime', Dimensions: [{ Name: 'Channel', Value: world.id }], ...span(),
      Period: 3_600, Statistics: ['Sum', 'SampleCount', 'Maximum'],
    }));
    const [point] = statistics.Datapoints;
    assert.equal(point.Unit, 'Seconds');
    assert.ok(point.Timestamp instanceof Date);
    assert.ok(point.Sum > 5 && point.Sum <= point.SampleCount * point.Maximum, JSON.stringify(point));

    const refused = (queries, more) => ask(client, queries, more).then(() => assert.fail('it was accepted'), (error) => error);
    for (const [error, code] of [
      [await refused([query('IngestBitrate', { stat: 'p99' })]), /^Validation(Error|Exception)$/],
      [await refused([{ Id: 'e1', Expression: 'm1+m2' }]), /^Validation(Error|Exception)$/],
      [await refused([query('IngestBitrate')], { NextToken: 'nonsense' }), /^InvalidNextToken$/],
      [await refused([query('IngestBitrate')], { EndTime: new Date(0) }), /^Validation(Error|Exception)$/],
    ]) {
      assert.match(error.name, code, `${error}`);
      assert.match(error.message, /\w+ \w+/);
      assert.equal(error.$metadata.httpStatusCode, 400);
    }
    const stranger = sdk({ ...options, credentials: { ...keyOf(world.server), secretAccessKey: 'wrong' } });
    await assert.rejects(ask(stranger, [query('IngestBitrate')]), ({ $metadata, message }) =>
      $metadata.httpStatusCode === 403 && /signature/i.test(message));
  });
}

test('ListMetrics knows what there is, once the first minute is over', async (t) => {
  const client = sdk();
  let listed = [];
  await eventually(75_000, 'the list', async () => {
    const filter = { Namespace: 'AWS/IVS', Dimensions: [{ Name: 'Channel', Value: world.id }], RecentlyActive: 'PT3H' };
    listed = (await client.send(new ListMetricsCommand(filter))).Metrics;
    return listed.length > 0;
  }, world.server.output);
  const shown = listed.map(({ MetricName, Dimensions }) => `${MetricName} ${Dimensions.map(({ Name }) => Name)}`);
  for (const name of names) assert.ok(shown.includes(`${name} Channel`), shown.join('; '));
  assert.ok(shown.includes('IngestFramerate Channel,Track'), shown.join('; '));
  t.diagnostic(`${listed.length} metrics`);
});

/** The usual variables, and nothing of this machine's own configuration. */
function environment(t) {
  const home = mkdtempSync(join(tmpdir(), 'rostrum-aws-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return {
    PATH: '/usr/bin:/bin', HOME: home, LC_ALL: 'C.UTF-8', AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true',
    AWS_DEFAULT_REGION: 'local', AWS_ACCESS_KEY_ID: world.server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: world.server.secretAccessKey,
  };
}

test('boto3', async (t) => {
  const script = fileURLToPath(new URL('support/cloudwatch_boto3.py', import.meta.url));
  const run = start(t, debian('python3'), [script, world.server.http, world.id], { env: environment(t) });
  const { code } = await within(60_000, run.closed, 'boto3', run.output);
  assert.equal(code, 0, run.output());
  const seen = JSON.parse(run.output());
  assert.deepEqual([seen.status, seen.requestId], [200, true]);
  for (const [i, name] of names.entries()) {
    const { id, label, status, values, times } = seen.results[i];
    assert.deepEqual([id, label, status], [idOf(name), name, 'Complete']);
    assertFigures(name, values);
    assert.ok(times.every((time) => time % 5 === 0));
  }
  assert.ok(seen.pages > 5 && seen.largest <= 2 && seen.paged >= 15, JSON.stringify(seen));
  assert.equal(seen.label, 'IngestFramerate');
  const [point] = seen.points;
  assert.equal(point.Unit, 'Count/Second');
  assert.ok(point.Minimum <= point.Average && point.Average <= point.Maximum && point.SampleCount >= 3, JSON.stringify(point));
  for (const name of names) assert.ok(seen.metrics.includes(name), `${seen.metrics}`);
  const refused = ['ValidationError', 'ValidationError', 'InvalidNextToken', 'ValidationError'];
  assert.deepEqual(seen.refused, refused.map((name) => [name, 400, true, true]));
});

test('the aws-cli', async (t) => {
  const env = environment(t);
  async function cloudwatch(args, { code = 0 } = {}) {
    const run = start(t, debian('aws'), ['cloudwatch', ...args, '--endpoint-url', world.server.http, '--output', 'json'], { env });
    const ended = await within(60_000, run.closed, args[0], run.output);
    assert.equal(ended.code, code, run.output());
    return code ? run.output() : JSON.parse(run.output());
  }
  const { StartTime, EndTime } = span();
  const times = ['--start-time', StartTime.toISOString(), '--end-time', EndTime.toISOString()];
  const data = await cloudwatch(['get-metric-data', ...times, '--metric-data-queries', JSON.stringify(names.map((name) => query(name)))]);
  for (const [i, name] of names.entries()) assertFigures(name, data.MetricDataResults[i].Values);
  const statistics = await cloudwatch(['get-metric-statistics', ...times, '--namespace', 'AWS/IVS', '--metric-name', 'IngestBitrate',
    '--dimensions', `Name=Channel,Value=${world.arn}`, '--period', '60', '--statistics', 'Average', 'Maximum']);
  assert.ok(statistics.Datapoints.length >= 1);
  const listed = await cloudwatch(['list-metrics', '--namespace', 'AWS/Usage']);
  assert.deepEqual(listed.Metrics.map(({ MetricName }) => MetricName), ['ResourceCount', 'ResourceCount']);
  const refused = await cloudwatch(['get-metric-statistics', ...times, '--namespace', 'AWS/IVS', '--metric-name', 'IngestBitrate',
    '--period', '60', '--extended-statistics', 'p99'], { code: 254 });
  assert.match(refused, /An error occurred \(InvalidParameterValue\) when calling the GetMetricStatistics operation: \S/);
});

test('Prometheus has the same figures', async () => {
  const text = await (await fetch(`${world.server.http}/metrics`)).text();
  const value = (line) => Number(text.split('\n').find((one) => one.startsWith(`${line} `))?.split(' ').at(-1));
  assert.equal(value('ivs_concurrent_streams{health="HEALTHY"}') + value('ivs_concurrent_streams{health="UNKNOWN"}')
    + value('ivs_concurrent_streams{health="STARVING"}'), 1, text);
  assert.ok(value(`ivs_ingest_bitrate{channel="${world.id}"}`) > 100e3);
  assert.ok(value(`ivs_keyframe_interval_seconds{channel="${world.id}",track="Track0"}`) > 1.8);
  assert.ok(value(`ivs_live_input_seconds_total{channel="${world.id}"}`) > 10);
});
