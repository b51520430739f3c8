// Writes packages/client/src/api/model/*.ts, the operations and shapes of the API as types, from the facts
// in api/*.json. With --check it only says whether they are current.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const out = join(root, 'web/packages/client/src/api/model');
const services = ['ivs', 'rostrum'];

const union = (values) => values.map((value) => `'${value}'`).join(' | ');

function typeOf(given) {
  if (given.values) return union(given.values);
  switch (given.type) {
    case 'string':
    case 'timestamp': // RFC 3339
    case 'enum':
      return 'string';
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'structure':
    case 'list':
    case 'map':
      return given.shape;
    default:
      throw new Error(`no type for ${JSON.stringify(given)}`);
  }
}

const member = (one) => `  readonly ${one.name}${one.required ? '' : '?'}: ${typeOf(one)};`;
const structure = (name, members) =>
  members.length === 0
    ? `export type ${name} = Record<string, never>;`
    : `export interface ${name} {\n${members.map(member).join('\n')}\n}`;

function shape(name, type) {
  if (type.type === 'list') {
    const item = typeOf(type.items);
    return `export type ${name} = readonly ${item.includes('|') ? `(${item})` : item}[];`;
  }
  if (type.type === 'map')
    return `export type ${name} = Readonly<Record<string, ${typeOf(type.value)}>>;`;
  return structure(name, type.members);
}

/** One file: the shapes, each operation's input and output, and a table of the operations. */
function model(service) {
  const { operations, types } = JSON.parse(readFileSync(join(root, `api/${service}.json`), 'utf8'));
  // Operations whose members travel in the path or query have clients of their own.
  const plain = operations.filter((one) => one.method === 'POST' && one.uri === `/${one.name}`);
  const rows = plain.map((one) => {
    const answer = (one.output?.members ?? []).filter((m) => m.in !== 'header');
    return {
      name: one.name,
      text: [
        structure(`${one.name}Input`, one.input?.members ?? []),
        structure(`${one.name}Output`, answer),
      ].join('\n'),
    };
  });
  const table = rows.map(
    ({ name }) => `  readonly ${name}: readonly [${name}Input, ${name}Output];`,
  );
  return (
    [
      `/** Made by scripts/api_model.mjs from api/${service}.json. */`,
      ...Object.entries(types).map(([name, type]) => shape(name, type)),
      ...rows.map(({ text }) => text),
      `/** [input, output] of each operation. */\nexport interface Operations {\n${table.join('\n')}\n}`,
    ].join('\n\n') + '\n'
  );
}

const check = process.argv.includes('--check');
mkdirSync(out, { recursive: true });
for (const service of services) {
  const path = join(out, `${service}.ts`);
  const text = await format(model(service), {
    parser: 'typescript',
    printWidth: 100,
    singleQuote: true,
  });
  if (!check) {
    writeFileSync(path, text);
    continue;
  }
  let before = '';
  try {
    before = readFileSync(path, 'utf8');
  } catch {
    // reported as old below
  }
  if (before !== text) {
    console.error(`${path} is old: run npm run api-model`);
    process.exitCode = 1;
  }
}
