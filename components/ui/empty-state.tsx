import type { ReactNode } from 'react';
import { cn } from './class-names';

export interface EmptyStateProps {
  icon: ReactNode;
  title: string;
  /** `h1` where it is the whole page. */
  heading?: 'h1' | 'h2';
  /** What will be here, and why it is not yet. */
  children: ReactNode;
  /** The next step: a Button or a LinkButton. */
  action?: ReactNode;
  className?: string | undefined;
}

export function EmptyState({
  icon,
  title,
  heading: Heading = 'h2',
  children,
  action,
  className,
}: EmptyStateProps) {
  return (
    <div className={cn('flex flex-col items-center px-6 py-12 text-center', className)}>
      <div className="mb-4 grid size-11 place-items-center rounded-lg border border-line-2 bg-raise text-mut shadow-rest [&_svg]:size-5">
        {icon}
      </div>
      <Heading className="font-semibold text-lead">{title}</Heading>
      <div className="mt-1 max-w-md text-pretty text-mut">{children}</div>
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
