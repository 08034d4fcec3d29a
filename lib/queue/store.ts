import type { Db, Queryable } from '#lib/db/index';

export type QueueStats = Record<string, { waiting: number; active: number; failed: number }>;

export async function readStats(db: Db): Promise<QueueStats> {
  const rows = await db<{ name: string; waiting: number; active: number; failed: number }[]>`
    select name,
      count(*) filter (where state in ('created', 'retry'))::int as waiting,
      count(*) filter (where state = 'active')::int as active,
      count(*) filter (where state = 'failed')::int as failed
    from pgboss.job where state in ('created', 'retry', 'active', 'failed') group by name`;
  return Object.fromEntries(rows.map(({ name, ...counts }) => [name, counts]));
}

/** Jobs that wait, by workspace. */
export async function readWaiting(db: Queryable, queue: string): Promise<Map<string, number>> {
  const rows = await db<{ workspace: string; jobs: number }[]>`
    select workspace, jobs from private.waiting_jobs(${queue})`;
  return new Map(rows.map((row) => [row.workspace, row.jobs]));
}

/** A failed job blocks its key for good and says nothing its row does not say better. */
export async function removeFailed(db: Db): Promise<number> {
  const { count } = await db`delete from pgboss.job where state = 'failed'`;
  return count;
}

export async function readPauses(db: Queryable): Promise<string[]> {
  const rows = await db<{ queue: string }[]>`select queue from private.queue_pauses`;
  return rows.map((row) => row.queue);
}

/** A worker gives a sign of itself; who gave none for long has ended. */
const livingSeconds = 30;

export async function noteWorker(
  db: Queryable,
  worker: { id: string; mode: 'listen' | 'poll' },
): Promise<void> {
  await db`
    with gone as (
      delete from private.queue_workers
      where id <> ${worker.id} and seen_at < now() - make_interval(secs => ${livingSeconds}))
    insert into private.queue_workers (id, mode) values (${worker.id}, ${worker.mode})
    on conflict (id) do update set mode = excluded.mode, seen_at = now()`;
}

export async function forgetWorker(db: Queryable, id: string): Promise<void> {
  await db`delete from private.queue_workers where id = ${id}`;
}

export interface Owed {
  queue: string;
  due: number;
  oldest_at: string | null;
}

/** Rows that are due and in nobody's hands, of all workspaces, counted to a bound. */
export async function readOwed(db: Queryable, most: number): Promise<Owed[]> {
  return db<Owed[]>`select queue, due, oldest_at from private.owed_work(null, ${most})`;
}
