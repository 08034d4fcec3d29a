import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from './class-names';

export interface NoticeProps {
  tone?: 'accent' | 'ok' | 'warn' | 'bad';
  title?: ReactNode;
  /** A Button or LinkButton, size sm. */
  action?: ReactNode;
  /** Announced when it appears after the page was read. */
  live?: boolean;
  className?: string | undefined;
  children?: ReactNode;
}

const icons = { accent: Info, ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert };
/** Mixed with a panel's ground: over the grey of a page a thin colour is mud. */
const tints = {
  accent:
    'border-accent/35 bg-[color-mix(in_oklab,var(--color-accent)_7%,var(--color-panel))] [&>svg]:text-accent',
  ok: 'border-ok/35 bg-[color-mix(in_oklab,var(--color-ok-line)_7%,var(--color-panel))] [&>svg]:text-ok',
  warn: 'border-warn/40 bg-[color-mix(in_oklab,var(--color-warn-line)_7%,var(--color-panel))] [&>svg]:text-warn',
  bad: 'border-bad/40 bg-[color-mix(in_oklab,var(--color-bad-line)_7%,var(--color-panel))] [&>svg]:text-bad',
};

/** Something the reader should know, in place and not in their way. */
export function Notice({
  tone = 'accent',
  title,
  action,
  live = false,
  className,
  children,
}: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div
      role={live ? 'status' : undefined}
      className={cn(
        'flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border px-3.5 py-2.5',
        tints[tone],
        className,
      )}
    >
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 basis-52">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="text-mut">{children}</div>}
      </div>
      {action}
    </div>
  );
}
