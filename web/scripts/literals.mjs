// Nothing that people read stands in the components of the platform's pages: it is in the catalogues
// (`strings/`), where every language has it. Looks at text between tags, at attributes that are read or
// heard, and at toasts.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const areas = ['shell', 'account', 'admin', 'channel', 'manager', 'pages', 'parts'].map((area) =>
  join(root, 'apps/live/src', area),
);
const heard = new Set(['label', 'title', 'placeholder', 'alt', 'hint', 'text', 'aria-label']);
/** Names that are the same in every language. */
const names = new Set(['OBS', 'ffmpeg', 'REST', 'API', 'OpenAPI', 'JSON', 'CSV']);
const hasWords = (text) =>
  text
    .split(/[^\p{L}]+/u)
    .filter((word) => word.length > 1)
    .some((word) => !names.has(word));

function* sources(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (/\.tsx$/.test(name) && !/\.test\.tsx$/.test(name)) yield path;
  }
}

/** Texts that an expression can become. */
function* texts(node) {
  if (!node) return;
  if (node.type === 'Literal' && typeof node.value === 'string') yield node.value;
  else if (node.type === 'TemplateLiteral') for (const part of node.quasis) yield part.value.raw;
  else if (node.type === 'ConditionalExpression') {
    yield* texts(node.consequent);
    yield* texts(node.alternate);
  } else if (node.type === 'LogicalExpression') {
    yield* texts(node.left);
    yield* texts(node.right);
  } else if (node.type === 'BinaryExpression' && node.operator === '+') {
    yield* texts(node.left);
    yield* texts(node.right);
  }
}

function* said(node) {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const one of node) yield* said(one);
    return;
  }
  if (node.type === 'JSXText') yield [node, node.value];
  else if (node.type === 'JSXAttribute' && heard.has(node.name.name)) {
    const value =
      node.value?.type === 'JSXExpressionContainer' ? node.value.expression : node.value;
    for (const text of texts(value)) yield [node, text];
  } else if (node.type === 'JSXElement' || node.type === 'JSXFragment') {
    for (const child of node.children)
      if (child.type === 'JSXExpressionContainer')
        for (const text of texts(child.expression)) yield [child, text];
  } else if (node.type === 'CallExpression' && node.callee.name === 'toast') {
    for (const text of texts(node.arguments[0])) yield [node, text];
  }
  for (const [key, value] of Object.entries(node)) if (key !== 'parent') yield* said(value);
}

const faults = [];
let files = 0;
for (const area of areas) {
  for (const path of sources(area)) {
    files += 1;
    const source = readFileSync(path, 'utf8');
    const { program, errors } = parseSync(path, source, { lang: 'tsx' });
    if (errors.length > 0) faults.push(`${relative(root, path)}: cannot be read`);
    for (const [node, text] of said(program)) {
      if (!hasWords(text)) continue;
      const line = source.slice(0, node.start).split('\n').length;
      faults.push(`${relative(root, path)}:${line}: “${text.trim()}” is not in a catalogue`);
    }
  }
}
for (const fault of new Set(faults)) console.error(fault);
console.log(`literals: ${files} files, ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
