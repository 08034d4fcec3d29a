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
const tints = {
  accent: 'border-accent/35 bg-accent/6 [&>svg]:text-accent',
  ok: 'border-ok/35 bg-ok/6 [&>svg]:text-ok',
  warn: 'border-warn/40 bg-warn/6 [&>svg]:text-warn',
  bad: 'border-bad/40 bg-bad/6 [&>svg]:text-bad',
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
