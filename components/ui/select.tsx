'use client';

import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from './class-names';
import type { FieldControl } from './field';
import { inputLook } from './input';
import { optionLook, popupLook } from './popup-look';

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  /** A second line in the list. */
  hint?: string;
  icon?: ReactNode;
  disabled?: boolean;
}

export interface SelectProps<T extends string> {
  value: T | null;
  onValueChange: (value: T) => void;
  options: readonly SelectOption<T>[];
  /** Its name when no Field stands around it. */
  label?: string;
  placeholder?: string;
  disabled?: boolean;
  /** From Field. */
  control?: FieldControl;
  className?: string | undefined;
}

export function Select<T extends string>({
  value,
  onValueChange,
  options,
  label,
  placeholder = 'Choose',
  disabled = false,
  control,
  className,
}: SelectProps<T>) {
  const { required, ...described } = control ?? {};
  return (
    <Base.Root
      items={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onValueChange(next);
      }}
      disabled={disabled}
      required={required ?? false}
    >
      <Base.Trigger
        {...described}
        aria-label={label}
        className={cn(
          inputLook,
          'flex h-8 items-center justify-between gap-2 text-left data-disabled:cursor-not-allowed data-disabled:opacity-60',
          className,
        )}
      >
        <Base.Value placeholder={placeholder} className="truncate data-placeholder:text-dim" />
        <Base.Icon className="text-dim">
          <ChevronsUpDown aria-hidden="true" className="size-3.5" />
        </Base.Icon>
      </Base.Trigger>
      {/* A landmark, so that nothing on the page lies outside of one. */}
      <Base.Portal render={<aside aria-label="Choices" />}>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Base.Popup className={cn(popupLook, 'min-w-(--anchor-width) max-w-[min(24rem,92vw)]')}>
            <Base.List className="max-h-[min(20rem,var(--available-height))] overflow-y-auto p-1">
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled ?? false}
                  className={cn(optionLook, 'pr-2')}
                >
                  {option.icon}
                  <span className="min-w-0 flex-1 py-1">
                    <Base.ItemText className="block truncate">{option.label}</Base.ItemText>
                    {option.hint && <span className="block text-dim text-meta">{option.hint}</span>}
                  </span>
                  <Base.ItemIndicator>
                    <Check aria-hidden="true" />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
