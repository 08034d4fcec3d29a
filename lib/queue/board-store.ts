import type { Tx } from '#lib/db/index';
import type { QueueFailure, Workers } from './schema.ts';

/** All of this is read and ruled under the claims of a person; the database decides again whose they are. */

export interface OwedRow {
  queue: string;
  due: number;
  oldest_at: string | null;
}

export function readOwedOf(tx: Tx, workspaceId: string, most: number): Promise<OwedRow[]> {
  return tx<OwedRow[]>`
    select queue, due, oldest_at from private.owed_of_workspace(${workspaceId}, ${most})`;
}

export async function readFailuresOf(
  tx: Tx,
  workspaceId: string,
  most: number,
): Promise<QueueFailure[]> {
  return tx<QueueFailure[]>`
    select queue, key, code, reason, count, first_at, last_at, retry_at from private.queue_failures
    where workspace_id = ${workspaceId} order by last_at desc, queue, key limit ${most}`;
}

export async function countFailuresOf(tx: Tx, workspaceId: string): Promise<Map<string, number>> {
  const rows = await tx<{ queue: string; keys: number }[]>`
    select queue, count(*)::int as keys from private.queue_failures
    where workspace_id = ${workspaceId} group by queue`;
  return new Map(rows.map((row) => [row.queue, row.keys]));
}

export async function readPausedAt(tx: Tx): Promise<Map<string, string>> {
  const rows = await tx<{ queue: string; paused_at: string }[]>`
    select queue, paused_at from private.queue_pauses`;
  return new Map(rows.map((row) => [row.queue, row.paused_at]));
}

/** A worker that gave no sign for so long has ended. */
const livingSeconds = 30;

export async function countWorkers(tx: Tx): Promise<Workers> {
  const [row] = await tx<Workers[]>`
    select count(*) filter (where mode = 'listen')::int as listening,
      count(*) filter (where mode = 'poll')::int as polling
    from private.queue_workers where seen_at > now() - make_interval(secs => ${livingSeconds})`;
  return row ?? { listening: 0, polling: 0 };
}

export interface InstanceRow extends OwedRow {
  waiting: number;
  running: number;
}

export function readInstanceQueues(tx: Tx, most: number): Promise<InstanceRow[]> {
  return tx<InstanceRow[]>`
    select queue, due, oldest_at, waiting, running from private.read_queues(${most})`;
}

export interface ReasonRow {
  queue: string;
  code: string;
  keys: number;
  last_at: string;
}

export function readReasons(tx: Tx): Promise<ReasonRow[]> {
  return tx<ReasonRow[]>`
    select queue, code, rows as keys, last_at from private.count_queue_failures() order by rows desc, code`;
}

export async function redriveQueue(tx: Tx, queue: string, key: string | null): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select private.redrive_queue(${queue}, ${key}) as count`;
  return row?.count ?? 0;
}

export async function setPaused(tx: Tx, queue: string, isPaused: boolean): Promise<void> {
  await tx`select private.set_queue_paused(${queue}, ${isPaused})`;
}
