import { StatusDot, type StatusShape } from '@/components/ui/status-dot';
import type { Tone } from '@/components/ui/tone';
import type { TaskState } from '@/lib/kinds/index';
import { textOf } from './values';
import { words } from './words';

const looks: Record<TaskState, { tone: Tone; shape: StatusShape }> = {
  open: { tone: 'ok', shape: 'ring' },
  in_progress: { tone: 'warn', shape: 'half' },
  done: { tone: 'violet', shape: 'solid' },
  cancelled: { tone: 'neutral', shape: 'solid' },
};

export const isTaskState = (value: unknown): value is TaskState =>
  typeof value === 'string' && value in looks;

/** The shape alone, beside words that say the same. */
export function StateDot({ state, label }: { state: TaskState; label?: string }) {
  return <StatusDot {...looks[state]} {...(label ? { label } : {})} />;
}

/** A task's state as shape, colour and word. */
export function StateMark({ state }: { state: unknown }) {
  if (!isTaskState(state)) return <span className="text-dim">{textOf(state)}</span>;
  return (
    <span className="inline-flex items-center gap-2">
      <StateDot state={state} />
      {words.states[state]}
    </span>
  );
}
