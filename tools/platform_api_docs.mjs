#!/usr/bin/env node
// Writes docs/platform-api.md from the OpenAPI document of a running server:
//   curl -s http://localhost:8080/api/platform/v1/openapi.json | tools/platform_api_docs.mjs > docs/platform-api.md
import { readFileSync } from 'node:fs';

const { paths } = JSON.parse(readFileSync(0, 'utf8'));
const root = '/api/platform/v1';

function typeOf(schema) {
  if (schema.enum) return schema.enum.map((one) => `\`${one}\``).join(', ');
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`;
  if (schema.type === 'object') {
    const names = Object.keys(schema.properties ?? {});
    return names.length > 0 ? `{${names.join(', ')}}` : 'object';
  }
  if (schema.type === 'string') {
    const { minLength: least = 0, maxLength: most } = schema;
    return most ? `text of ${least} to ${most}` : 'text';
  }
  if (schema.minimum !== undefined) return `${schema.type} from ${schema.minimum} to ${schema.maximum}`;
  return schema.type ?? 'anything';
}

const rows = (schema) => Object.entries(schema?.properties ?? {}).map(([name, member]) =>
  `| \`${name}\`${schema.required?.includes(name) ? ' *' : ''} | ${typeOf(member)} | ${member.description ?? ''} |`);

function table(title, lines) {
  return lines.length === 0 ? [] : ['', `${title}:`, '', '| | | |', '| --- | --- | --- |', ...lines];
}

const who = { anyone: 'anyone', 'signed-in': 'signed-in people', moderator: 'moderators of the platform', administrator: 'administrators' };
const groups = new Map();
for (const [path, methods] of Object.entries(paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const group = path.startsWith(root) ? operation.tags?.[0] || 'Platform' : 'As the UGC demo';
    groups.set(group, [...(groups.get(group) ?? []), { path, method: method.toUpperCase(), operation }]);
  }
}

const out = [
  '# The API of the live platform',
  '',
  'Made by `tools/platform_api_docs.mjs` from `/api/platform/v1/openapi.json`, which the server makes from the tables',
  'that check its requests. Paths without a host stand below `/api/platform/v1`; what is marked with * is required.',
  'How to sign in, what errors look like and how the UGC demo\'s routes differ: [platform.md](platform.md#the-api).',
];
for (const [group, operations] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
  out.push('', `## ${group}`);
  for (const { path, method, operation } of operations) {
    const query = (operation.parameters ?? []).filter((one) => one.in === 'query')
      .map(({ name, required, schema }) => `| \`${name}\`${required ? ' *' : ''} | ${typeOf(schema)} | ${schema.description ?? ''} |`);
    const body = operation.requestBody?.content ?? {};
    out.push('', `### ${method} ${path.replace(root, '')}`, '',
      `${operation.summary || 'See the UGC demo'}. For ${who[operation['x-access']]}.`);
    out.push(...table('In the query', query), ...table('Takes', rows(body['application/json']?.schema)));
    if (body['application/octet-stream']) out.push('', 'Takes the file itself.');
    out.push(...table('Gives', rows(operation.responses['2XX'].content?.['application/json']?.schema)));
  }
}
console.log(out.join('\n'));
