// Many callers at the same resource, and a crash among them: nothing breaks that was promised.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { databases, startApi } from './support/api_server.mjs';
import { kinds, named, newPublicKey } from './support/api_world.mjs';
import { tagsOf } from './support/api_values.mjs';
import { Caller, errorOf } from './support/ivs.mjs';
import { startPostgres } from './support/postgres.mjs';
import { eventually, freePort, within } from './support/process.mjs';
import { makeKey, startFixed } from './support/server.mjs';

const many = 20;
const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));

/** How often each error came; whatever is not expected fails. */
function outcomes(answers, ...expected) {
  const counts = { ok: 0 };
  for (const answer of answers) {
    const outcome = errorOf(answer) ?? 'ok';
    assert.ok(outcome === 'ok' || expected.includes(outcome), `${answer.status} ${answer.text}`);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

for (const [database, configure] of databases) {
  test(`${many} callers at once over ${database}`, async (t) => {
    const { server, caller } = await startApi(t, await configure(t));
    const callers = await times(many, () => new Caller(t, server));
    const everyone = (name, input) => times(many, (i) => callers[i].call(name, typeof input === 'function' ? input(i) : input));

    await t.test('one stream key remains one', async () => {
      const { channel, streamKey } = await caller.get('CreateChannel');
      for (let round = 0; round < 3; ++round) {
        const { streamKeys } = await caller.get('ListStreamKeys', { channelArn: channel.arn, maxResults: 50 });
        assert.equal(streamKeys.length, 1);
        const gone = outcomes(await everyone('DeleteStreamKey', { arn: streamKeys[0].arn }), 'ResourceNotFoundException');
        assert.equal(gone.ok, 1);
        const made = await everyone('CreateStreamKey', { channelArn: channel.arn });
        assert.equal(outcomes(made, 'ServiceQuotaExceededException').ok, 1);
      }
      const mixed = await times(many * 2, async (i) => {
        if (i % 2) return callers[i % many].call('CreateStreamKey', { channelArn: channel.arn });
        const { streamKeys } = await callers[i % many].get('ListStreamKeys', { channelArn: channel.arn });
        return callers[i % many].call('DeleteStreamKey', { arn: streamKeys[0]?.arn ?? streamKey.arn });
      });
      outcomes(mixed, 'ServiceQuotaExceededException', 'ResourceNotFoundException');
      const { streamKeys } = await caller.get('ListStreamKeys', { channelArn: channel.arn, maxResults: 50 });
      assert.ok(streamKeys.length <= 1);
      await caller.get('DeleteChannel', { arn: channel.arn });
    });

    await t.test('three key pairs remain three', async () => {
      const { make, input, drop, of } = kinds.keyPair;
      const made = await everyone(make, () => input());
      assert.equal(outcomes(made, 'ServiceQuotaExceededException').ok, 3);
      const list = async () => (await caller.get('ListPlaybackKeyPairs')).keyPairs.map(({ arn }) => arn);
      const there = await list();
      assert.deepEqual(there.sort(), made.filter(({ status }) => status === 200).map(({ body }) => of(body)).sort());
      outcomes(await times(many, (i) => (i % 2 ? callers[i].call(make, input())
        : callers[i].call(drop, { arn: there[(i / 2) % 3] }))), 'ServiceQuotaExceededException', 'ResourceNotFoundException');
      const left = await list();
      assert.ok(left.length <= 3, `${left.length}`);
      for (const arn of left) await caller.get(drop, { arn });
    });

    await t.test('the same public key is imported once', async () => {
      const publicKeyMaterial = newPublicKey();
      const answers = await everyone('ImportPlaybackKeyPair', { publicKeyMaterial });
      assert.equal(outcomes(answers, 'ConflictException').ok, 1);
      await caller.get('DeletePlaybackKeyPair', { arn: answers.find(({ status }) => status === 200).body.keyPair.arn });
    });

    for (const kind of ['channel', 'recording', 'ads', 'policy', 'room', 'logging']) {
      await t.test(`${kind}: made at once, each is another; deleted at once, each is gone once`, async () => {
        const made = (await everyone(kinds[kind].make, kinds[kind].input())).map(({ status, body, text }) => {
          assert.equal(status, 200, text);
          return kinds[kind].of(body);
        });
        assert.equal(new Set(made).size, many);
        const gone = await times(many * 2, (i) => callers[i % many].call(kinds[kind].drop, named(kind, made[i >> 1])));
        assert.equal(outcomes(gone, 'ResourceNotFoundException').ok, many);
      });
    }

    await t.test('updates of one channel do not tear it', async () => {
      const { channel } = await caller.get('CreateChannel');
      const types = ['BASIC', 'STANDARD', 'ADVANCED_SD', 'ADVANCED_HD'];
      const answers = await everyone('UpdateChannel', (i) => ({
        arn: channel.arn, name: `name-${i}`, type: types[i % 4], insecureIngest: i % 2 === 0, latencyMode: i % 2 ? 'LOW' : 'NORMAL',
      }));
      assert.equal(outcomes(answers).ok, many);
      const whole = (await caller.get('GetChannel', { arn: channel.arn })).channel;
      const last = answers.map(({ body }) => body.channel).find(({ name }) => name === whole.name);
      assert.deepEqual(whole, last, 'it is as one of them left it');
      const ended = await times(many, (i) => (i === 7 ? callers[i].call('DeleteChannel', { arn: channel.arn })
        : callers[i].call('UpdateChannel', { arn: channel.arn, name: `late-${i}` })));
      outcomes(ended, 'ResourceNotFoundException');
      assert.equal(errorOf(await caller.call('GetChannel', { arn: channel.arn })), 'ResourceNotFoundException');
    });

    await t.test('tags of one resource add up, to at most 50', async () => {
      const { channel } = await caller.get('CreateChannel');
      const resourceArn = channel.arn;
      assert.equal(outcomes(await everyone('TagResource', (i) => ({ resourceArn, tags: { [`t-${i}`]: `${i}` } }))).ok, many);
      const { tags } = await caller.get('ListTagsForResource', { resourceArn });
      assert.deepEqual(Object.keys(tags).length, many, 'none was lost');
      outcomes(await everyone('TagResource', (i) => ({
        resourceArn, tags: Object.fromEntries(Object.entries(tagsOf(4)).map(([key, value]) => [`${key}-${i}`, value])),
      })), 'ValidationException');
      const full = (await caller.get('ListTagsForResource', { resourceArn })).tags;
      assert.ok(Object.keys(full).length <= 50 && Object.keys(full).length > 46, `${Object.keys(full).length}`);
      outcomes(await everyone('UntagResource', (i) => ({ resourceArn, tagKeys: [`t-${i}`] })));
      const left = Object.keys((await caller.get('ListTagsForResource', { resourceArn })).tags);
      assert.ok(left.every((key) => !key.startsWith('t-')));
    });

    await t.test('what a channel refers to exists as long as it does', async () => {
      const arn = kinds.recording.of(await caller.get(kinds.recording.make, kinds.recording.input()));
      const answers = await times(many, (i) => (i === many >> 1 ? callers[i].call(kinds.recording.drop, { arn })
        : callers[i].call('CreateChannel', { recordingConfigurationArn: arn })));
      outcomes(answers, 'ResourceNotFoundException', 'ConflictException');
      const users = (await caller.get('ListChannels', { filterByRecordingConfigurationArn: arn })).channels;
      const exists = (await caller.call('GetRecordingConfiguration', { arn })).status === 200;
      assert.equal(exists, users.length > 0, `${users.length} channels use it, and it exists: ${exists}`);
    });
  });

  test(`rooms and ${many} callers at once over ${database}`, async (t) => {
    const { server, caller } = await startApi(t, await configure(t));
    const callers = await times(many, () => new Caller(t, server));

    await t.test('updates of one room do not tear it', async () => {
      const { arn: identifier } = await caller.get('CreateRoom');
      const answers = await times(many, (i) => callers[i].call('UpdateRoom', {
        identifier, name: `name-${i}`, maximumMessageRatePerSecond: i + 1, maximumMessageLength: i + 1,
      }));
      assert.equal(outcomes(answers).ok, many);
      const whole = await caller.get('GetRoom', { identifier });
      assert.deepEqual(whole, answers.map(({ body }) => body).find(({ name }) => name === whole.name), 'it is as one of them left it');
      const ended = await times(many, (i) => (i === 7 ? callers[i].call('DeleteRoom', { identifier })
        : callers[i].call('UpdateRoom', { identifier, name: `late-${i}` })));
      outcomes(ended, 'ResourceNotFoundException');
      assert.equal(errorOf(await caller.call('GetRoom', { identifier })), 'ResourceNotFoundException');
    });

    await t.test('logs that rooms refer to exist as long as they do', async () => {
      const logs = kinds.logging.of(await caller.get(kinds.logging.make, kinds.logging.input()));
      const answers = await times(many, (i) => (i === many >> 1 ? callers[i].call('DeleteLoggingConfiguration', { identifier: logs })
        : callers[i].call('CreateRoom', { loggingConfigurationIdentifiers: [logs] })));
      outcomes(answers, 'ResourceNotFoundException', 'ConflictException');
      const users = (await caller.get('ListRooms')).rooms.filter(({ loggingConfigurationIdentifiers: used }) => used?.includes(logs));
      const exists = (await caller.call('GetLoggingConfiguration', { identifier: logs })).status === 200;
      assert.equal(exists, users.length > 0, `${users.length} rooms use it, and it exists: ${exists}`);
    });
  });

  test(`kill -9 loses nothing acknowledged, over ${database}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'rostrum-crash-'));
    // Channels name its port for SRT.
    const config = { channels: [], srt: { listen: `127.0.0.1:${await freePort()}` }, ...await configure(t) };
    const port = await freePort();
    const first = await startFixed(t, config, port, folder);
    const key = await makeKey(folder);
    const server = { http: `http://127.0.0.1:${port}` };
    const caller = new Caller(t, server, key);
    const { channel: kept } = await caller.get('CreateChannel', { name: 'before' });

    // The answers that arrive are what was acknowledged; it dies when 60 of 200 are there.
    const acknowledged = [];
    const requests = Array.from({ length: 200 }, async (_, i) => {
      try {
        const answer = await caller.call('CreateChannel', { name: `crash-${i}`, tags: { i: `${i}` } });
        if (answer.status !== 200) return;
        acknowledged.push(answer.body);
        if (acknowledged.length === 60) first.child.kill('SIGKILL');
      } catch { /* the connection broke */ }
    });
    await Promise.all(requests);
    await within(5000, first.exited, 'its end');
    assert.ok(acknowledged.length >= 60 && acknowledged.length < 200, `${acknowledged.length} were acknowledged`);

    const second = await startFixed(t, config, port, folder);
    const again = new Caller(t, server, key);
    for (const { channel, streamKey } of acknowledged) {
      assert.deepEqual((await again.get('GetChannel', { arn: channel.arn })).channel, channel);
      assert.deepEqual((await again.get('GetStreamKey', { arn: streamKey.arn })).streamKey, streamKey);
    }
    assert.deepEqual((await again.get('GetChannel', { arn: kept.arn })).channel, kept);
    // What was not acknowledged is there whole or not at all.
    for (let nextToken; ;) {
      const page = await again.get('ListChannels', { nextToken });
      for (const { arn } of page.channels) {
        assert.equal((await again.get('ListStreamKeys', { channelArn: arn })).streamKeys.length, 1, arn);
      }
      nextToken = page.nextToken;
      if (nextToken === undefined) break;
    }
    second.child.kill('SIGTERM');
    await within(20_000, second.exited, 'stopping');
    rmSync(folder, { recursive: true, force: true });
  });
}

test('connections that PostgreSQL ends are made again', async (t) => {
  const postgres = await startPostgres(t);
  const { server, caller } = await startApi(t, { database: { url: postgres.url } });
  const { channel } = await caller.get('CreateChannel', { name: 'before' });
  for (let round = 0; round < 3; ++round) {
    const ended = postgres.run(
      'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = \'client backend\'');
    assert.ok(Number(ended) >= 1, `${ended} connections`);
    // Each thread notices when it asks next; that request may fail, and is tried again by clients.
    await eventually(10_000, 'reading and writing', async () => {
      const answers = await times(many, (i) => (i % 2 ? caller.call('GetChannel', { arn: channel.arn })
        : caller.call('UpdateChannel', { arn: channel.arn, name: `round-${round}` })));
      outcomes(answers, 'InternalServerException');
      return answers.every(({ status }) => status === 200);
    }, server.output);
    assert.equal((await caller.get('GetChannel', { arn: channel.arn })).channel.name, `round-${round}`);
  }
});
