'use client';

import { RotateCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button';
import { cn } from './class-names';
import { CopyButton } from './copy-button';

export interface ErrorStateProps {
  /** What happened, as a sentence. */
  title: string;
  /** `h1` where it is the whole page. */
  heading?: 'h1' | 'h2';
  /** What to do about it. */
  children: ReactNode;
  /** Found again in the log; can be copied. */
  errorId?: string | undefined;
  onRetry?: (() => void) | undefined;
  retrying?: boolean;
  /** Another way out beside trying again. */
  action?: ReactNode;
  className?: string | undefined;
}

export function ErrorState({
  title,
  heading: Heading = 'h2',
  children,
  errorId,
  onRetry,
  retrying = false,
  action,
  className,
}: ErrorStateProps) {
  return (
    <div
      role="alert"
      className={cn('flex flex-col items-center px-6 py-12 text-center', className)}
    >
      <div className="mb-4 grid size-11 place-items-center rounded-lg border border-bad/40 bg-bad/8 text-bad">
        <TriangleAlert aria-hidden="true" className="size-5" />
      </div>
      <Heading className="font-semibold text-lead">{title}</Heading>
      <div className="mt-1 max-w-md text-pretty text-mut">{children}</div>
      {(onRetry || action) && (
        <div className="mt-5 flex flex-wrap justify-center gap-2">
          {onRetry && (
            <Button
              variant="primary"
              busy={retrying}
              onClick={onRetry}
              icon={<RotateCw aria-hidden="true" />}
            >
              Try again
            </Button>
          )}
          {action}
        </div>
      )}
      {errorId && (
        <div className="mt-5">
          <CopyButton value={errorId} label="Copy error id" prefix="Error id" />
        </div>
      )}
    </div>
  );
}
