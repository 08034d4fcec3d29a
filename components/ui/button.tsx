import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import { type ButtonSize, type ButtonVariant, buttonLook } from './button-look';
import { cn } from './class-names';
import { Spinner } from './spinner';

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Work is under way: keeps its width and its focus, ignores presses, tells screen readers. */
  busy?: boolean;
  icon?: ReactNode;
}

function ignorePress(event: MouseEvent) {
  event.preventDefault();
}

export function Button({
  variant = 'secondary',
  size = 'md',
  busy = false,
  icon,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled']}
      // A server component passes no handler, and none may be invented for it.
      {...(busy ? { onClick: ignorePress } : onClick ? { onClick } : {})}
      className={buttonLook(variant, size, className)}
    >
      {busy && <Spinner className="absolute" />}
      <span className={cn('inline-flex min-w-0 items-center gap-[inherit]', busy && 'opacity-0')}>
        {icon}
        <span className="truncate">{children}</span>
      </span>
    </button>
  );
}
