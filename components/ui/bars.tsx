import { cn } from './class-names';

export interface BarsProps {
  /** Oldest first; null where nothing was measured. */
  values: readonly (number | null)[];
  /** What they show, with the figure that matters: the bars themselves are not read aloud. */
  label: string;
  /** A value in words, on hover. */
  format: (value: number) => string;
  className?: string | undefined;
}

/** A bar is never so low that it looks like none, in percent. */
const leastPercent = 8;

/**
 * One bar for each slot of time. Not a line: where few slots have a value a line shows nothing or
 * claims what was between them.
 */
export function Bars({ values, label, format, className }: BarsProps) {
  const top = Math.max(1, ...values.filter((value) => value !== null));
  // Slots are places in time and stay where they are.
  const slots = values.map((value, slot) => ({ name: `slot ${slot}`, value }));
  return (
    <div role="img" aria-label={label} className={cn('flex h-12 items-end gap-1', className)}>
      {slots.map(({ name, value }) => (
        <span
          key={name}
          title={value === null ? undefined : format(value)}
          className={cn(
            'min-w-0 flex-1 rounded-xs',
            value === null ? 'h-0.5 bg-line' : 'bg-accent',
          )}
          style={
            value === null
              ? undefined
              : { height: `${Math.max(leastPercent, (value / top) * 100)}%` }
          }
        />
      ))}
    </div>
  );
}
