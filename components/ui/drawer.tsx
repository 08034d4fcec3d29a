'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { cn } from './class-names';
import { CloseButton, scrimLook } from './dialog';

export interface DrawerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** Small line above the title: an id, where it lives. */
  eyebrow?: ReactNode;
  /** Beside the close button. */
  actions?: ReactNode;
  /** Stays at the bottom while the body scrolls. */
  footer?: ReactNode;
  /**
   * Modal holds the focus and dims the page. Not modal leaves the list beside it in use, so that
   * j and k walk it while the drawer follows.
   */
  modal?: boolean;
  size?: 'md' | 'lg';
  children: ReactNode;
}

function focusList() {
  document.querySelector<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true });
}

/** One thing in detail: a sheet from the right, the whole screen on a phone. Esc closes it. */
export function Drawer({
  open,
  onOpenChange,
  title,
  eyebrow,
  actions,
  footer,
  modal = true,
  size = 'md',
  children,
}: DrawerProps) {
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        // A drawer that only follows a list gives the focus back to it.
        if (!next && !modal) focusList();
        onOpenChange(next);
      }}
      modal={modal}
      disablePointerDismissal={!modal}
    >
      <Base.Portal>
        {modal && <Base.Backdrop className={scrimLook} />}
        <Base.Popup
          // The list keeps its focus when the drawer only follows it.
          {...(modal ? {} : { initialFocus: false as const, finalFocus: false as const })}
          className={cn(
            'fixed inset-y-0 right-0 z-40 flex w-full flex-col border-line-2 bg-panel shadow-pop outline-none sm:inset-y-2 sm:right-2 sm:rounded-xl sm:border',
            'transition-[transform,opacity] duration-200 ease-out data-ending-style:translate-x-4 data-starting-style:translate-x-4 data-ending-style:opacity-0 data-starting-style:opacity-0',
            modal
              ? size === 'md'
                ? 'sm:max-w-[27rem]'
                : 'sm:max-w-[42rem]'
              : size === 'md'
                ? 'sm:max-w-(--drawer-md)'
                : 'sm:max-w-(--drawer-lg)',
            !modal && 'xl:top-4 xl:right-6 xl:bottom-5 xl:rounded-lg xl:border-line xl:shadow-rest',
          )}
        >
          <div className="flex items-start gap-2 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              {eyebrow && <div className="mb-0.5 truncate text-dim text-meta">{eyebrow}</div>}
              <Base.Title className="text-pretty break-words font-semibold text-lead">
                {title}
              </Base.Title>
            </div>
            {actions}
            <CloseButton />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer && (
            <div className="flex flex-wrap gap-2 border-line border-t px-5 py-3">{footer}</div>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
