/**
 * The little Markdown that terms and privacy pages need: headings, paragraphs, lists, emphasis and links. Made
 * into elements, never into HTML: whatever the file says, it stays text.
 */
import type { ReactNode } from 'react';

const isSafe = (href: string): boolean => /^(https?:\/\/|mailto:|\/(?![/\\])|#)/i.test(href);

const inlinePattern =
  /\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^()\s]+)\)|(https?:\/\/[^\s<>()]+[^\s<>().,;:!?])/g;

function inline(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const found of text.matchAll(inlinePattern)) {
    const [whole, strong, emphasis, label, href, bare] = found;
    if (found.index > from) parts.push(text.slice(from, found.index));
    from = found.index + whole.length;
    const key = found.index;
    if (strong) parts.push(<strong key={key}>{strong}</strong>);
    else if (emphasis) parts.push(<em key={key}>{emphasis}</em>);
    else if (label && href)
      parts.push(
        isSafe(href) ? (
          <a key={key} href={href} rel="noopener nofollow">
            {label}
          </a>
        ) : (
          label
        ),
      );
    else if (bare)
      parts.push(
        <a key={key} href={bare} rel="noopener nofollow">
          {bare}
        </a>,
      );
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

type Block =
  | { readonly kind: 'title'; readonly level: number; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: string[] }
  | { readonly kind: 'text'; lines: string[] };

export function blocksOf(source: string): Block[] {
  const blocks: Block[] = [];
  let isOpen = false;
  for (const line of source.replace(/\r\n?/g, '\n').split('\n')) {
    const title = /^(#{1,4})\s+(.+?)\s*#*$/.exec(line);
    const item = /^\s{0,3}(?:([-*+])|\d{1,3}[.)])\s+(.*)$/.exec(line);
    const last = blocks.at(-1);
    if (line.trim() === '') {
      isOpen = false;
    } else if (title) {
      blocks.push({ kind: 'title', level: (title[1] ?? '').length, text: title[2] ?? '' });
      isOpen = false;
    } else if (item) {
      const ordered = item[1] === undefined;
      const text = item[2] ?? '';
      if (last?.kind === 'list' && last.ordered === ordered) last.items.push(text);
      else blocks.push({ kind: 'list', ordered, items: [text] });
      isOpen = true;
    } else if (isOpen && last?.kind === 'list') {
      last.items.push(`${last.items.pop() ?? ''} ${line.trim()}`);
    } else if (isOpen && last?.kind === 'text') {
      last.lines.push(line.trim());
    } else {
      blocks.push({ kind: 'text', lines: [line.trim()] });
      isOpen = true;
    }
  }
  return blocks;
}

export function Markdown({ source }: { readonly source: string }) {
  return blocksOf(source).map((block, i) => {
    if (block.kind === 'title')
      return block.level <= 2 ? (
        <h2 key={i}>{inline(block.text)}</h2>
      ) : (
        <h3 key={i}>{inline(block.text)}</h3>
      );
    if (block.kind === 'text') return <p key={i}>{inline(block.lines.join(' '))}</p>;
    const items = block.items.map((item, n) => <li key={n}>{inline(item)}</li>);
    return block.ordered ? <ol key={i}>{items}</ol> : <ul key={i}>{items}</ul>;
  });
}
