// Every member of every operation at and just beyond its bounds, missing, null and of the wrong
// type, as raw signed requests: SDKs check some of it before they send.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { casesOf } from './support/api_cases.mjs';
import { databases, startApi } from './support/api_server.mjs';
import { scenarios } from './support/api_world.mjs';
import { countOf, covered } from './support/coverage.mjs';
import { all, assertError, assertRefusal, assertSuccess } from './support/ivs.mjs';
import { operations } from './support/model.mjs';

for (const [database, configure] of databases) {
  test(`bounds over ${database}`, async (t) => {
    const { caller, world } = await startApi(t, await configure(t));

    for (const { name } of operations) {
      const { base, undo, idle } = scenarios[name];
      const run = async ({ form, what, build, outcome }) => {
        const answer = await caller.call(name, build(await base(world)));
        // Whatever was made in error goes again, or the next cases would not begin alike.
        if (answer.status < 300) await undo?.(world, answer.body);
        if (form === 'invalid') assertRefusal(name, answer, 'ValidationException', what);
        else if (outcome !== 'success') assertRefusal(name, answer, outcome, what);
        else if (idle) assertError(what, answer, idle);
        else assertSuccess(name, answer, what);
        covered(name, form);
      };
      for (const form of ['boundary', 'invalid']) {
        await t.test(`${name}: ${form}, over ${database}`, () =>
          all(casesOf(name).filter((one) => one.form === form).map((one) => () => run(one))));
      }
    }
  });
}

test('no operation was forgotten', () => {
  for (const { name, input } of operations) {
    assert.ok(countOf(name, 'boundary') >= databases.length, name);
    if (input.members.length) assert.ok(countOf(name, 'invalid') >= databases.length, name);
  }
});
