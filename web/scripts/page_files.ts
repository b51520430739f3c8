// A Vite plugin: beside index.html, which serves every address, one page for each that people open first:
// pages/<first word of the address>.html, pages/channel.html for people's names and pages/directory.html. Each
// names all that its address will need (scripts, styles, the server's answers), so that they come together.
// Without it a phone finds out step by step: the app, then the page, then the page's parts, then the answers.

import type { Plugin, Rolldown } from 'vite';

export interface PageNeeds {
  /** What it fetches itself later, as ends of their paths. */
  readonly modules: readonly string[];
  /** Answers of the API that it asks for at once. */
  readonly answers?: readonly string[];
}

const link = /<link rel="stylesheet" crossorigin href="\/([^"]+)">\s*/g;

type Chunk = Rolldown.OutputChunk & {
  readonly viteMetadata?: { readonly importedCss: ReadonlySet<string> };
};

/** `pages` by their files' names; `answers` are what every page asks for. */
export function pageFiles(
  pages: Readonly<Record<string, PageNeeds>>,
  answers: readonly string[],
): Plugin {
  return {
    name: 'page-files',
    enforce: 'post',
    apply: 'build',
    generateBundle(_, bundle) {
      const index = bundle['index.html'];
      if (index?.type !== 'asset') return this.error('there is no index.html to make pages from');
      const html = String(index.source);
      const chunkAt = (file: string): Chunk | undefined => {
        const found = bundle[file];
        return found?.type === 'chunk' ? found : undefined;
      };
      const styleOf = (file: string): string => {
        const found = bundle[file];
        return found?.type === 'asset' ? String(found.source).trim() : this.error(`no ${file}`);
      };
      const fileOf = (module: string): string =>
        Object.keys(bundle).find((file) =>
          chunkAt(file)?.moduleIds.some((id) => id.endsWith(module)),
        ) ?? this.error(`no chunk has ${module}`);
      const isNew = (file: string) => !html.includes(`/${file}"`);
      for (const [name, needs] of Object.entries(pages)) {
        const files = new Set<string>();
        const add = (file: string): void => {
          const chunk = chunkAt(file);
          if (!chunk || files.has(file)) return;
          files.add(file);
          chunk.imports.forEach(add);
        };
        for (const module of needs.modules) add(fileOf(module));
        const theirs = [...files].flatMap((file) => [
          ...(chunkAt(file)?.viteMetadata?.importedCss ?? []),
        ]);
        const sheets = [...html.matchAll(link)].map(([, file]) => file as string);
        for (const file of new Set(theirs)) if (isNew(file)) sheets.push(file);
        // The styles are small and needed before anything is seen: no request of their own. The links stay,
        // disabled, so that whoever imports a script of theirs does not fetch them.
        const tags = [
          `<style>${sheets.map(styleOf).join('\n')}</style>`,
          ...sheets.map((file) => `<link rel="stylesheet" disabled href="/${file}">`),
          ...[...files]
            .filter(isNew)
            .map((file) => `<link rel="modulepreload" crossorigin href="/${file}">`),
          ...[...answers, ...(needs.answers ?? [])].map(
            (address) => `<link rel="preload" as="fetch" crossorigin href="${address}">`,
          ),
        ];
        const head = tags.map((tag) => `    ${tag}\n`).join('');
        const source = html.replace(link, '').replace('</head>', () => `${head}  </head>`);
        this.emitFile({ type: 'asset', fileName: `pages/${name}.html`, source });
      }
    },
  };
}
