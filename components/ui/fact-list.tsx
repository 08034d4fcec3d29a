import type { ReactNode } from 'react';
import { cn } from './class-names';

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Names and values, aligned; stacked where there is no room. */
export function FactList({
  facts,
  className,
}: {
  facts: readonly Fact[];
  className?: string | undefined;
}) {
  return (
    <dl className={cn('@container grid gap-y-2', className)}>
      {facts.map((fact) => (
        <div key={fact.label} className="grid gap-x-3 @3xs:grid-cols-[7rem_minmax(0,1fr)]">
          <dt className="text-dim">{fact.label}</dt>
          {/* A button's words stand where the other values begin; its ground reaches beyond them. */}
          <dd className="min-w-0 break-words [&>button]:-ml-1.5">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
