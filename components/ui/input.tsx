import type { ComponentProps } from 'react';
import { cn } from './class-names';

/** Shared by everything one types into. 16 px on phones, or Safari zooms the page on focus. */
export const inputLook =
  'w-full min-w-0 rounded-md border border-edge bg-panel px-2.5 text-body text-ink transition-colors max-sm:text-[1rem] ' +
  'hover:border-dim focus-visible:border-accent focus-visible:outline-offset-0 ' +
  'disabled:cursor-not-allowed disabled:border-line-2 disabled:bg-raise disabled:text-dim [&[readonly]]:bg-raise ' +
  'aria-invalid:border-bad aria-invalid:focus-visible:outline-bad';

export interface InputProps extends ComponentProps<'input'> {
  /** Ids, URLs and secrets read better in a fixed width. */
  mono?: boolean;
}

export function Input({ className, mono = false, ...rest }: InputProps) {
  return <input {...rest} className={cn(inputLook, 'h-8', mono && 'font-mono', className)} />;
}
