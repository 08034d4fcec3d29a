'use client';

import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { ReactNode } from 'react';
import { cn } from './class-names';

export interface Segment<T extends string> {
  value: T;
  label: string;
  icon?: ReactNode;
  /** Shows only the icon; the label is read aloud and shown on hover. */
  iconOnly?: boolean;
  disabled?: boolean;
}

export interface SegmentedControlProps<T extends string> {
  value: T;
  onValueChange: (value: T) => void;
  segments: readonly Segment<T>[];
  /** What is being chosen. */
  label: string;
  className?: string | undefined;
}

/** One of a few, all in sight; arrow keys move. */
export function SegmentedControl<T extends string>({
  value,
  onValueChange,
  segments,
  label,
  className,
}: SegmentedControlProps<T>) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next: T) => onValueChange(next)}
      className={cn(
        'flex h-8 w-fit max-w-full shrink-0 gap-0.5 overflow-x-auto [scrollbar-width:none] rounded-md border border-line-2 bg-raise p-0.5',
        className,
      )}
    >
      {segments.map((segment) => (
        <Radio.Root
          key={segment.value}
          value={segment.value}
          disabled={segment.disabled ?? false}
          aria-label={segment.label}
          title={segment.iconOnly ? segment.label : undefined}
          className={cn(
            segment.iconOnly ? 'px-1' : 'px-2.5',
            'flex min-w-6 shrink-0 cursor-pointer select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-sm border border-transparent text-mut outline-offset-[-1px] transition-colors hover:text-ink data-checked:border-line-2 data-disabled:cursor-not-allowed data-checked:bg-panel data-checked:text-ink data-disabled:opacity-50 data-checked:shadow-rest [&_svg]:size-4 [&_svg]:shrink-0',
          )}
        >
          {segment.icon}
          {!segment.iconOnly && segment.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
