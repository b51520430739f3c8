// Debian's aws-cli and boto3, which sign, encode and read answers each in their own way.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { newPublicKey } from './support/api_world.mjs';
import { covered } from './support/coverage.mjs';
import { eventually, start, within } from './support/process.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';

const debian = (name) => (existsSync(`/usr/bin/${name}`) ? `/usr/bin/${name}` : name);

/** The usual variables, and nothing of this machine's own configuration. */
function environment(t, { accessKeyId, secretAccessKey }) {
  const home = mkdtempSync(join(tmpdir(), 'rostrum-aws-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return {
    PATH: '/usr/bin:/bin', HOME: home, LC_ALL: 'C.UTF-8', AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true',
    AWS_DEFAULT_REGION: 'local', AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

test('the aws-cli', async (t) => {
  const { server, caller } = await startApi(t);
  const env = environment(t, server);
  const operationOf = (command) => command.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join('');

  /** Gives what it prints as JSON, or as text if it fails with the expected code. */
  async function ivs(command, args = [], { code = 0 } = {}) {
    const run = start(t, debian('aws'), ['ivs', command, '--endpoint-url', server.http, '--output', 'json', ...args], { env });
    const ended = await within(60_000, run.closed, command, run.output);
    assert.equal(ended.code, code, `${command}: ${run.output()}`);
    covered(operationOf(command), code ? 'error' : 'valid');
    return code || run.output() === '' ? run.output() : JSON.parse(run.output());
  }

  const { channel, streamKey } = await ivs('create-channel', ['--name', 'cli', '--tags', '{"a":"b","ключ":"значение"}']);
  assert.deepEqual(channel.tags, { a: 'b', ключ: 'значение' });
  const pem = join(env.HOME, 'public.pem');
  writeFileSync(pem, newPublicKey());
  // Each start of it takes a second: what may goes side by side.
  const [read, key, { channels }, { keyPair }] = await Promise.all([
    ivs('get-channel', ['--arn', channel.arn]), ivs('get-stream-key', ['--arn', streamKey.arn]),
    ivs('list-channels', ['--filter-by-name', 'cli']),
    ivs('import-playback-key-pair', ['--name', 'cli', '--public-key-material', `file://${pem}`]),
  ]);
  assert.deepEqual(read.channel, channel);
  assert.equal(key.streamKey.value, streamKey.value);
  assert.deepEqual(channels.map(({ arn }) => arn), [channel.arn]);
  assert.deepEqual((await ivs('list-playback-key-pairs')).keyPairs.map(({ arn }) => arn), [keyPair.arn]);
  await ivs('tag-resource', ['--resource-arn', channel.arn, '--tags', '{"c d":"e/f"}']);
  assert.deepEqual((await ivs('list-tags-for-resource', ['--resource-arn', channel.arn])).tags, { ...channel.tags, 'c d': 'e/f' });
  await ivs('untag-resource', ['--resource-arn', channel.arn, '--tag-keys', 'c d', 'ключ']);
  assert.deepEqual((await caller.get('ListTagsForResource', { resourceArn: channel.arn })).tags, { a: 'b' });

  const idle = await ivs('put-metadata', ['--channel-arn', channel.arn, '--metadata', 'text'], { code: 254 });
  assert.match(idle, /An error occurred \(ChannelNotBroadcasting\) when calling the PutMetadata operation: \S/);
  await caller.get('UpdateChannel', { arn: channel.arn, insecureIngest: true }); // newer than Debian's aws-cli
  publishWithFfmpeg(t, `${server.rtmp}/app/${streamKey.value}`, source({ seconds: 120, gop: 1 }));
  await eventually(20_000, 'the stream', async () =>
    (await caller.call('GetStream', { channelArn: channel.arn })).status === 200, server.output);
  const [put, live] = await Promise.all([
    ivs('put-metadata', ['--channel-arn', channel.arn, '--metadata', '{"a": "ü"}']),
    ivs('get-stream', ['--channel-arn', channel.arn]),
    ivs('delete-playback-key-pair', ['--arn', keyPair.arn]),
  ]);
  assert.equal(put, '');
  assert.equal(live.stream.state, 'LIVE');
  await ivs('stop-stream', ['--channel-arn', channel.arn]);
  await eventually(10_000, 'the end', async () =>
    (await caller.call('GetStream', { channelArn: channel.arn })).status === 404, server.output);
  assert.equal(await ivs('delete-channel', ['--arn', channel.arn]), '');
  assert.match(await ivs('get-channel', ['--arn', channel.arn], { code: 254 }), /ResourceNotFoundException/);
});

test('boto3', async (t) => {
  const { server } = await startApi(t);
  const script = fileURLToPath(new URL('support/ivs_boto3.py', import.meta.url));
  const run = start(t, debian('python3'), [script, server.http], { env: environment(t, server) });
  run.child.stdin.end(newPublicKey());
  const { code } = await within(60_000, run.closed, 'boto3', run.output);
  assert.equal(code, 0, run.output());
  const { version, requestId, refused, gone, ...seen } = JSON.parse(run.output());
  assert.match(version, /^1\./);
  assert.ok(requestId);
  assert.deepEqual(seen, {
    created: 200, same: true, updated: 'BASIC', key: true, batch: [1, ['ResourceNotFoundException']],
    tags: { clé: 'ü', 'a/b c': 'd', ключ: '' }, fewer: { ключ: '' }, pairs: true, pages: [2, 2, 2], live: [],
    deleted: [204, 204, 204, 204, 204, 204],
  });
  const codes = Object.fromEntries(Object.entries(refused).map(([what, error]) => [what, [error?.code, error?.status]]));
  assert.deepEqual(codes, {
    idle: ['ChannelNotBroadcasting', 404], 'second key': ['ServiceQuotaExceededException', 402],
    'two filters': ['ConflictException', 409], name: ['ValidationException', 400], 'too long': ['ValidationException', 400],
    missing: ['checked by the client', undefined],
  });
  assert.equal(gone.code, 'ResourceNotFoundException');
  for (const { message, requestId: id } of [gone, refused.idle, refused['second key']]) assert.ok(message && id);
});

test('chat through the aws-cli', async (t) => {
  const { server } = await startApi(t);
  const env = environment(t, server);
  async function chat(command, args = [], { code = 0 } = {}) {
    const run = start(t, debian('aws'), ['ivschat', command, '--endpoint-url', server.http, '--output', 'json', ...args], { env });
    const ended = await within(60_000, run.closed, command, run.output);
    assert.equal(ended.code, code, `${command}: ${run.output()}`);
    return code || run.output() === '' ? run.output() : JSON.parse(run.output());
  }
  const { arn, maximumMessageLength } = await chat('create-room', ['--name', 'cli', '--tags', '{"a":"b","ключ":"значение"}']);
  assert.equal(maximumMessageLength, 500);
  const [read, listed, token, event, refused] = await Promise.all([
    chat('get-room', ['--identifier', arn]), chat('list-rooms', ['--name', 'cli']),
    chat('create-chat-token', ['--room-identifier', arn, '--user-id', 'cli', '--capabilities', 'SEND_MESSAGE', 'DELETE_MESSAGE']),
    chat('send-event', ['--room-identifier', arn, '--event-name', 'app', '--attributes', '{"a":"ü"}']),
    chat('create-room', ['--maximum-message-length', '501'], { code: 254 }),
  ]);
  assert.deepEqual(read.tags, { a: 'b', ключ: 'значение' });
  assert.deepEqual(listed.rooms.map((room) => room.arn), [arn]);
  assert.match(token.token, /^[A-Za-z0-9._~-]+$/);
  assert.match(event.id, /^[A-Za-z0-9]{12}$/);
  assert.match(refused, /An error occurred \(ValidationException\) when calling the CreateRoom operation: \S/);
  for (const name of ['CreateRoom', 'GetRoom', 'ListRooms', 'CreateChatToken', 'SendEvent']) covered(name, 'valid');
  covered('CreateRoom', 'error');
  await chat('tag-resource', ['--resource-arn', arn, '--tags', '{"c d":"e/f"}']);
  assert.deepEqual((await chat('list-tags-for-resource', ['--resource-arn', arn])).tags, { ...read.tags, 'c d': 'e/f' });
  assert.equal(await chat('delete-room', ['--identifier', arn]), '');
  assert.match(await chat('get-room', ['--identifier', arn], { code: 254 }), /ResourceNotFoundException/);
});

test('chat through boto3', async (t) => {
  const { server } = await startApi(t);
  const script = fileURLToPath(new URL('support/chat_boto3.py', import.meta.url));
  const run = start(t, debian('python3'), [script, server.http], { env: environment(t, server) });
  const { code } = await within(60_000, run.closed, 'boto3', run.output);
  assert.equal(code, 0, run.output());
  const { version, refused, gone, ...seen } = JSON.parse(run.output());
  assert.match(version, /^1\./);
  assert.deepEqual(seen, {
    logs: ['ACTIVE', { s3: { bucketName: 'logs' } }], same: true, updated: 3, minute: true, token: true, event: 12,
    'deleted message': 12, disconnected: 200, tags: { clé: 'ü', 'a/b c': 'd', ключ: '' }, fewer: { ключ: '' }, pages: [3, 2],
    'by logs': true, deleted: [204, 204, 204, 204, 204],
  });
  const told = Object.fromEntries(Object.entries({ ...refused, gone }).map(([what, { code: name, status, more }]) => [what, [name, status, more]]));
  assert.deepEqual(told, {
    'in use': ['ConflictException', 409, ['resourceId', 'resourceType']],
    name: ['ValidationException', 400, ['fieldList', 'reason']],
    attributes: ['ValidationException', 400, ['fieldList', 'reason']],
    gone: ['ResourceNotFoundException', 404, ['resourceId', 'resourceType']],
  });
});
