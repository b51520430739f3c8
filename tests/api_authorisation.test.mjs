// Who may call what: every operation without a signature, with a wrong one, and with keys whose
// rights do not cover it. Signatures come from our own signer, which can err where SDKs cannot.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { arnOf } from './support/api_values.mjs';
import { scenarios } from './support/api_world.mjs';
import { countOf, covered } from './support/coverage.mjs';
import { all, assertError, assertSuccess, Caller, errorOf, makeClient, requestOf, send } from './support/ivs.mjs';
import { operations } from './support/model.mjs';

/**
 * What the names of the API call reading; the model's `readonly` is wrong about revocations. Whoever
 * reads the value of a stream key may publish with it.
 */
const reads = (name) => /^(Get|List|BatchGet)(?!StreamKey$)/.test(name);
const neighbour = { ivs: 'ivschat', ivschat: 'ivs' };
const minutes = (count) => new Date(Date.now() + count * 60_000);

test('every operation asks who is calling', async (t) => {
  const { server, caller, world } = await startApi(t);
  const { accessKeyId, secretAccessKey } = caller.key;
  const channel = await world.make('channel');
  const keys = {
    readOnly: await caller.withKey(t, { name: 'reader', access: 'READ_ONLY' }),
    other: await caller.withKey(t, { name: 'other', resource: channel }),
    ivschat: await caller.withKey(t, { name: 'chat', service: 'ivschat' }),
    same: {
      ivs: await caller.withKey(t, { name: 'same', resource: arnOf('*', '*') }),
      ivschat: await caller.withKey(t, { name: 'same', resource: arnOf('*', '*', undefined, 'ivschat') }),
    },
    ivs: await caller.withKey(t, { name: 'ivs', service: 'ivs' }),
  };

  const wrong = {
    'no signature': [(request) => caller.unsigned(request), 'MissingAuthenticationTokenException'],
    'a wrong secret': [(request) => caller.raw(request, { secretAccessKey: `${secretAccessKey}x` }), 'InvalidSignatureException'],
    'an unknown key': [(request) => caller.raw(request, { accessKeyId: 'AKIA2222222222222222' }), 'UnrecognizedClientException'],
    'a date 6 minutes ago': [(request) => caller.raw(request, { date: minutes(-6) }), 'InvalidSignatureException'],
    'a date in 6 minutes': [(request) => caller.raw(request, { date: minutes(6) }), 'InvalidSignatureException'],
    'the date of last year': [(request) => caller.raw(request, { date: minutes(-525_600) }), 'InvalidSignatureException'],
    'another service in the scope': [(request) => caller.raw(request, { service: 's3' }), 'InvalidSignatureException'],
    'the neighbour in the scope': [(request) => caller.raw(request, { service: neighbour[request.service] }), 'InvalidSignatureException'],
    'another body': [(request) => caller.raw({
      ...request, headers: caller.signatureOf({ ...request, body: '{"maxResults":99}' }),
    }, { given: true }), 'InvalidSignatureException'],
    'a key of another service': [(request) => keys[neighbour[request.service]].raw(request), 'AccessDeniedException'],
    'a key for another ARN': [(request) => keys.other.raw(request), 'AccessDeniedException'],
  };

  for (const { name, service, command, uri } of operations) {
    const { base, undo, idle } = scenarios[name];
    await t.test(name, async () => {
      const input = await base(world);
      const request = requestOf(name, input);
      // The tag routes are those of both services: the ARN tells which.
      const rows = Object.entries(wrong).filter(([what]) => !(uri.startsWith('/tags/') && what.startsWith('the neighbour')));
      await all(rows.map(([what, [ask, error]]) => async () => {
        assertError(`${name} with ${what}`, await ask(request), error, 403);
        covered(name, 'authorisation');
      }));
      // Who calls is asked before what they say.
      const nonsense = { ...request, body: request.method === 'POST' ? '{"arn":7' : '' };
      assertError(name, await caller.unsigned(nonsense), 'MissingAuthenticationTokenException', 403);

      const allowed = async (key) => {
        const answer = await key.call(name, await base(world));
        if (idle) return assertError(name, answer, idle);
        assertSuccess(name, answer);
        return undo?.(world, answer.body);
      };
      if (reads(command)) await allowed(keys.readOnly);
      else assertError(`${name} with a key that only reads`, await keys.readOnly.call(name, input), 'AccessDeniedException');
      await allowed(keys[service]);
      if (Object.keys(input).some((member) => /^(arn|arns|(channel|resource)Arn|viewerSessions|(roomI|i)dentifier)$/.test(member))) {
        await allowed(keys.same[service]);
      }
      covered(name, 'authorisation', 3);
    });
  }

  await t.test('no operation was forgotten', () => {
    for (const { name } of operations) assert.ok(countOf(name, 'authorisation') >= Object.keys(wrong).length, name);
  });

  await t.test('the key for one channel works there, and nowhere else', async () => {
    const { channel: whole } = await keys.other.get('GetChannel', { arn: channel });
    assert.equal(whole.arn, channel);
    await keys.other.get('UpdateChannel', { arn: channel, name: 'mine' });
    await keys.other.get('ListTagsForResource', { resourceArn: channel });
    const another = await world.make('channel');
    for (const [name, input] of [
      ['GetChannel', { arn: another }], ['BatchGetChannel', { arns: [channel, another] }], ['DeleteChannel', { arn: another }],
      ['BatchStartViewerSessionRevocation', { viewerSessions: [{ channelArn: channel, viewerId: 'a' }, { channelArn: another, viewerId: 'a' }] }],
      ['TagResource', { resourceArn: another, tags: { a: 'b' } }], ['ListChannels', {}], ['CreateChannel', {}],
    ]) assertError(name, await keys.other.call(name, input), 'AccessDeniedException');
  });

  await t.test('no key makes one that may do more', async () => {
    const ask = (by, name, input) => by.raw({ method: 'POST', path: `/${name}`, body: JSON.stringify(input) }, { service: 'rostrum' });
    const rules = await caller.withKey(t, { name: 'rules', service: 'rostrum' });
    const planned = await caller.withKey(t, { name: 'planned', usagePlan: { requestsPerDay: 1000 } });
    const more = [{}, { service: 'ivs' }, { access: 'READ_ONLY' }];
    for (const by of [rules, planned, keys.readOnly, keys.same.ivs, keys.ivs, keys.ivschat]) {
      for (const input of more) {
        assertError(JSON.stringify(input), await ask(by, 'CreateAccessKey', input), 'AccessDeniedException', 403);
      }
      assertError('deleting', await ask(by, 'DeleteAccessKey', { accessKeyId }), 'AccessDeniedException', 403);
    }
    const made = await ask(rules, 'CreateAccessKey', { service: 'rostrum', access: 'READ_ONLY' });
    assert.equal(made.status, 200, made.text);
    assert.equal((await ask(rules, 'DeleteAccessKey', { accessKeyId: made.body.accessKey.accessKeyId })).status, 204);
    assertError('itself', await ask(caller, 'DeleteAccessKey', { accessKeyId }), 'ConflictException', 409);
    assertSuccess('ListStreamKeys', await keys.readOnly.call('ListStreamKeys', { channelArn: channel }));
  });

  await t.test('a key that was deleted opens nothing any more', async () => {
    const key = await caller.withKey(t, { name: 'short' });
    await key.get('ListChannels');
    await caller.own('DeleteAccessKey', { accessKeyId: key.key.accessKeyId });
    assertError('ListChannels', await key.call('ListChannels'), 'UnrecognizedClientException', 403);
  });

  await t.test('a usage plan is kept', async () => {
    const key = await caller.withKey(t, { usagePlan: { requestsPerDay: 3 } });
    for (let i = 0; i < 3; ++i) await key.get('ListChannels');
    assertError('the fourth', await key.call('ListChannels'), 'ThrottlingException', 429);
    const quick = await caller.withKey(t, { usagePlan: { requestsPerSecond: 2 } });
    const answers = await Promise.all(Array.from({ length: 30 }, () => quick.call('ListChannels')));
    const refused = answers.filter(({ status }) => status !== 200);
    assert.ok(refused.length >= 10, `${refused.length} of 30 at once`);
    for (const answer of refused) assertError('too quick', answer, 'ThrottlingException', 429);
    await caller.get('ListChannels');
  });

  await t.test('what is signed is read, whatever form of signing', async () => {
    const request = requestOf('ListChannels', { maxResults: 1 });
    const answers = {
      'with the hash of the body': await caller.raw(request, { hashHeader: true }),
      'with more signed headers': await caller.raw({ ...request, headers: { 'x-amz-user-agent': 'a  b ', 'amz-sdk-request': 'attempt=1' } }),
      'four minutes late': await caller.raw(request, { date: minutes(-4) }),
      'four minutes early': await caller.raw(request, { date: minutes(4) }),
      'for another region': await caller.raw(request, { region: 'eu-west-1' }),
      'with a content type of another kind': await caller.raw({ ...request, headers: { 'content-type': 'application/json; charset=utf-8' } }),
    };
    for (const [what, answer] of Object.entries(answers)) assertSuccess('ListChannels', answer, what);
  });

  await t.test('signatures that are not right', async () => {
    const request = requestOf('ListChannels', {});
    const good = caller.signatureOf(request);
    const authorization = (change) => ({ ...good, authorization: change(good.authorization) });
    const rows = {
      'a header changed': [{ ...good, 'content-type': 'application/xml' }, 'InvalidSignatureException'],
      'another path': [good, 'InvalidSignatureException', '/ListStreams'],
      'another query': [good, 'InvalidSignatureException', '/ListChannels?a=b'],
      'upper-case signature': [authorization((text) => text.replace(/[0-9a-f]{64}$/, (hex) => hex.toUpperCase())), 'InvalidSignatureException'],
      'a signature cut short': [authorization((text) => text.slice(0, -1)), 'InvalidSignatureException'],
      'no signature': [authorization((text) => text.replace(/, Signature=.*/, '')), 'IncompleteSignature'],
      'no signed headers': [authorization((text) => text.replace(/SignedHeaders=[^,]*, /, '')), 'IncompleteSignature'],
      'no credential': [authorization((text) => text.replace(/Credential=[^,]*, /, '')), 'IncompleteSignature'],
      'a credential without a scope': [authorization((text) => text.replace(/(Credential=[^/]*)[^,]*/, '$1')), 'IncompleteSignature'],
      'another algorithm': [authorization((text) => text.replace('SHA256', 'SHA1')), 'IncompleteSignature'],
      'a bearer token': [authorization(() => 'Bearer abc'), 'IncompleteSignature'],
      'no date': [{ ...good, 'x-amz-date': undefined }, 'IncompleteSignature'],
      'a date of another form': [{ ...good, 'x-amz-date': '2026-11-22T02:00:00Z' }, 'IncompleteSignature'],
      'an unsigned payload': [caller.signatureOf({ ...request, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }), 'InvalidSignatureException'],
      'the host unsigned': [caller.signatureOf(request, { leaveUnsigned: ['host'] }), 'InvalidSignatureException'],
      'an amz header unsigned': [
        caller.signatureOf({ ...request, headers: { 'x-amz-target': 'a' } }, { leaveUnsigned: ['x-amz-target'] }),
        'InvalidSignatureException'],
      'an endless header': [authorization((text) => text.replace('SignedHeaders=', `SignedHeaders=${'a;'.repeat(3000)}`)), 'IncompleteSignature'],
      'a session token': [caller.signatureOf(request, { sessionToken: 'FwoGZXIvYXdzE' }), 'UnrecognizedClientException'],
    };
    await all(Object.entries(rows).map(([what, [headers, error, path = request.path]]) => async () => {
      const kept = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
      assertError(what, await caller.raw({ ...request, path, headers: kept }, { given: true }), error, 403);
    }));
    // The same headers, untouched, are good; and again, within their time.
    for (let i = 0; i < 2; ++i) {
      assertSuccess('ListChannels', await caller.raw({ ...request, headers: good }, { given: true }));
    }
    const log = server.output().split('\n').filter((line) => !line.includes('"accessKeyId"')); // that of readiness
    assert.ok(!log.join('\n').includes(secretAccessKey), 'the secret is in no log');
  });

  await t.test('the SDK learns the time from the answer', async () => {
    // It knows a clock that is wrong by these two words.
    const late = await caller.call('ListChannels', {}, { date: minutes(-20) });
    assert.match(late.body.message, /Signature expired/);
    const client = makeClient(t, server, { maxAttempts: 3, systemClockOffset: -20 * 60_000 });
    const { $metadata } = await send(client, 'ListChannels', {});
    assert.equal($metadata.attempts, 2);
    const wrongKey = makeClient(t, server, { credentials: { accessKeyId, secretAccessKey: 'wrong' } });
    await assert.rejects(send(wrongKey, 'ListChannels', {}), { name: 'InvalidSignatureException' });
  });
});

test('the region of signatures may be fixed', async (t) => {
  const { caller } = await startApi(t, { api: { signing_region: 'eu-central-1' } }, { region: 'eu-central-1' });
  const request = requestOf('ListChannels', {});
  assertSuccess('ListChannels', await caller.raw(request));
  assert.equal(errorOf(await caller.raw(request, { region: 'local' })), 'InvalidSignatureException');
});
