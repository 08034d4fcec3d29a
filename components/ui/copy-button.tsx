'use client';

import { Check, Copy, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { cn } from './class-names';

const shownMs = 1600;
/** Shows the ends of a long id, the parts by which people tell two apart. */
const shownCharsMax = 20;

function shorten(value: string): string {
  return value.length <= shownCharsMax ? value : `${value.slice(0, 8)}…${value.slice(-6)}`;
}

export interface CopyButtonProps {
  value: string;
  /** What is copied: "Copy connection id". */
  label: string;
  /** A word before the value. */
  prefix?: string;
  /** Only the icon, for tight places. */
  iconOnly?: boolean;
  /** Shows the value in full. */
  full?: boolean;
  className?: string | undefined;
}

export function CopyButton({
  value,
  label,
  prefix,
  iconOnly = false,
  full = false,
  className,
}: CopyButtonProps) {
  const [state, setState] = useState<'rest' | 'copied' | 'failed'>('rest');

  useEffect(() => {
    if (state === 'rest') return;
    const timer = setTimeout(() => setState('rest'), shownMs);
    return () => clearTimeout(timer);
  }, [state]);

  async function copy() {
    try {
      // Absent outside a secure context: the failed state then tells to select by hand.
      await navigator.clipboard.writeText(value);
      setState('copied');
    } catch {
      setState('failed');
    }
  }

  const Icon = state === 'copied' ? Check : state === 'failed' ? X : Copy;
  return (
    <button
      type="button"
      onClick={() => void copy()}
      title={`${label}: ${value}`}
      className={cn(
        'inline-flex min-h-6 min-w-6 max-w-full items-center justify-center gap-1.5 rounded-sm px-1.5 text-dim text-meta transition-colors hover:bg-hover hover:text-ink',
        className,
      )}
    >
      <span className="sr-only">{label}</span>
      {prefix && <span className="shrink-0">{prefix}</span>}
      {!iconOnly && (
        <code className={cn('font-mono', full ? 'break-all text-left' : 'truncate')}>
          {full ? value : shorten(value)}
        </code>
      )}
      <Icon
        aria-hidden="true"
        className={cn(
          'size-3.5 shrink-0',
          state === 'copied' && 'text-ok',
          state === 'failed' && 'text-bad',
        )}
      />
      <span role="status" className="sr-only">
        {state === 'copied' && 'Copied'}
        {state === 'failed' && 'Copying is not allowed here; select the text instead'}
      </span>
    </button>
  );
}
