'use client';

import { type ReactNode, useId } from 'react';
import { cn } from './class-names';

/** What a control needs so that its label, hint and error are read with it: spread it. */
export interface FieldControl {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
  required?: true;
}

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong and how to put it right. */
  error?: string | undefined;
  required?: boolean;
  /** Off where every field may be empty, and saying so of each would be noise. */
  marksOptional?: boolean;
  /** Beside the label: a link to the place where the value is found. */
  action?: ReactNode;
  className?: string | undefined;
  children: (control: FieldControl) => ReactNode;
}

/** Label, control, hint and error as one thing: `<Field label="Name">{(c) => <Input {...c} />}</Field>`. */
export function Field({
  label,
  hint,
  error,
  required = false,
  marksOptional = true,
  action,
  className,
  children,
}: FieldProps) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  const errorId = error ? `${id}-error` : undefined;
  const described = [errorId, hintId].filter(Boolean).join(' ') || undefined;
  return (
    <div className={cn('grid min-w-0 grid-cols-1 content-start gap-1.5', className)}>
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="font-medium text-body">
          {label}
          {!required && marksOptional && (
            <span className="ml-1.5 font-normal text-dim text-meta">optional</span>
          )}
        </label>
        {action}
      </div>
      {children({
        id,
        'aria-describedby': described,
        'aria-invalid': error ? true : undefined,
        ...(required ? { required: true as const } : {}),
      })}
      {error && (
        <p id={errorId} role="alert" className="text-bad text-meta">
          {error}
        </p>
      )}
      {hint && (
        <p id={hintId} className="text-dim text-meta">
          {hint}
        </p>
      )}
    </div>
  );
}
