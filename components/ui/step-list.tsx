import { Check, Minus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from './class-names';

export type StepState = 'done' | 'busy' | 'waiting' | 'failed' | 'skipped';

export interface Step {
  id: string;
  title: ReactNode;
  detail?: ReactNode;
  /** How long it took, right-aligned. */
  aside?: ReactNode;
  state: StepState;
}

const words: Record<StepState, string> = {
  done: 'done',
  busy: 'under way',
  waiting: 'not yet',
  failed: 'failed',
  skipped: 'skipped',
};

const looks: Record<StepState, string> = {
  done: 'bg-ok-line text-panel',
  busy: 'animate-spin border-2 border-accent border-r-transparent',
  waiting: 'border-2 border-edge border-dotted',
  failed: 'bg-bad-line text-panel',
  skipped: 'bg-edge text-panel',
};

const marks = { done: Check, failed: X, skipped: Minus, busy: undefined, waiting: undefined };

/** How far something has come, one line a stage. */
export function StepList({ steps, label }: { steps: readonly Step[]; label: string }) {
  return (
    <ol aria-label={label} className="grid gap-2.5">
      {steps.map((step) => {
        const Mark = marks[step.state];
        return (
          <li key={step.id} className="flex items-start gap-2.5 text-mut">
            <span
              aria-hidden="true"
              className={cn(
                'mt-0.5 grid size-4 shrink-0 place-items-center rounded-full [&_svg]:size-2.5 [&_svg]:stroke-[3.5]',
                looks[step.state],
              )}
            >
              {Mark && <Mark />}
            </span>
            <span className="min-w-0 flex-1">
              <span className="font-medium text-ink">{step.title}</span>
              <span className="sr-only">, {words[step.state]}</span>
              {step.detail && <span> {step.detail}</span>}
            </span>
            {step.aside && <span className="shrink-0 text-dim text-meta">{step.aside}</span>}
          </li>
        );
      })}
    </ol>
  );
}
