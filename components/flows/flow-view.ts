import type { Health } from '@/components/board/board-model';
import type { StatusShape } from '@/components/ui/status-dot';
import type { Tone } from '@/components/ui/tone';
import type { Flow, FlowSide } from '@/lib/flows/schema';
import type { Stream } from '@/lib/sync/schema';

export const statusLooks: Record<Flow['status'], { tone: Tone; shape: StatusShape }> = {
  draft: { tone: 'neutral', shape: 'ring' },
  live: { tone: 'ok', shape: 'solid' },
  paused: { tone: 'warn', shape: 'half' },
};

/** How its cables are drawn: what stands still first, then what waits for a person. */
export function healthOf(flow: Pick<Flow, 'status' | 'conflicts' | 'refused'>): Health {
  if (flow.status === 'draft') return 'idle';
  if (flow.status === 'paused') return 'stopped';
  return flow.conflicts > 0 || flow.refused > 0 ? 'waiting' : 'ok';
}

export const sidesInOrder = (flow: Pick<Flow, 'sides'>): FlowSide[] =>
  flow.sides.toSorted((a, b) => a.position - b.position);

export const phaseTones: Record<Stream['phase'], Tone> = {
  waiting: 'neutral',
  backfill: 'accent',
  live: 'ok',
  paused: 'warn',
  failed: 'bad',
};

/** Where its conflicts stand: the page of conflicts, of this flow only. */
export const conflictsPath = (home: string, flowId: string): string =>
  `${home}/conflicts?flow=${flowId}`;
