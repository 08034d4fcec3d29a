'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactElement, type ReactNode, useRef } from 'react';
import { buttonLook } from './button-look';
import { cn } from './class-names';

export const scrimLook =
  'fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0';

export interface DialogProps {
  open?: boolean;
  defaultOpen?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** The element that opens it; leave out when `open` is controlled. */
  trigger?: ReactElement;
  title: string;
  description?: ReactNode;
  /** Buttons, right-aligned, the safe one first. */
  footer?: ReactNode;
  size?: 'sm' | 'md' | 'lg';
  /** A press beside it does not close it: for what is seen once. */
  isSticky?: boolean;
  children?: ReactNode;
}

const widths = { sm: 'max-w-md', md: 'max-w-lg', lg: 'max-w-3xl' };

/** A question or a small form over the page. Focus stays inside and returns to where it was. */
export function Dialog({
  open,
  defaultOpen,
  onOpenChange,
  trigger,
  title,
  description,
  footer,
  size = 'md',
  isSticky = false,
  children,
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      disablePointerDismissal={isSticky}
      {...(open === undefined ? {} : { open })}
      {...(defaultOpen === undefined ? {} : { defaultOpen })}
      {...(onOpenChange ? { onOpenChange: (next: boolean) => onOpenChange(next) } : {})}
    >
      {trigger && <Base.Trigger render={trigger} />}
      <Base.Portal>
        <Base.Backdrop className={scrimLook} />
        <Base.Viewport className="fixed inset-0 z-40 flex items-start justify-center overflow-y-auto p-3 pt-[12vh]">
          <Base.Popup
            ref={popup}
            // Where the work begins: the field to type in, else the safe button. By touch a field
            // would bring up the keyboard over half of the dialog.
            initialFocus={(by) =>
              (by === 'touch' ? null : popup.current?.querySelector('input')) ??
              popup.current?.querySelector<HTMLElement>('[data-footer] button') ??
              true
            }
            className={cn(
              'flex max-h-[80dvh] w-full flex-col rounded-xl border border-line-2 bg-panel shadow-pop outline-none transition-[opacity,transform] duration-150 ease-out data-ending-style:scale-98 data-starting-style:scale-98 data-ending-style:opacity-0 data-starting-style:opacity-0',
              widths[size],
            )}
          >
            <div className="flex items-start gap-3 p-5 pb-2">
              <div className="min-w-0 flex-1">
                <Base.Title className="text-balance font-semibold text-lead">{title}</Base.Title>
                {description && (
                  <Base.Description render={<div />} className="mt-1 text-mut">
                    {description}
                  </Base.Description>
                )}
              </div>
              <CloseButton />
            </div>
            {children && <div className="min-h-0 overflow-y-auto px-5 pt-1 pb-4">{children}</div>}
            {footer && (
              <div
                data-footer=""
                className="flex flex-wrap justify-end gap-2 border-line border-t px-5 py-3"
              >
                {footer}
              </div>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

/** Shared by dialog and drawer. */
export function CloseButton() {
  return (
    <Base.Close aria-label="Close" className={buttonLook('ghost', 'sm', '-mt-1 -mr-1 w-7 px-0')}>
      <X aria-hidden="true" />
    </Base.Close>
  );
}
