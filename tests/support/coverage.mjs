// Counts the cases that passed, operation by operation, and leaves them in build/api-coverage for
// docs/api.md (tools/generate_api docs).
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { repository } from './process.mjs';

const counts = {};

/** `forms`: valid, boundary, invalid, error, authorisation, live. */
export function covered(operation, form, count = 1) {
  counts[operation] ??= {};
  counts[operation][form] = (counts[operation][form] ?? 0) + count;
}

export const countOf = (operation, form) => counts[operation]?.[form] ?? 0;

process.on('exit', () => {
  if (!Object.keys(counts).length) return;
  const folder = `${repository}build/api-coverage`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${basename(process.argv[1], '.test.mjs')}.json`, `${JSON.stringify(counts, null, 1)}\n`);
});
