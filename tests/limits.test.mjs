// Rates of API requests: those of the service when it is asked for, those of a key's usage plan.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './support/api_server.mjs';
import { assertError, assertSuccess, makeClient, send } from './support/ivs.mjs';
import { operation } from './support/model.mjs';
import { eventually } from './support/process.mjs';

const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));

/** Answers of `count` requests at once: how many were good; the others were throttled. */
async function burst(caller, count, name, input = {}) {
  const answers = await times(count, () => caller.call(name, input));
  for (const answer of answers) {
    if (answer.status === 200) assertSuccess(name, answer);
    else assertError(name, answer, 'ThrottlingException', 429);
  }
  return answers.filter(({ status }) => status === 200).length;
}

test("the service's own request rates hold where they are asked for", async (t) => {
  const { caller, server } = await startApi(t, { limits: { mode: 'ivs' } });
  for (const name of ['ListChannels', 'CreateChannel', 'ListPlaybackKeyPairs']) {
    const { defaultTps: rate } = operation(name);
    assert.ok(rate >= 1 && rate <= 20, `${name}: ${rate}`);
    await eventually(5000, 'a full second', async () => (await caller.call(name)).status === 200);
    const started = Date.now();
    const good = await burst(caller, 3 * rate + 20, name);
    const filled = rate * (Date.now() - started) / 1000;
    assert.ok(good >= Math.min(1, rate - 1) && good <= rate + filled + 1, `${name}: ${good} of ${rate} a second`);
    await eventually(5000, 'room again', async () => (await caller.call(name)).status === 200);
  }
  // Others are not held up by it, and the SDK reads the refusal for what it is: worth a retry.
  await burst(caller, 20, 'ListChannels');
  assertSuccess('ListStreams', await caller.call('ListStreams'));
  const impatient = makeClient(t, server);
  const refusals = (await Promise.allSettled(Array.from({ length: 20 }, () => send(impatient, 'ListChannels', {}))))
    .filter(({ status }) => status === 'rejected');
  assert.ok(refusals.length > 0);
  for (const { reason } of refusals) {
    assert.deepEqual([reason.name, reason.$metadata.httpStatusCode], ['ThrottlingException', 429]);
  }
  const patient = makeClient(t, server, { maxAttempts: 8 });
  await Promise.all(Array.from({ length: 8 }, () => send(patient, 'ListChannels', {})));
});

test('by default there is no rate but that of PutMetadata', async (t) => {
  const { caller } = await startApi(t);
  for (const name of ['ListChannels', 'CreateChannel', 'ListPlaybackKeyPairs']) {
    assert.equal(await burst(caller, 80, name), 80, name);
  }
});

test('a rate for everybody can be configured', async (t) => {
  const { caller } = await startApi(t, { api: { requests_per_second: 4 } });
  const started = Date.now();
  const good = await burst(caller, 40, 'ListStreams');
  assert.ok(good >= 4 && good <= 5 + 4 * (Date.now() - started) / 1000, `${good}`);
  assert.equal(await burst(caller, 4, 'ListRecordingConfigurations'), 4, 'it holds for each operation by itself');
});

test('the usage plan of a key: requests a second, requests a day', async (t) => {
  const { caller } = await startApi(t);
  const hasty = await caller.withKey(t, { usagePlan: { requestsPerSecond: 5 } });
  const started = Date.now();
  const names = ['ListChannels', 'ListStreams', 'ListPlaybackKeyPairs'];
  // The plan counts all operations together.
  const answers = await times(30, (i) => hasty.call(names[i % 3]));
  const good = answers.filter(({ status }) => status === 200).length;
  assert.ok(good >= 5 && good <= 6 + 5 * (Date.now() - started) / 1000, `${good}`);
  for (const answer of answers) if (answer.status !== 200) assertError('over the plan', answer, 'ThrottlingException', 429);
  await eventually(3000, 'the next second', async () => (await hasty.call('ListChannels')).status === 200);
  assert.equal(await burst(caller, 30, 'ListChannels'), 30, 'other keys have plans of their own, or none');

  const rare = await caller.withKey(t, { usagePlan: { requestsPerDay: 7 } });
  assert.equal(await burst(rare, 12, 'ListChannels'), 7);
  assertError('the day is not over', await rare.call('ListStreams'), 'ThrottlingException', 429);
  const { accessKeys } = await caller.own('ListAccessKeys');
  const planOf = ({ key }) => accessKeys.find(({ accessKeyId }) => accessKeyId === key.accessKeyId).usagePlan;
  assert.deepEqual([planOf(hasty), planOf(rare), planOf(caller)], [{ requestsPerSecond: 5 }, { requestsPerDay: 7 }, undefined]);
});
