import type { ReactNode } from 'react';
import { cn } from './class-names';

/** A key as printed on a keyboard. */
export function Kbd({
  children,
  className,
}: {
  children: ReactNode;
  className?: string | undefined;
}) {
  return (
    <kbd
      className={cn(
        'inline-flex h-[1.125rem] min-w-[1.125rem] items-center justify-center rounded-xs border border-line-2 bg-raise px-1 font-mono text-dim text-micro',
        className,
      )}
    >
      {children}
    </kbd>
  );
}
