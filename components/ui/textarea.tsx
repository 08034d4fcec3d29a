import type { ComponentProps } from 'react';
import { cn } from './class-names';
import { inputLook } from './input';

export interface TextareaProps extends ComponentProps<'textarea'> {
  mono?: boolean;
}

/** Grows with its text up to its max height. */
export function Textarea({ className, mono = false, rows = 4, ...rest }: TextareaProps) {
  return (
    <textarea
      {...rest}
      rows={rows}
      className={cn(
        inputLook,
        'field-sizing-content max-h-96 min-h-20 resize-y py-1.5',
        mono && 'font-mono text-meta',
        className,
      )}
    />
  );
}
