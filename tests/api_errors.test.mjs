// What operations refuse beyond their model: quotas that are part of the contract, resources in
// use, filters that exclude each other, and rules between members. Over both databases.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { casesOf } from './support/api_cases.mjs';
import { databases, startApi } from './support/api_server.mjs';
import { kinds, newPublicKey, World } from './support/api_world.mjs';
import { arnOf } from './support/api_values.mjs';
import { covered } from './support/coverage.mjs';
import { all, assertError, assertRefusal, makeClient, makeClients, send } from './support/ivs.mjs';
import { inputMembers, operation, operations } from './support/model.mjs';

for (const [database, configure] of databases) {
  test(`refusals over ${database}`, async (t) => {
    const { server, caller } = await startApi(t, await configure(t));
    const clients = makeClients(t, server);
    const refused = async (name, input, error, what = name) => {
      assertRefusal(name, await caller.call(name, input), error, what);
      covered(name, 'error');
    };

    await t.test('a channel has one stream key; it is rotated by deleting it', async () => {
      const { channel, streamKey } = await caller.get('CreateChannel');
      await refused('CreateStreamKey', { channelArn: channel.arn }, 'ServiceQuotaExceededException');
      await assert.rejects(send(clients, 'CreateStreamKey', { channelArn: channel.arn }), {
        name: 'ServiceQuotaExceededException', $fault: 'client',
      });
      await caller.get('DeleteStreamKey', { arn: streamKey.arn });
      await refused('GetStreamKey', { arn: streamKey.arn }, 'ResourceNotFoundException');
      await refused('DeleteStreamKey', { arn: streamKey.arn }, 'ResourceNotFoundException');
      const { streamKey: next } = await caller.get('CreateStreamKey', { channelArn: channel.arn });
      assert.notEqual(next.arn, streamKey.arn);
      assert.notEqual(next.value, streamKey.value);
      assert.match(next.value, /^sk_local_[A-Za-z0-9_-]+$/);
      assert.deepEqual((await caller.get('GetStreamKey', { arn: next.arn })).streamKey, next);
    });

    await t.test('a channel takes its stream key with it', async () => {
      const { channel, streamKey } = await caller.get('CreateChannel');
      await caller.get('DeleteChannel', { arn: channel.arn });
      await refused('GetStreamKey', { arn: streamKey.arn }, 'ResourceNotFoundException');
      await refused('ListStreamKeys', { channelArn: channel.arn }, 'ResourceNotFoundException');
      await refused('GetChannel', { arn: channel.arn }, 'ResourceNotFoundException');
      await refused('DeleteChannel', { arn: channel.arn }, 'ResourceNotFoundException');
    });

    await t.test('there are at most three key pairs', async () => {
      const world = new World(caller);
      const made = [await world.make('keyPair'), await world.make('keyPair'), await world.make('keyPair')];
      await refused('ImportPlaybackKeyPair', kinds.keyPair.input(), 'ServiceQuotaExceededException');
      assert.deepEqual((await caller.get('ListPlaybackKeyPairs')).keyPairs.map(({ arn }) => arn).sort(), [...made].sort());
      await world.drop('keyPair', made.pop());
      made.push(await world.make('keyPair'));
      await refused('ImportPlaybackKeyPair', kinds.keyPair.input(), 'ServiceQuotaExceededException');
      for (const arn of made) await world.drop('keyPair', arn);
      await refused('DeletePlaybackKeyPair', { arn: made[0] }, 'ResourceNotFoundException');
    });

    await t.test('public keys are P-384, in PEM, and imported once', async () => {
      const publicKeyMaterial = newPublicKey();
      const { keyPair } = await caller.get('ImportPlaybackKeyPair', { publicKeyMaterial });
      assert.match(keyPair.fingerprint, /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
      await refused('ImportPlaybackKeyPair', { publicKeyMaterial }, 'ConflictException');
      const pem = (type, options) => {
        const pair = generateKeyPairSync(type, options);
        return [pair.publicKey.export({ type: 'spki', format: 'pem' }), pair.privateKey.export({ type: 'pkcs8', format: 'pem' })];
      };
      const [, secret] = pem('ec', { namedCurve: 'P-384' });
      for (const [what, material] of Object.entries({
        'P-256': pem('ec', { namedCurve: 'P-256' })[0], 'P-521': pem('ec', { namedCurve: 'P-521' })[0],
        Ed25519: pem('ed25519')[0], RSA: pem('rsa', { modulusLength: 2048 })[0], 'a private key': secret,
        'no PEM': 'key', nothing: '', 'no base64': publicKeyMaterial.replace(/\n[^-]{4}/, '\n!!!!'),
        'half of it': publicKeyMaterial.slice(0, 120), 'much of it': publicKeyMaterial.repeat(200),
        'a zero byte': `${publicKeyMaterial.slice(0, 40)}\0${publicKeyMaterial.slice(40)}`,
      })) {
        const answer = await caller.call('ImportPlaybackKeyPair', { publicKeyMaterial: material });
        assertError(what, answer, 'ValidationException');
        assert.ok(!answer.text.includes(secret.split('\n')[1]), 'the refusal repeats no private key');
        covered('ImportPlaybackKeyPair', 'error');
      }
      await caller.get('DeletePlaybackKeyPair', { arn: keyPair.arn });
    });

    for (const [kind, member, filter] of [
      ['recording', 'recordingConfigurationArn', 'filterByRecordingConfigurationArn'],
      ['policy', 'playbackRestrictionPolicyArn', 'filterByPlaybackRestrictionPolicyArn'],
      ['ads', 'adConfigurationArn', 'filterByAdConfigurationArn'],
    ]) {
      await t.test(`what a channel uses is not deleted: ${kind}`, async () => {
        const world = new World(caller);
        const arn = await world.make(kind);
        const { channel } = await caller.get('CreateChannel', { [member]: arn });
        assert.equal(channel[member], arn);
        await refused(kinds[kind].drop, { arn }, 'ConflictException');
        const { channels } = await caller.get('ListChannels', { [filter]: arn });
        assert.deepEqual(channels.map((one) => one.arn), [channel.arn]);
        assert.equal(channels[0][member], arn);
        const { channel: without } = await caller.get('UpdateChannel', { arn: channel.arn, [member]: '' });
        assert.equal(without[member], '');
        assert.deepEqual((await caller.get('ListChannels', { [filter]: arn })).channels, []);
        await caller.get('UpdateChannel', { arn: channel.arn, [member]: arn });
        await refused(kinds[kind].drop, { arn }, 'ConflictException');
        await caller.get('DeleteChannel', { arn: channel.arn });
        await world.drop(kind, arn);
        await refused('CreateChannel', { [member]: arn }, 'ResourceNotFoundException');
      });
    }

    await t.test('the filters of ListChannels exclude each other', async () => {
      const filters = {
        filterByName: 'a', filterByRecordingConfigurationArn: arnOf('recording-configuration', 'a'),
        filterByPlaybackRestrictionPolicyArn: arnOf('playback-restriction-policy', 'a'),
        filterByAdConfigurationArn: arnOf('ad-configuration', 'a'),
      };
      const names = Object.keys(filters);
      for (const [i, one] of names.entries()) {
        for (const other of names.slice(i + 1)) {
          await refused('ListChannels', { [one]: filters[one], [other]: filters[other] }, 'ConflictException');
        }
      }
    });

    await t.test('rules between members of a channel', async () => {
      const multitrackInputConfiguration = { enabled: true, policy: 'ALLOW', maximumResolution: 'HD' };
      const good = { type: 'STANDARD', containerFormat: 'FRAGMENTED_MP4', multitrackInputConfiguration };
      const { channel } = await caller.get('CreateChannel', good);
      assert.deepEqual(channel.multitrackInputConfiguration, multitrackInputConfiguration);
      const { channel: plain } = await caller.get('CreateChannel');
      for (const change of [
        { containerFormat: 'TS' }, { type: 'BASIC' }, { type: 'ADVANCED_SD' }, { type: 'ADVANCED_HD' },
        { multitrackInputConfiguration: { enabled: true, policy: 'ALLOW' } },
        { multitrackInputConfiguration: { enabled: true, maximumResolution: 'HD' } },
        { multitrackInputConfiguration: { enabled: true } },
      ]) {
        await refused('CreateChannel', { ...good, ...change }, 'ValidationException', JSON.stringify(change));
        await refused('UpdateChannel', { arn: plain.arn, ...good, ...change }, 'ValidationException', JSON.stringify(change));
        if (!change.multitrackInputConfiguration) {
          // The other half of the rule is already stored.
          await refused('UpdateChannel', { arn: channel.arn, ...change }, 'ValidationException', JSON.stringify(change));
        }
      }
      await caller.get('UpdateChannel', {
        arn: channel.arn, multitrackInputConfiguration: { enabled: false }, containerFormat: 'TS', type: 'BASIC',
      });
      const unchanged = (await caller.get('GetChannel', { arn: plain.arn })).channel;
      assert.deepEqual(unchanged, plain, 'what was refused changed nothing');
      for (const { arn } of [channel, plain]) await caller.get('DeleteChannel', { arn });
    });

    await t.test('the preset follows the type', async () => {
      const { channel } = await caller.get('CreateChannel', { type: 'ADVANCED_HD' });
      assert.equal(channel.preset, 'HIGHER_BANDWIDTH_DELIVERY');
      const update = async (change) => (await caller.get('UpdateChannel', { arn: channel.arn, ...change })).channel.preset;
      assert.equal(await update({ preset: 'CONSTRAINED_BANDWIDTH_DELIVERY' }), 'CONSTRAINED_BANDWIDTH_DELIVERY');
      assert.equal(await update({ name: 'kept' }), 'CONSTRAINED_BANDWIDTH_DELIVERY');
      assert.equal(await update({ type: 'STANDARD' }), '');
      assert.equal(await update({ type: 'ADVANCED_SD' }), 'HIGHER_BANDWIDTH_DELIVERY');
      await caller.get('DeleteChannel', { arn: channel.arn });
    });

    await t.test('policies have at most 200 countries and 5 origins', async () => {
      const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
      const codes = letters.flatMap((a) => letters.map((b) => a + b));
      const origins = (count) => Array.from({ length: count }, (_, i) => `https://origin-${i}.example.com`);
      const { playbackRestrictionPolicy: policy } = await caller.get('CreatePlaybackRestrictionPolicy', {
        allowedOrigins: origins(5), allowedCountries: ['DE', 'FR', 'JP'],
      });
      for (const input of [{ allowedOrigins: origins(6) }, { allowedCountries: codes.slice(0, 201) }]) {
        await refused('CreatePlaybackRestrictionPolicy', input, 'ValidationException');
        await refused('UpdatePlaybackRestrictionPolicy', { arn: policy.arn, ...input }, 'ValidationException');
      }
      const read = await caller.get('GetPlaybackRestrictionPolicy', { arn: policy.arn });
      assert.deepEqual(read.playbackRestrictionPolicy, policy);
      await caller.get('DeletePlaybackRestrictionPolicy', { arn: policy.arn });
    });

    await t.test('an update changes what it names and keeps the rest', async () => {
      const { channel } = await caller.get('CreateChannel', { name: 'first', tags: { a: 'b' }, insecureIngest: true });
      const { channel: updated } = await caller.get('UpdateChannel', { arn: channel.arn, latencyMode: 'NORMAL', name: null });
      assert.deepEqual(updated, { ...channel, latencyMode: 'NORMAL' });
      assert.deepEqual((await caller.get('GetChannel', { arn: channel.arn })).channel, updated);
      assert.equal((await caller.get('UpdateChannel', { arn: channel.arn, name: '' })).channel.name, '');
      await caller.get('DeleteChannel', { arn: channel.arn });
    });

    await t.test('resources of other accounts, regions and types are not found', async () => {
      const foreign = [
        { region: 'local', account: '999999999999' }, { region: 'us-west-2', account: '000000000000' },
      ];
      const { channel } = await caller.get('CreateChannel');
      const there = new World(caller);
      const [room, logging] = [await there.make('room'), await there.make('logging')];
      const ids = Object.fromEntries([channel.arn, room, logging].map((one) => one.split(':').at(-1).split('/')));
      const named = operations.filter(({ command }) =>
        !/^(Batch|List(?!Str|Tags)|Create(?!StreamKey|ChatT)|Import|ListStreams$)/.test(command));
      await all(named.flatMap((operation) => foreign.map((home) => async () => {
        const member = inputMembers(operation).find((one) => /^(arn|(channel|resource)Arn|(roomI|i)dentifier)$/.test(one.name));
        const type = /:([a-z-]+)\/\[/.exec(member.pattern)?.[1] ?? (operation.service === 'ivschat' ? 'room' : 'channel');
        const rest = {
          PutMetadata: { metadata: 'text' }, InsertAdBreak: { durationSeconds: 1 }, TagResource: { tags: {} },
          UntagResource: { tagKeys: ['a'] }, StartViewerSessionRevocation: { viewerId: 'a' }, SendEvent: { eventName: 'a' },
          CreateChatToken: { userId: 'a' }, DisconnectUser: { userId: 'a' }, DeleteMessage: { id: 'a'.repeat(12) },
        }[operation.command];
        await refused(operation.name, { [member.name]: arnOf(type, ids[type] ?? ids.channel, home), ...rest }, 'ResourceNotFoundException',
          `${operation.name} in ${home.account}`);
      })));
      await caller.get('GetChannel', { arn: channel.arn });
      await caller.get('GetRoom', { identifier: room });
      await caller.get('GetLoggingConfiguration', { identifier: logging });
      await caller.get('DeleteChannel', { arn: channel.arn });
      for (const [kind, one] of [['room', room], ['logging', logging]]) await there.drop(kind, one);
    });

    await t.test('logs that a room keeps are not deleted', async () => {
      const world = new World(caller);
      const logs = [await world.make('logging'), await world.make('logging'), await world.make('logging')];
      const { arn } = await caller.get('CreateRoom', { loggingConfigurationIdentifiers: logs });
      assert.deepEqual((await caller.get('GetRoom', { identifier: arn })).loggingConfigurationIdentifiers, logs);
      for (const identifier of logs) await refused('DeleteLoggingConfiguration', { identifier }, 'ConflictException');
      const error = await send(clients, 'DeleteLoggingConfiguration', { identifier: logs[0] }).then(() => assert.fail('deleted'), (thrown) => thrown);
      assert.equal(error.name, 'ConflictException');
      assert.ok(error.resourceId && error.resourceType, 'what is in use');
      await caller.get('UpdateLoggingConfiguration', { identifier: logs[0], destinationConfiguration: { s3: { bucketName: 'elsewhere' } } });
      await caller.get('UpdateRoom', { identifier: arn, loggingConfigurationIdentifiers: logs.slice(1) });
      await world.drop('logging', logs.shift());
      await caller.get('DeleteRoom', { identifier: arn });
      for (const identifier of logs) await world.drop('logging', identifier);
      await refused('CreateRoom', { loggingConfigurationIdentifiers: logs }, 'ResourceNotFoundException');
    });

    await t.test('an update of a room changes what it names and keeps the rest', async () => {
      const { tags, ...room } = await caller.get('CreateRoom', { name: 'first', tags: { a: 'b' }, maximumMessageLength: 7 });
      const identifier = room.arn;
      const update = async (change) => {
        const { updateTime, ...rest } = await caller.get('UpdateRoom', { identifier, ...change });
        assert.ok(Date.parse(updateTime) >= Date.parse(room.updateTime), updateTime);
        return rest;
      };
      const { updateTime: _, ...kept } = { ...room, tags };
      assert.deepEqual(await update({ maximumMessageRatePerSecond: 99, name: null }), { ...kept, maximumMessageRatePerSecond: 99 });
      assert.equal((await update({ name: '' })).name ?? '', '');
      const uri = 'arn:aws:lambda:us-west-2:123456789012:function:review';
      assert.deepEqual((await update({ messageReviewHandler: { uri } })).messageReviewHandler, { uri, fallbackResult: 'ALLOW' });
      assert.equal((await update({ messageReviewHandler: { uri, fallbackResult: 'DENY' } })).messageReviewHandler.fallbackResult, 'DENY');
      assert.equal((await update({ maximumMessageLength: 8 })).messageReviewHandler.uri, uri, 'it stays');
      const gone = await update({ messageReviewHandler: { uri: '' } });
      assert.equal(gone.messageReviewHandler?.uri ?? '', '', 'an empty URI takes it away');
      await caller.get('DeleteRoom', { identifier });
      await refused('GetRoom', { identifier }, 'ResourceNotFoundException');
      await refused('DeleteRoom', { identifier }, 'ResourceNotFoundException');
      await refused('CreateChatToken', { roomIdentifier: identifier, userId: 'a' }, 'ResourceNotFoundException');
      await refused('SendEvent', { roomIdentifier: identifier, eventName: 'a' }, 'ResourceNotFoundException');
    });
  });
}

test('a refusal names the member', async (t) => {
  const { caller, world } = await startApi(t);
  const answer = await caller.call('StartViewerSessionRevocation', {
    channelArn: await world.shared('channel'), viewerId: 'x'.repeat(41),
  });
  assertError('viewerId', answer, 'ValidationException');
  assert.match(answer.body.message, /viewerId/);
  // Keys and metadata are secrets: no refusal repeats them.
  for (const { what, build } of casesOf('PutMetadata').filter(({ form }) => form === 'invalid')) {
    const secret = await caller.call('PutMetadata', { ...build({ channelArn: 'nothing' }), metadata: 'secret-words' });
    assert.ok(!secret.text.includes('secret-words'), what);
  }
});

test('with limits.mode ivs the service\'s own numbers hold', async (t) => {
  const { server, caller } = await startApi(t, { limits: { mode: 'ivs' } });
  // The SDK waits and tries again when it is throttled, as applications have it.
  const client = makeClient(t, server, { maxAttempts: 20 });
  const made = [];
  for (let i = 0; i < 3; ++i) {
    made.push((await send(client, 'CreatePlaybackRestrictionPolicy', {})).playbackRestrictionPolicy.arn);
  }
  await assert.rejects(send(client, 'CreatePlaybackRestrictionPolicy', {}), { name: 'ServiceQuotaExceededException' });
  await send(client, 'DeletePlaybackRestrictionPolicy', { arn: made[0] });
  await send(client, 'CreatePlaybackRestrictionPolicy', {});

  for (const { name, defaultTps } of operations.filter((one) => /^List(Ch|Rec|Ad|PlaybackK|Rooms|Log)/.test(one.name))) {
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 6 * defaultTps }, () => caller.call(name)));
    const seconds = (performance.now() - began) / 1000;
    const good = answers.filter(({ status }) => status === 200).length;
    assert.ok(good >= 1 && good <= defaultTps * (1 + seconds) + 1, `${name}: ${good} of ${6 * defaultTps} in ${seconds} s, ${defaultTps} a second`);
    for (const answer of answers.filter(({ status }) => status !== 200)) assertError(name, answer, 'ThrottlingException');
    covered(name, 'error');
  }
  // Another operation has a rate of its own.
  await caller.get('ListStreams');
});

