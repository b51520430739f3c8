// The floors of the web code: client -> media -> ui -> apps. A file may import its own package, packages on
// lower floors by their name, and nothing of another package by path. Only `media` may touch hls.js, and
// `client` and `media` know nothing of React.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const allowed = {
  'packages/client': ['@noble/hashes', 'lz-string'],
  'packages/media': ['@rostrum/client', 'hls.js', 'lucide-static'],
  'packages/ui': [
    '@rostrum/client',
    '@rostrum/media',
    'react',
    'react-dom',
    '@fontsource-variable',
    'lucide-static',
    '@radix-ui',
    'qr',
    'uplot',
  ],
  'apps/console': [
    '@rostrum/client',
    '@rostrum/media',
    '@rostrum/ui',
    'react',
    'react-dom',
    '@radix-ui',
    'lucide-static',
  ],
  'apps/gallery': ['@rostrum/client', '@rostrum/media', '@rostrum/ui', 'react', 'react-dom'],
  'apps/live': [
    '@rostrum/client',
    '@rostrum/media',
    '@rostrum/ui',
    'react',
    'react-dom',
    '@radix-ui',
    'lucide-static',
  ],
  'apps/player': ['@rostrum/media'],
};
const inTests = ['vitest', 'node:fs', 'node:crypto', 'axe-core'];
const importPattern =
  /^\s*(?:import|export)\s[\w*{},\s$]*?\bfrom\s*["']([^"']+)["']|^\s*@?import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;

function* sources(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (/\.(ts|tsx|css)$/.test(name)) yield path;
  }
}

const faults = [];
let files = 0;
for (const [home, names] of Object.entries(allowed)) {
  for (const path of sources(join(root, home, 'src'))) {
    files += 1;
    const isTest = /\.test\.tsx?$/.test(path);
    for (const found of readFileSync(path, 'utf8').matchAll(importPattern)) {
      const target = found[1] ?? found[2] ?? found[3];
      const where = relative(root, path);
      if (target.startsWith('.')) {
        if (!resolve(dirname(path), target).startsWith(join(root, home) + '/')) {
          faults.push(`${where}: ${target} leaves ${home}`);
        }
      } else if (
        ![...names, ...(isTest ? inTests : [])].some(
          (n) => target === n || target.startsWith(`${n}/`),
        )
      ) {
        faults.push(`${where}: ${home} may not import ${target}`);
      }
    }
  }
}
for (const fault of faults) console.error(fault);
console.log(`layers: ${files} files, ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
