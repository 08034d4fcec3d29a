import type { ReactNode } from 'react';
import { cn } from './class-names';

export interface StatProps {
  /** The figure, with its unit: "0.8 s". */
  value: ReactNode;
  /** What it is, beside it: "median · p95 2.1 s". */
  note?: ReactNode;
  className?: string | undefined;
}

export function Stat({ value, note, className }: StatProps) {
  return (
    <p className={cn('flex flex-wrap items-baseline gap-x-2', className)}>
      <span className="font-semibold text-figure tracking-[-0.02em]">{value}</span>
      {note && <span className="text-meta text-mut">{note}</span>}
    </p>
  );
}