test('with limits.mode ivs chat has the service\'s numbers, and says them', async (t) => {
  const { server, caller } = await startApi(t, { limits: { mode: 'ivs' } });
  const client = makeClient(t, server, { maxAttempts: 20 }, 'ivschat');
  const input = { destinationConfiguration: { s3: { bucketName: 'logs' } } };
  const made = [];
  for (let i = 0; i < 10; ++i) made.push((await send(client, 'CreateLoggingConfiguration', input)).arn);
  const error = await send(client, 'CreateLoggingConfiguration', input).then(() => assert.fail('the eleventh'), (thrown) => thrown);
  assert.deepEqual([error.name, error.limit, error.$metadata.httpStatusCode], ['ServiceQuotaExceededException', 10, 402]);
  covered('CreateLoggingConfiguration', 'error');
  await send(client, 'DeleteLoggingConfiguration', { identifier: made[0] });
  await send(client, 'CreateLoggingConfiguration', input);

  const { arn: roomIdentifier } = await send(client, 'CreateRoom', {});
  for (const [name, more] of [['SendEvent', { eventName: 'a' }], ['DisconnectUser', { userId: 'a' }], ['DeleteMessage', { id: 'a'.repeat(12) }]]) {
    const { defaultTps } = operation(name);
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 3 * defaultTps }, () => caller.call(name, { roomIdentifier, ...more })));
    const seconds = (performance.now() - began) / 1000;
    const good = answers.filter(({ status }) => status === 200).length;
    assert.ok(good >= 1 && good <= defaultTps * (1 + seconds) + 1, `${name}: ${good} in ${seconds} s, ${defaultTps} a second`);
    const refusals = answers.filter(({ status }) => status !== 200);
    assert.ok(refusals.length > 0, `${name}: all ${good} in ${seconds} s`);
    for (const answer of refusals) {
      assertRefusal(name, answer, 'ThrottlingException');
      assert.equal(answer.body.limit, defaultTps, name);
    }
    covered(name, 'error');
  }
});

test('by default chat is not limited', async (t) => {
  const { caller } = await startApi(t);
  const world = new World(caller);
  for (let i = 0; i < 11; ++i) await world.make('logging');
  const { arn: roomIdentifier } = await caller.get('CreateRoom');
  const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => caller.call('SendEvent', { roomIdentifier, eventName: `e${i}` })));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  const ids = answers.map(({ body }) => body.id);
  assert.equal(new Set(ids).size, 300);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9]{12}$/);
});
