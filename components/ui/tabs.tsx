'use client';

import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import { cn } from './class-names';

export interface TabItem<T extends string> {
  value: T;
  label: string;
  /** Already formatted. */
  count?: string;
  disabled?: boolean;
  content: ReactNode;
}

export interface TabsProps<T extends string> {
  /** Kept in the URL by the page. */
  value: T;
  onValueChange: (value: T) => void;
  items: readonly TabItem<T>[];
  /** What the tabs are about. */
  label: string;
  className?: string | undefined;
}

export function Tabs<T extends string>({
  value,
  onValueChange,
  items,
  label,
  className,
}: TabsProps<T>) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next: T) => onValueChange(next)}
      className={cn('min-w-0', className)}
    >
      <Base.List
        aria-label={label}
        className="relative flex gap-4 overflow-x-auto border-line border-b [scrollbar-width:none]"
      >
        {items.map((item) => (
          <Base.Tab
            key={item.value}
            value={item.value}
            disabled={item.disabled ?? false}
            className="flex h-9 shrink-0 items-center gap-1.5 rounded-sm text-mut outline-offset-[-2px] transition-colors hover:text-ink data-active:font-medium data-active:text-ink data-disabled:cursor-not-allowed data-disabled:opacity-50"
          >
            {item.label}
            {item.count !== undefined && (
              <span className="font-normal text-dim text-micro">{item.count}</span>
            )}
          </Base.Tab>
        ))}
        <Base.Indicator className="absolute bottom-0 left-0 h-0.5 w-(--active-tab-width) translate-x-(--active-tab-left) bg-ink transition-[translate,width] duration-200 ease-out" />
      </Base.List>
      {items.map((item) => (
        <Base.Panel key={item.value} value={item.value} className="pt-4 outline-offset-4">
          {item.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
