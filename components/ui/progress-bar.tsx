import type { ReactNode } from 'react';
import { cn } from './class-names';
import { formatCount, formatRate } from './format-number';
import { estimateSeconds, formatEta } from './format-time';

export type ProgressState = 'running' | 'paused' | 'failed' | 'done' | 'cancelled';

export interface ProgressBarProps {
  /** What is being done: "Reading issues". */
  label: string;
  done: number;
  /** Unknown or null shows that something moves, and claims nothing. */
  total?: number | null | undefined;
  /** "issues", after the numbers. */
  unit?: string;
  ratePerSecond?: number | undefined;
  /** Overrides the estimate from rate and rest. */
  etaSeconds?: number | undefined;
  state?: ProgressState;
  /** Pause, resume, cancel. */
  actions?: ReactNode;
  className?: string | undefined;
}

const stateWords: Record<ProgressState, string> = {
  running: '',
  paused: 'paused',
  failed: 'stopped with an error',
  done: 'done',
  cancelled: 'cancelled',
};

const barTone: Record<ProgressState, string> = {
  running: 'bg-accent',
  paused: 'bg-warn-line',
  failed: 'bg-bad-line',
  done: 'bg-ok-line',
  cancelled: 'bg-edge',
};

/** Everything the bar says in words; the same sentence is read aloud. */
export function describeProgress(props: {
  done: number;
  total?: number | null | undefined;
  unit?: string | undefined;
  ratePerSecond?: number | undefined;
  etaSeconds?: number | undefined;
  state: ProgressState;
}): string[] {
  const { done, total, unit, ratePerSecond, state } = props;
  const counted =
    total === null || total === undefined
      ? formatCount(done)
      : `${formatCount(done)} of ${formatCount(total)}`;
  const parts = [unit ? `${counted} ${unit}` : counted];
  if (state !== 'running') return [...parts, stateWords[state]];
  const eta = props.etaSeconds ?? estimateSeconds(done, total, ratePerSecond);
  return [...parts, formatRate(ratePerSecond ?? 0), formatEta(eta)].filter(Boolean);
}

export function ProgressBar({
  label,
  done,
  total,
  unit,
  ratePerSecond,
  etaSeconds,
  state = 'running',
  actions,
  className,
}: ProgressBarProps) {
  const words = describeProgress({ done, total, unit, ratePerSecond, etaSeconds, state });
  const known = total !== null && total !== undefined && total > 0;
  const share = known ? Math.min(1, Math.max(0, done / total)) : 0;
  const percent = Math.floor(share * 100);
  const finished = state === 'done';
  return (
    <div className={cn('grid min-w-0 grid-cols-1 gap-2', className)}>
      <div className="flex items-center justify-between gap-3">
        <span className="min-w-0 truncate font-medium">{label}</span>
        <span className="flex shrink-0 items-center gap-2">
          {known && <span className="text-mut">{percent} %</span>}
          {actions}
        </span>
      </div>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={known ? percent : undefined}
        aria-valuetext={words.join(', ')}
        className="relative h-1.5 overflow-hidden rounded-full bg-line"
      >
        {known || state !== 'running' ? (
          <div
            className={cn(
              'h-full origin-left rounded-full transition-transform duration-300 ease-out',
              barTone[state],
            )}
            style={{ transform: `scaleX(${finished ? 1 : share})` }}
          />
        ) : (
          <div className="h-full w-2/5 animate-slide rounded-full bg-accent" />
        )}
      </div>
      <p className="flex flex-wrap gap-x-3 text-meta text-mut">
        {words.map((word) => (
          <span key={word}>{word}</span>
        ))}
      </p>
    </div>
  );
}
