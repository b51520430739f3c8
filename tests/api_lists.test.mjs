// Lists, page by page, with their odd defaults; batches; tags on everything that has tags.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ivs from '@aws-sdk/client-ivs';
import * as ivschat from '@aws-sdk/client-ivschat';
import { databases, startApi } from './support/api_server.mjs';
import { arnOf, tagsOf } from './support/api_values.mjs';
import { kinds, named as namedBy, World } from './support/api_world.mjs';
import { covered } from './support/coverage.mjs';
import { assertError, makeClients, send } from './support/ivs.mjs';
import { operation, operations } from './support/model.mjs';

const lists = {
  ListChannels: { kind: 'channel', items: 'channels', count: 7 },
  ListRecordingConfigurations: { kind: 'recording', items: 'recordingConfigurations', count: 5 },
  ListAdConfigurations: { kind: 'ads', items: 'adConfigurations', count: 5 },
  ListPlaybackKeyPairs: { kind: 'keyPair', items: 'keyPairs', count: 3 },
  ListRooms: { kind: 'room', items: 'rooms', count: 5 },
  ListLoggingConfigurations: { kind: 'logging', items: 'loggingConfigurations', count: 5 },
  ListPlaybackRestrictionPolicies: { kind: 'policy', items: 'playbackRestrictionPolicies', count: 3, usual: 1 },
};
const sdks = { ivs, ivschat };
const most = (name) => operation(name).input.members.find((member) => member.name === 'maxResults').max;
const paginated = operations.filter((operation) => operation.paginated).map(({ name }) => name);

async function pages(caller, name, items, input) {
  const found = [];
  let nextToken;
  do {
    const answer = await caller.get(name, { ...input, nextToken });
    found.push(answer[items]);
    nextToken = answer.nextToken;
    assert.notEqual(nextToken, '');
    covered(name, 'valid');
  } while (nextToken !== undefined && found.length < 50);
  return found;
}

