import { HubError } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import {
  countFailuresOf,
  countWorkers,
  readFailuresOf,
  readInstanceQueues,
  readOwedOf,
  readPausedAt,
  readReasons,
  redriveQueue,
  setPaused,
} from './board-store.ts';
import { judgeQueue } from './queue-state.ts';
import { type QueueName, queueNames } from './queue-table.ts';
import { type InstanceQueue, type OwedWork, owedRowsShown } from './schema.ts';

const failuresShown = 50;

/** What one workspace is owed, and what of it keeps failing. */
export async function readOwedWork(tx: Tx, at: { workspaceId: string }): Promise<OwedWork> {
  const [owed, counts, failures, paused, workers] = await Promise.all([
    readOwedOf(tx, at.workspaceId, owedRowsShown),
    countFailuresOf(tx, at.workspaceId),
    readFailuresOf(tx, at.workspaceId, failuresShown),
    readPausedAt(tx),
    countWorkers(tx),
  ]);
  const dueOf = new Map(owed.map((row) => [row.queue, row]));
  return {
    queues: queueNames.map((name) => ({
      name,
      due: dueOf.get(name)?.due ?? 0,
      oldest_at: dueOf.get(name)?.oldest_at ?? null,
      failing: counts.get(name) ?? 0,
      paused_at: paused.get(name) ?? null,
    })),
    failures,
    workers,
  };
}

/** All queues of the instance, for its owner. */
export async function readInstance(tx: Tx, nowMs: number): Promise<InstanceQueue[]> {
  const [rows, reasons, paused] = await Promise.all([
    readInstanceQueues(tx, owedRowsShown),
    readReasons(tx),
    readPausedAt(tx),
  ]);
  const rowOf = new Map(rows.map((row) => [row.queue, row]));
  return queueNames.map((name) => {
    const row = rowOf.get(name) ?? { due: 0, oldest_at: null, waiting: 0, running: 0 };
    const own = reasons.filter((reason) => reason.queue === name);
    const failing = own.reduce((sum, { keys }) => sum + keys, 0);
    const { due, waiting, running } = row;
    const oldestMs = row.oldest_at === null ? null : Math.max(0, nowMs - Date.parse(row.oldest_at));
    const isPaused = paused.has(name);
    return {
      name,
      due,
      oldest_at: row.oldest_at,
      waiting,
      running,
      failing,
      paused_at: paused.get(name) ?? null,
      condition: judgeQueue({ due, oldestMs, waiting, running, failing, isPaused }),
      reasons: own.map(({ code, keys, last_at }) => ({ code, keys, last_at })),
    };
  });
}

function nameOf(name: string): QueueName {
  const found = queueNames.find((one) => one === name);
  if (!found) throw new HubError('resource.not_found', `There is no queue ${name}.`);
  return found;
}

/** Rows of a queue that rests stay due; what runs may end. */
export async function ruleQueue(tx: Tx, queue: string, isPaused: boolean): Promise<void> {
  await setPaused(tx, nameOf(queue), isPaused);
  await wake(tx, 'queues');
}

/** What failed is tried again at the next look. */
export async function redrive(tx: Tx, queue: string, key: string | undefined): Promise<number> {
  return redriveQueue(tx, nameOf(queue), key ?? null);
}
