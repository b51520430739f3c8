// The generators of the API's tests against the facts themselves: no operation and no member is
// forgotten, and each case breaks what it says and nothing else. Needs no server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { casesOf } from './support/api_cases.mjs';
import { inputBreaches, inputMembers, ivs, ivschat, operations, typeOf } from './support/model.mjs';
import { minimal } from './support/api_values.mjs';

/** Names of all members at any depth: "viewerSessions.channelArn". */
function* membersWithin(members, before = '') {
  for (const member of members) {
    const path = `${before}${member.name}`;
    yield path;
    let type = typeOf(member);
    while (type.type === 'list') type = typeOf(type.items);
    if (type.type === 'structure') yield* membersWithin(type.members, `${path}.`);
  }
}

test('the facts are those of whole services', () => {
  assert.deepEqual([ivs, ivschat].map(({ counts }) => counts.operations), [41, 17]);
  assert.deepEqual([ivs, ivschat].map((facts) => facts.operations.length), [41, 17]);
  assert.equal(new Set(operations.map(({ name }) => name)).size, 58);
});

for (const operation of operations) {
  test(`cases of ${operation.name} are what they say`, () => {
    const base = minimal({ members: inputMembers(operation) });
    assert.deepEqual(inputBreaches(operation.name, base), []);
    const cases = casesOf(operation.name);
    for (const { form, what, build, beyond } of cases) {
      const found = inputBreaches(operation.name, JSON.parse(JSON.stringify(build(base))));
      // The pattern of tag ARNs cannot be met as written.
      if (form === 'boundary' || beyond) assert.deepEqual(found, [], what);
      else if (!/^resourceArn/.test(what)) {
        const breaks = what.endsWith(' = ""') ? found.length > 0 : found.length === 1;
        assert.ok(breaks, `${what}: ${found}`);
      }
    }
    assert.equal(new Set(cases.map(({ form, what }) => form + what)).size, cases.length, 'each once');
    for (const path of membersWithin(inputMembers(operation))) {
      const named = (what) => what.replace(/\[\d+\]/g, '').replace(/'s (key|value)/, '').startsWith(`${path} `);
      assert.ok(cases.some(({ form, what }) => form === 'invalid' && named(what)), `${path} is never refused`);
      if (path === 'publicKeyMaterial') continue; // accepted ones are made with openssl
      assert.ok(cases.some(({ form, what }) => form === 'boundary' && named(what)) || path === 'nextToken',
        `${path} is never at its bounds`);
    }
  });
}
