'use client';

import { Switch as Base } from '@base-ui/react/switch';
import { type ReactNode, useId } from 'react';
import { cn } from './class-names';

export interface SwitchProps {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  label: ReactNode;
  hideLabel?: boolean;
  hint?: ReactNode;
  disabled?: boolean;
  className?: string | undefined;
}

/** For what takes effect at once; a form that is saved uses Checkbox. */
export function Switch({
  checked,
  onCheckedChange,
  label,
  hideLabel = false,
  hint,
  disabled = false,
  className,
}: SwitchProps) {
  const id = useId();
  return (
    <label
      htmlFor={id}
      className={cn(
        'flex min-h-6 items-start justify-between gap-4 has-data-disabled:cursor-not-allowed has-data-disabled:opacity-55',
        className,
      )}
    >
      <span className={cn(hideLabel && 'sr-only')}>
        {label}
        {hint && <span className="block text-dim text-meta">{hint}</span>}
      </span>
      <Base.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onCheckedChange}
        className="mt-px flex h-[1.125rem] w-8 shrink-0 items-center rounded-full bg-edge p-0.5 transition-colors data-checked:bg-ok-line"
      >
        <Base.Thumb className="size-3.5 rounded-full bg-panel shadow-rest transition-transform duration-150 ease-out data-checked:translate-x-3.5" />
      </Base.Root>
    </label>
  );
}
