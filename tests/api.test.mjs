// Every operation of the control API with valid input: through the unmodified SDK and as raw
// requests, over both databases. What succeeds only on the air is in api_live.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databases, startApi } from './support/api_server.mjs';
import { scenarios } from './support/api_world.mjs';
import { countOf, covered } from './support/coverage.mjs';
import { assertError, assertSuccess, makeClients, send } from './support/ivs.mjs';
import { inputMembers, operation, operations, outputBreaches, outputMembers, statusOf, typeOf } from './support/model.mjs';

/** The one resource that an answer is about, with its members; chat's answers are the resource. */
function resourceOf(name, output) {
  if (output.arn !== undefined) return { members: outputMembers(operation(name)), value: output };
  const member = outputMembers(operation(name)).find(({ name: key }) => output[key] !== undefined);
  return member && { members: typeOf(member).members, value: output[member.name] };
}

/** What was given comes back, and what was left out has its documented default. */
function assertKept(name, input, output) {
  if (!/^(Create|Update|Import)/.test(name) || name === 'CreateChatToken') return;
  const { members, value } = resourceOf(name, output);
  const shown = new Set(members.map((member) => member.name));
  for (const member of inputMembers(operation(name))) {
    if (!shown.has(member.name)) continue;
    const given = input[member.name];
    if (given !== undefined) assert.deepEqual(value[member.name], given, `${name}: ${member.name}`);
    else if (member.default !== undefined && typeof member.default !== 'object' && member.name !== 'preset') {
      assert.equal(value[member.name], member.default, `${name}: the default of ${member.name}`);
    }
  }
}

for (const [database, configure] of databases) {
  test(`valid calls over ${database}`, async (t) => {
    const { server, caller, world } = await startApi(t, await configure(t));
    const clients = makeClients(t, server);

    for (const { name, successStatus } of operations) {
      const { base, fuller = [], undo, idle } = scenarios[name];
      await t.test(`${name} over ${database}`, async () => {
        for (const make of [base, ...fuller]) {
          const input = await make(world);
          if (idle) {
            const error = await send(clients, name, input).then(() => assert.fail('it is not on the air'), (thrown) => thrown);
            assert.equal(error.name, idle, error.message);
            assert.equal(error.$metadata.httpStatusCode, statusOf(idle));
            assert.ok(error.message && error.message !== 'UnknownError', 'clients show a text');
            assertError(name, await caller.call(name, input), idle);
            covered(name, 'error');
            continue;
          }
          const { $metadata, ...output } = await send(clients, name, input);
          assert.equal($metadata.httpStatusCode, successStatus);
          assert.ok($metadata.requestId, 'the SDK finds a request id');
          const headers = outputHeaders(name);
          const body = Object.fromEntries(Object.entries(output).filter(([key]) => !headers.has(key)));
          assert.deepEqual(outputBreaches(name, body, { dates: true }), []);
          assertKept(name, input, body);
          await undo?.(world, body);
          covered(name, 'valid');

          const again = await make(world);
          const answer = await caller.call(name, again);
          assertSuccess(name, answer);
          assertKept(name, again, answer.body);
          await undo?.(world, answer.body);
          covered(name, 'valid');
        }
      });
    }
  });
}

/** Members that the SDK takes from headers. */
const outputHeaders = (name) => new Set(
  (operation(name).output?.members ?? []).filter((member) => member.in === 'header').map((member) => member.name));

test('no operation was forgotten', () => {
  assert.deepEqual(Object.keys(scenarios).sort(), operations.map(({ name }) => name).sort());
  for (const { name } of operations) {
    assert.ok(countOf(name, scenarios[name].idle ? 'error' : 'valid') >= databases.length, name);
  }
});
