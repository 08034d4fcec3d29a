'use client';

import { formatExact, formatRelative, type TimeLike, toMillis } from './format-time';
import { useHydrated, useNow } from './shared-clock';

export interface RelativeTimeProps {
  value: TimeLike;
  /** "4 m" instead of "4 min ago", for table columns. */
  short?: boolean;
  className?: string | undefined;
}

/** "4 min ago", kept true while it is on screen; the exact moment, local and UTC, on hover. */
export function RelativeTime({ value, short = false, className }: RelativeTimeProps) {
  const now = useNow();
  const hydrated = useHydrated();
  const at = toMillis(value);
  const known = Number.isFinite(at);
  const iso = known ? new Date(at).toISOString() : undefined;
  const exact = hydrated ? `${formatExact(at)}\n${iso ?? ''}` : iso;
  return (
    // Server and browser read their clocks at different moments; the first tick settles it.
    <time dateTime={iso} title={exact} className={className} suppressHydrationWarning>
      {formatRelative(at, now, short)}
    </time>
  );
}
