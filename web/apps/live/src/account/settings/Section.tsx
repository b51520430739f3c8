import { useId, type ReactNode } from 'react';

/** One thing of the settings: what it is about, and the means to change it. */
export function Section({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children: ReactNode;
}) {
  const id = useId();
  return (
    <section className="setting" aria-labelledby={id}>
      <div className="setting-words">
        <h2 id={id}>{title}</h2>
        {text && <p className="quiet">{text}</p>}
      </div>
      <div className="setting-means">{children}</div>
    </section>
  );
}
