import type { ReactNode } from 'react';
import { cn } from './class-names';
import type { Tone } from './tone';

export interface TimelineEntry {
  id: string;
  title: ReactNode;
  /** When; a RelativeTime. */
  aside?: ReactNode;
  body?: ReactNode;
  tone?: Tone;
}

const bars: Record<Tone, string> = {
  neutral: 'border-line-2',
  ok: 'border-ok-line',
  warn: 'border-warn-line',
  bad: 'border-bad-line',
  accent: 'border-accent',
  violet: 'border-violet',
};

/** What happened, newest first. */
export function Timeline({ entries, label }: { entries: readonly TimelineEntry[]; label: string }) {
  return (
    <ol aria-label={label} className="grid gap-3">
      {entries.map((entry) => (
        <li key={entry.id} className={cn('border-l-2 pl-3', bars[entry.tone ?? 'neutral'])}>
          <div className="flex items-baseline justify-between gap-3">
            <span className="min-w-0 text-mut">{entry.title}</span>
            {entry.aside && <span className="shrink-0 text-dim text-meta">{entry.aside}</span>}
          </div>
          {entry.body && <div className="mt-1 min-w-0 break-words">{entry.body}</div>}
        </li>
      ))}
    </ol>
  );
}

/** One field before and after; said in words for those who do not see the colours. */
export function ValueChange({ before, after }: { before?: ReactNode; after?: ReactNode }) {
  return (
    <span className="text-pretty">
      {before !== undefined && (
        <del className="text-bad decoration-bad/50">
          <span className="sr-only">was </span>
          {before}
        </del>
      )}
      {before !== undefined && after !== undefined && <span aria-hidden="true"> → </span>}
      {after !== undefined && (
        <ins className="text-ok no-underline">
          <span className="sr-only"> now </span>
          {after}
        </ins>
      )}
    </span>
  );
}
