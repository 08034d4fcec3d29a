import type { ReactNode } from 'react';
import { cn } from './class-names';

export interface PanelProps {
  title?: ReactNode;
  /** Right of the title: a count, a range, a small button. */
  aside?: ReactNode;
  /** `flush` lets a table or a list reach the edges. */
  padding?: 'normal' | 'flush';
  /** What the section is called when it has no visible title. */
  label?: string;
  className?: string | undefined;
  children: ReactNode;
}

/** The surface everything stands on. */
export function Panel({
  title,
  aside,
  padding = 'normal',
  label,
  className,
  children,
}: PanelProps) {
  const flush = padding === 'flush';
  return (
    <section
      aria-label={label}
      className={cn(
        'min-w-0 rounded-lg border border-line bg-panel shadow-rest',
        flush ? 'overflow-hidden' : 'p-4',
        className,
      )}
    >
      {(title || aside) && (
        <div
          className={cn(
            'flex min-h-6 items-center justify-between gap-3',
            flush ? 'border-line border-b px-4 py-2' : 'mb-3',
          )}
        >
          {title && <h2 className="truncate font-medium text-meta text-mut">{title}</h2>}
          {aside && <div className="shrink-0 text-dim text-meta">{aside}</div>}
        </div>
      )}
      {children}
    </section>
  );
}
