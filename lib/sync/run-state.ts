import type { Run } from './schema.ts';

type Status = Run['status'];
type Action = 'pause' | 'resume' | 'cancel';
type Reached = 'paused' | 'queued' | 'cancelled';

/** What a member may do to a run, by the state it is in. */
const transitions: Record<Action, { from: readonly Status[]; to: Reached }> = {
  pause: { from: ['queued', 'running'], to: 'paused' },
  resume: { from: ['paused', 'failed'], to: 'queued' },
  cancel: { from: ['queued', 'running', 'paused'], to: 'cancelled' },
};

/** The state an action leads to, or null where it makes no sense. A failed run goes on from its checkpoint. */
export function nextStatus(status: Status, action: Action): Reached | null {
  const { from, to } = transitions[action];
  return from.includes(status) ? to : null;
}
