'use client';

import { ScrollArea } from '@base-ui/react/scroll-area';
import type { ReactNode } from 'react';
import { cn } from './class-names';

const barLook =
  'flex justify-center opacity-0 transition-opacity duration-150 data-hovering:opacity-100 data-scrolling:opacity-100 ' +
  'data-[orientation=vertical]:w-2 data-[orientation=horizontal]:h-2 data-[orientation=horizontal]:flex-col p-px';

export interface ScrollRegionProps {
  label: string;
  /** Give it a max height here. */
  className?: string | undefined;
  children: ReactNode;
}

/** A part that scrolls by itself and can be scrolled with the keyboard. */
export function ScrollRegion({ label, className, children }: ScrollRegionProps) {
  return (
    <ScrollArea.Root className="relative flex min-h-0 flex-col">
      <ScrollArea.Viewport
        role="region"
        aria-label={label}
        className={cn('min-h-0 flex-1 outline-offset-[-2px]', className)}
      >
        {children}
      </ScrollArea.Viewport>
      <ScrollArea.Scrollbar orientation="vertical" className={barLook}>
        <ScrollArea.Thumb className="w-full rounded-full bg-edge" />
      </ScrollArea.Scrollbar>
      <ScrollArea.Scrollbar orientation="horizontal" className={barLook}>
        <ScrollArea.Thumb className="h-full rounded-full bg-edge" />
      </ScrollArea.Scrollbar>
    </ScrollArea.Root>
  );
}
