'use client';

import type { ReactNode } from 'react';
import type { ButtonProps } from './button';
import { buttonLook } from './button-look';
import { cn } from './class-names';
import { Spinner } from './spinner';
import { Tooltip } from './tooltip';

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** Its name: read aloud, and shown as a tooltip. */
  label: string;
  icon: ReactNode;
  /** A key that does the same, shown in the tooltip. */
  shortcut?: string;
}

export function IconButton({
  label,
  icon,
  shortcut,
  variant = 'ghost',
  size = 'md',
  busy = false,
  className,
  onClick,
  type = 'button',
  ...rest
}: IconButtonProps) {
  const square = size === 'sm' ? 'w-7' : size === 'md' ? 'w-8' : 'w-10';
  return (
    <Tooltip content={label} {...(shortcut ? { shortcut } : {})}>
      <button
        {...rest}
        type={type}
        aria-label={label}
        aria-busy={busy || undefined}
        aria-disabled={busy || rest['aria-disabled']}
        onClick={busy ? undefined : onClick}
        className={buttonLook(variant, size, cn('px-0', square, className))}
      >
        {busy ? <Spinner /> : icon}
      </button>
    </Tooltip>
  );
}
