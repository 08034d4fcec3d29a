'use client';

import { X } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './class-names';

export interface ChipProps extends Omit<ComponentProps<'button'>, 'value'> {
  /** "state" */
  name: string;
  /** "open, in progress"; empty means any. */
  value?: ReactNode;
  onRemove?: (() => void) | undefined;
}

/** A filter in words. Pressing it opens the choice (as the trigger of a Menu or Popover). */
export function Chip({ name, value, onRemove, className, ...rest }: ChipProps) {
  return (
    <span
      className={cn(
        'inline-flex h-7 max-w-full items-center rounded-full border bg-panel text-mut transition-colors',
        value ? 'border-line-2' : 'border-line-2 border-dashed',
        className,
      )}
    >
      <button
        {...rest}
        type="button"
        className={cn(
          'flex h-full min-w-0 items-center gap-1.5 rounded-full pl-3 hover:text-ink',
          onRemove ? 'pr-1' : 'pr-3',
        )}
      >
        {name}
        {value && <span className="truncate font-medium text-ink">{value}</span>}
      </button>
      {onRemove && (
        <button
          type="button"
          aria-label={`Remove filter ${name}`}
          onClick={onRemove}
          className="mr-0.5 grid size-6 shrink-0 place-items-center rounded-full text-dim hover:bg-hover hover:text-ink"
        >
          <X aria-hidden="true" className="size-3.5" />
        </button>
      )}
    </span>
  );
}
