// A Vite plugin: packages/ui/src/theme-first.js runs in a page's head before its first paint. It is a file of
// its own (the pages' policy allows no scripts inside them) with a lasting address, fetched beside the style
// sheet, which the first paint awaits anyway.
import { readFileSync } from 'node:fs';
import { minifySync, type Plugin } from 'vite';

export function themeFirst(): Plugin {
  const source = () =>
    readFileSync(new URL('../packages/ui/src/theme-first.js', import.meta.url), 'utf8');
  let isBuild = false;
  let asset = '';
  return {
    name: 'theme-first',
    configResolved({ command }) {
      isBuild = command === 'build';
    },
    buildStart() {
      if (!isBuild) return;
      const { code } = minifySync('theme-first.js', source());
      asset = this.emitFile({ type: 'asset', name: 'theme.js', source: code });
    },
    generateBundle() {
      if (isBuild) asset = this.getFileName(asset);
    },
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const script = isBuild
          ? `<script src="/${asset}"></script>`
          : `<script>${source()}</script>`;
        // Behind the colours of the browser's bars, which it chooses from.
        return html.replace('<title>', `${script}\n    <title>`);
      },
    },
  };
}
