import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import left from 'lucide-static/icons/chevron-left.svg?raw';
import right from 'lucide-static/icons/chevron-right.svg?raw';
import { Drawing } from '@rostrum/ui';
import { useChannelText } from '../../strings/channel';
import './Carousel.css';

/** One row of cards, a frame at a time: by arrows, by fingers, or by Tab from card to card. */
export function Carousel({
  label,
  children,
}: {
  readonly label: string;
  readonly children: readonly ReactNode[];
}) {
  const words = useChannelText();
  const row = useRef<HTMLUListElement>(null);
  const [edges, setEdges] = useState({ before: false, after: false });
  const measure = useCallback(() => {
    const { scrollLeft = 0, scrollWidth = 0, clientWidth = 0 } = row.current ?? {};
    const next = { before: scrollLeft > 4, after: scrollLeft + clientWidth < scrollWidth - 4 };
    setEdges((now) => (now.before === next.before && now.after === next.after ? now : next));
  }, []);
  useEffect(() => {
    measure();
    if (!row.current || typeof ResizeObserver === 'undefined') return;
    const watcher = new ResizeObserver(measure);
    watcher.observe(row.current);
    return () => watcher.disconnect();
  }, [measure, children.length]);
  const turn = (direction: 1 | -1) => {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    row.current?.scrollBy({
      left: direction * row.current.clientWidth,
      behavior: isStill ? 'auto' : 'smooth',
    });
  };
  return (
    <div className="carousel" role="group" aria-label={label}>
      <ul
        ref={row}
        className="carousel-row"
        onScroll={measure}
        onKeyDown={(event) => {
          const direction = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (!direction) return;
          const links = [...event.currentTarget.querySelectorAll('a')];
          const at = links.indexOf(document.activeElement as HTMLAnchorElement);
          links[at + direction]?.focus();
          event.preventDefault();
        }}
      >
        {children.map((child, i) => (
          <li key={i}>{child}</li>
        ))}
      </ul>
      <button
        type="button"
        className="carousel-turn before"
        aria-label={words.previous}
        hidden={!edges.before}
        onClick={() => turn(-1)}
      >
        <Drawing svg={left} size={22} />
      </button>
      <button
        type="button"
        className="carousel-turn after"
        aria-label={words.next}
        hidden={!edges.after}
        onClick={() => turn(1)}
      >
        <Drawing svg={right} size={22} />
      </button>
    </div>
  );
}
