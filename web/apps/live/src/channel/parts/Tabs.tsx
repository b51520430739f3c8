import { useId, useRef, type ReactNode } from 'react';
import './Tabs.css';

export interface Tab<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly content: ReactNode;
  /** Stays alive while another one is shown. */
  readonly isKept?: boolean;
}

/** Panels of which one is shown; left and right arrows go around. */
export function Tabs<T extends string>({
  label,
  tabs,
  chosen,
  onChoose,
  className = '',
}: {
  readonly label: string;
  readonly tabs: readonly Tab<T>[];
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
  readonly className?: string;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const go = (index: number) => {
    const at = (index + tabs.length) % tabs.length;
    const tab = tabs[at];
    if (!tab) return;
    onChoose(tab.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[at]?.focus();
  };
  return (
    <div className={`tab-set ${className}`}>
      <div
        ref={list}
        className="tab-list"
        role="tablist"
        aria-label={label}
        onKeyDown={(event) => {
          const now = tabs.findIndex((tab) => tab.id === chosen);
          const next = {
            ArrowRight: now + 1,
            ArrowLeft: now - 1,
            Home: 0,
            End: tabs.length - 1,
          }[event.key];
          if (next === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          go(next);
        }}
      >
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === chosen}
            aria-controls={`${id}-${tab.id}-panel`}
            tabIndex={tab.id === chosen ? 0 : -1}
            onClick={() => onChoose(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      {tabs.map((tab) => (
        <div
          key={tab.id}
          role="tabpanel"
          id={`${id}-${tab.id}-panel`}
          className={`tab-panel tab-${tab.id}`}
          aria-labelledby={`${id}-${tab.id}`}
          hidden={tab.id !== chosen}
        >
          {(tab.id === chosen || tab.isKept) && tab.content}
        </div>
      ))}
    </div>
  );
}
