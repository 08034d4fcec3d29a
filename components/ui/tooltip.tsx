'use client';

import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';
import { Kbd } from './kbd';

const openDelayMs = 400;

export interface TooltipProps {
  content: ReactNode;
  /** A key that does what the trigger does. */
  shortcut?: string;
  side?: 'top' | 'right' | 'bottom' | 'left';
  /** One focusable element; it keeps its own name, a tooltip only adds to it. */
  children: ReactElement;
}

export function Tooltip({ content, shortcut, side = 'top', children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      {/* A landmark, so that nothing on the page lies outside of one. */}
      <Base.Portal render={<aside aria-label="Hint" />}>
        <Base.Positioner side={side} sideOffset={6} className="z-50">
          <Base.Popup className="flex max-w-72 items-center gap-2 rounded-sm border border-line-2 bg-panel px-2 py-1 text-ink text-meta shadow-pop transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
            {content}
            {shortcut && <Kbd>{shortcut}</Kbd>}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** Once around the app: after the first tooltip the neighbours open without delay. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return <Base.Provider delay={openDelayMs}>{children}</Base.Provider>;
}
