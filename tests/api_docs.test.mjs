// docs/api.md is what its generator makes of the facts, and knows every operation.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { operations } from './support/model.mjs';
import { repository } from './support/process.mjs';

const forms = ['valid', 'boundary', 'invalid', 'error', 'authorisation'];
const page = readFileSync(`${repository}docs/api.md`, 'utf8');

/** The numbers of cases in the page: {operation: {form: count}}. */
function counts() {
  const found = {};
  for (const [, name, cells] of page.matchAll(/^\| `([\w:]+)` \| (?:full|stored|partly) \|(.*)\|$/gm)) {
    const numbers = cells.split('|').slice(-forms.length).map(Number);
    found[name] = Object.fromEntries(forms.map((form, i) => [form, numbers[i]]));
  }
  return found;
}

test('every operation is in docs/api.md, proven in every form', () => {
  const found = counts();
  assert.deepEqual(Object.keys(found).sort(), operations.map(({ name }) => name).sort());
  for (const { name, input } of operations) {
    const { valid, boundary, invalid, error, authorisation } = found[name];
    assert.ok(valid > 0 && boundary > 0 && authorisation > 0, name);
    if (input?.members.length) assert.ok(invalid > 0, name);
    assert.ok(Number.isInteger(error), name);
  }
});

test('docs/api.md is as its generator makes it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-docs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  // The cases that passed are those of a run that wrote the page; all else must be of now.
  writeFileSync(join(folder, 'counts.json'), JSON.stringify(counts()));
  const made = join(folder, 'api.md');
  execFileSync(`${repository}tools/generate_api`, ['docs', made, folder]);
  assert.equal(readFileSync(made, 'utf8'), page,
    'run tests/api*.test.mjs, then tools/generate_api docs docs/api.md build/api-coverage');
});
