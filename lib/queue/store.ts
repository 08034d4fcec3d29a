import type { Db } from '#lib/db/index';

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

/** A failed job blocks its key for good and says nothing its row does not say better. */
export async function removeFailed(db: Db): Promise<number> {
  const { count } = await db`delete from pgboss.job where state = 'failed'`;
  return count;
}
