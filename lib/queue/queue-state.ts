import type { queueConditions } from './schema.ts';

export interface QueueFigures {
  /** Rows that are due and in nobody's hands. */
  due: number;
  /** How long the oldest of them has been due; null when there is none. */
  oldestMs: number | null;
  waiting: number;
  running: number;
  /** Keys that failed the last time. */
  failing: number;
  isPaused: boolean;
}

export type QueueCondition = (typeof queueConditions)[number];

/** A row is in a job long before; the slowest sweep looks every few seconds. */
export const stuckMs = 60_000;
const behindMs = 10_000;

/**
 * How a queue is. `stuck` breaks a law of the house: a row has been due for long, nobody rests and
 * no failure excuses it, and yet no job stands for it.
 */
export function judgeQueue(figures: QueueFigures): QueueCondition {
  const { due, oldestMs, waiting, running, failing, isPaused } = figures;
  if (isPaused) return 'paused';
  const age = due > 0 ? (oldestMs ?? 0) : 0;
  if (age > stuckMs && waiting + running === 0 && failing < due) return 'stuck';
  if (failing > 0) return 'failing';
  if (age > behindMs) return 'behind';
  return due + waiting + running > 0 ? 'working' : 'idle';
}