for (const [database, configure] of databases) {
  test(`lists over ${database}`, async (t) => {
    const { server, caller } = await startApi(t, await configure(t));
    const clients = makeClients(t, server);
    const world = new World(caller);
    const made = {};
    for (const { kind, count } of Object.values(lists)) {
      made[kind] = [];
      for (let i = 0; i < count; ++i) made[kind].push(await world.make(kind, { name: `${kind}-${i % 2}`, tags: { i: `${i}` } }));
    }
    const arns = (page) => page.map(({ arn }) => arn);

    for (const [name, { kind, items, count, usual = count }] of Object.entries(lists)) {
      await t.test(`${name} gives every item once, whatever the page`, async () => {
        assert.equal((await caller.get(name))[items].length, usual, 'without maxResults');
        const whole = (await caller.get(name, { maxResults: most(name) }))[items];
        assert.deepEqual(arns(whole).sort(), [...made[kind]].sort());
        assert.equal((await caller.get(name, { maxResults: most(name) })).nextToken, undefined, 'no token after the last');
        for (let size = 1; size <= count; ++size) {
          const found = await pages(caller, name, items, { maxResults: size });
          assert.deepEqual(found.flat(), whole, `pages of ${size}`);
          assert.deepEqual(found.map((page) => page.length),
            Array.from({ length: Math.ceil(count / size) }, (_, i) => Math.min(size, count - i * size)));
        }
        const collected = [];
        for await (const page of sdks[operation(name).service][`paginate${name}`]({ client: clients[operation(name).service], pageSize: 2 }, {})) collected.push(...page[items]);
        assert.deepEqual(arns(collected), arns(whole), 'the paginator of the SDK');
      });
    }

    await t.test('summaries say what the whole says', async () => {
      const { channels } = await caller.get('ListChannels', { maxResults: 1 });
      const { channel } = await caller.get('GetChannel', { arn: channels[0].arn });
      for (const [member, value] of Object.entries(channels[0])) assert.deepEqual(value, channel[member], member);
      for (const member of ['playbackUrl', 'ingestEndpoint', 'srt', 'containerFormat', 'multitrackInputConfiguration']) {
        assert.equal(channels[0][member], undefined, member);
      }
    });

    await t.test('ListChannels by name, page by page', async () => {
      const named = await pages(caller, 'ListChannels', 'channels', { filterByName: 'channel-0', maxResults: 3 });
      assert.deepEqual(named.map((page) => page.length), [3, 1]);
      assert.ok(named.flat().every(({ name }) => name === 'channel-0'));
      assert.deepEqual((await caller.get('ListChannels', { filterByName: 'channel' })).channels, [], 'whole names only');
    });

    await t.test('ListRooms and ListLoggingConfigurations: what was updated last comes first', async () => {
      for (const [kind, list, items, update] of [
        ['room', 'ListRooms', 'rooms', 'UpdateRoom'],
        ['logging', 'ListLoggingConfigurations', 'loggingConfigurations', 'UpdateLoggingConfiguration'],
      ]) {
        const order = async () => arns((await caller.get(list))[items]);
        const first = await order();
        if (kind === 'room') assert.deepEqual(first, [...made.room].reverse());
        const last = first.at(-1);
        await caller.get(update, { identifier: last, name: `${kind}-0` });
        if (kind === 'room') assert.deepEqual(await order(), [last, ...first.slice(0, -1)]);
        const [summary] = (await caller.get(list))[items].filter((one) => one.arn === last);
        const whole = await caller.get(kind === 'room' ? 'GetRoom' : 'GetLoggingConfiguration', { identifier: last });
        for (const [member, value] of Object.entries(summary)) assert.deepEqual(value, whole[member], member);
        assert.equal(whole.id, last.split('/')[1]);
        assert.ok(Date.parse(whole.updateTime) >= Date.parse(whole.createTime), `${whole.createTime} ${whole.updateTime}`);
      }
      // A room that is updated between two pages may come twice, but none is lost.
      const whole = arns((await caller.get('ListRooms')).rooms);
      const one = await caller.get('ListRooms', { maxResults: 2 });
      await caller.get('UpdateRoom', { identifier: whole[4], name: 'moved' });
      const two = await caller.get('ListRooms', { nextToken: one.nextToken });
      assert.deepEqual([...new Set([...arns(one.rooms), ...arns(two.rooms), whole[4]])].sort(), [...whole].sort());
      await caller.get('UpdateRoom', { identifier: whole[4], name: 'room-0' });
    });

    await t.test('ListRooms by name, review handler and logs', async () => {
      const uri = 'arn:aws:lambda:us-west-2:123456789012:function:filter';
      const reviewed = (await caller.get('CreateRoom', { name: 'filtered', messageReviewHandler: { uri } })).arn;
      const logged = (await caller.get('CreateRoom', { name: 'filtered', loggingConfigurationIdentifiers: [made.logging[1], made.logging[0]] })).arn;
      const list = async (input) => arns((await caller.get('ListRooms', input)).rooms);
      assert.deepEqual(await list({ name: 'filtered' }), [logged, reviewed]);
      assert.deepEqual(await list({ name: 'filter' }), [], 'whole names only');
      assert.deepEqual(await list({ messageReviewHandlerUri: uri }), [reviewed]);
      assert.deepEqual(await list({ messageReviewHandlerUri: `${uri}-other` }), []);
      assert.deepEqual(await list({ loggingConfigurationIdentifier: made.logging[0] }), [logged]);
      assert.deepEqual(await list({ loggingConfigurationIdentifier: made.logging[2] }), []);
      assert.deepEqual(await list({ name: 'filtered', messageReviewHandlerUri: uri }), [reviewed], 'both filters');
      const paged = await pages(caller, 'ListRooms', 'rooms', { name: 'filtered', maxResults: 1 });
      assert.deepEqual(arns(paged.flat()), [logged, reviewed]);
      for (const identifier of [reviewed, logged]) await caller.get('DeleteRoom', { identifier });
    });

    await t.test('the stream key of a channel: one unless asked for more, and without its value', async () => {
      const channelArn = made.channel[0];
      const { streamKeys } = await caller.get('ListStreamKeys', { channelArn });
      assert.equal(streamKeys.length, 1);
      assert.equal(streamKeys[0].channelArn, channelArn);
      assert.equal(streamKeys[0].value, undefined);
      assert.deepEqual((await caller.get('ListStreamKeys', { channelArn, maxResults: 50 })).streamKeys, streamKeys);
      assert.deepEqual(await caller.get('ListStreams'), { streams: [] });
      assert.deepEqual(await caller.get('ListStreamSessions', { channelArn }), { streamSessions: [] });
    });

    for (const name of paginated) {
      await t.test(`${name} refuses tokens that it did not give`, async () => {
        const input = /StreamKeys|StreamSessions/.test(name) ? { channelArn: made.channel[0] } : {};
        const { nextToken } = await caller.get(name === 'ListChannels' ? 'ListRecordingConfigurations' : 'ListChannels',
          { maxResults: 1 });
        for (const token of ['a', 'AAAA', 'bm90LWEtdG9rZW4', '=', '////', nextToken, `${nextToken}A`, nextToken.slice(0, -2)]) {
          assertError(`${name} ${token}`, await caller.call(name, { ...input, nextToken: token }), 'ValidationException');
          covered(name, 'error');
        }
      });
    }

    await t.test('batches answer for each, and never fail as a whole', async () => {
      const id = made.channel[0].split('/')[1];
      const bad = [
        arnOf('channel', 'absent000000'), arnOf('channel', id, { region: 'eu-west-1', account: '000000000000' }),
        arnOf('channel', id, { region: 'local', account: '123456789012' }),
      ];
      const whole = await caller.get('BatchGetChannel', { arns: [made.channel[0], ...bad, made.channel[1]] });
      assert.deepEqual(arns(whole.channels), [made.channel[0], made.channel[1]]);
      assert.deepEqual(whole.channels[0], (await caller.get('GetChannel', { arn: made.channel[0] })).channel);
      assert.deepEqual(arns(whole.errors), bad);
      for (const { code, message } of whole.errors) {
        assert.equal(code, 'ResourceNotFoundException');
        assert.ok(message);
      }
      const output = await send(clients, 'BatchGetChannel', { arns: bad });
      assert.deepEqual(output.channels, []);
      assert.equal(output.errors.length, 3);

      const { streamKeys } = await caller.get('ListStreamKeys', { channelArn: made.channel[1] });
      const missing = arnOf('stream-key', 'absent000000');
      const keys = await caller.get('BatchGetStreamKey', { arns: [missing, streamKeys[0].arn] });
      assert.deepEqual(keys.streamKeys, [(await caller.get('GetStreamKey', { arn: streamKeys[0].arn })).streamKey]);
      assert.deepEqual(arns(keys.errors), [missing]);

      const sessions = [made.channel[0], ...bad].map((channelArn, i) => ({ channelArn, viewerId: `viewer-${i}` }));
      const revoked = await caller.get('BatchStartViewerSessionRevocation', { viewerSessions: sessions });
      assert.deepEqual(revoked.errors.map(({ channelArn, viewerId }) => ({ channelArn, viewerId })), sessions.slice(1));
      for (const name of ['BatchGetChannel', 'BatchGetStreamKey', 'BatchStartViewerSessionRevocation']) covered(name, 'error');
    });

    await t.test('what was deleted between two pages does no harm', async () => {
      const first = await caller.get('ListChannels', { maxResults: 3 });
      const whole = arns((await caller.get('ListChannels')).channels);
      await world.drop('channel', first.channels[2].arn); // where the token stands
      await world.drop('channel', whole[3]); // what would come next
      const rest = await pages(caller, 'ListChannels', 'channels', { maxResults: 3, nextToken: first.nextToken });
      assert.deepEqual(arns((await caller.get('ListChannels', { nextToken: first.nextToken })).channels), whole.slice(4));
      assert.ok(rest.flat().length > 0);
    });
  });

  test(`tags over ${database}`, async (t) => {
    const { server, caller, world } = await startApi(t, await configure(t));
    const clients = makeClients(t, server);
    const gets = {
      channel: ['GetChannel', 'channel'], streamKey: ['GetStreamKey', 'streamKey'], keyPair: ['GetPlaybackKeyPair', 'keyPair'],
      policy: ['GetPlaybackRestrictionPolicy', 'playbackRestrictionPolicy'], ads: ['GetAdConfiguration', 'adConfiguration'],
      recording: ['GetRecordingConfiguration', 'recordingConfiguration'], room: ['GetRoom'], logging: ['GetLoggingConfiguration'],
    };
    for (const kind of Object.keys(kinds)) {
      await t.test(`tags of ${kind}`, async () => {
        const resourceArn = await world.make(kind);
        const [get, member] = gets[kind];
        const [list, tag, untag] = ['ListTagsForResource', 'TagResource', 'UntagResource']
          .map((name) => (operation(get).service === 'ivs' ? name : `${operation(get).service}:${name}`));
        const tagsNow = async () => {
          const { tags } = await send(clients, list, { resourceArn });
          const shown = await caller.get(get, namedBy(kind, resourceArn));
          assert.deepEqual((member ? shown[member] : shown).tags ?? {}, tags, 'the resource shows them');
          return tags;
        };
        assert.deepEqual(await tagsNow(), {});
        const tags = { 'ключ 鍵': 'значение', 'a/b:c=d+e@f.g_h-i': '', 'with space': '𝕏 ' };
        await send(clients, tag, { resourceArn, tags });
        assert.deepEqual(await tagsNow(), tags);
        await send(clients, tag, { resourceArn, tags: { 'with space': 'changed', __proto__x: 'y' } });
        assert.deepEqual(await tagsNow(), { ...tags, 'with space': 'changed', __proto__x: 'y' });
        await send(clients, untag, { resourceArn, tagKeys: ['ключ 鍵', 'absent', 'with space', '__proto__x'] });
        assert.deepEqual(await tagsNow(), { 'a/b:c=d+e@f.g_h-i': '' });
        await send(clients, untag, { resourceArn, tagKeys: ['a/b:c=d+e@f.g_h-i', 'a/b:c=d+e@f.g_h-i'] });
        assert.deepEqual(await tagsNow(), {});

        await caller.get(tag, { resourceArn, tags: tagsOf(50) });
        await caller.get(tag, { resourceArn, tags: { 'key-7': 'again' } });
        const full = { ...tagsOf(50), 'key-7': 'again' };
        assert.deepEqual(await tagsNow(), full);
        const more = await caller.call(tag, { resourceArn, tags: { 'one-more': '' } });
        assertError('tag 51', more, 'ValidationException');
        assert.deepEqual(await tagsNow(), full, 'nothing of it was taken');
        await caller.get(untag, { resourceArn, tagKeys: Object.keys(full) });
        assert.deepEqual(await tagsNow(), {});
        await world.drop(kind, resourceArn);
        for (const [name, input] of [[list, {}], [tag, { tags: { a: 'b' } }], [untag, { tagKeys: ['a'] }]]) {
          assertError(name, await caller.call(name, { resourceArn, ...input }), 'ResourceNotFoundException');
          covered(name, 'error');
        }
      });
    }
  });
}
