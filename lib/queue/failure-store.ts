import type { Queryable } from '#lib/db/index';

export interface Failing {
  key: string;
  count: number;
  /** Not to be tried before its time. */
  held: boolean;
}

/** Those of these keys that failed the last time. */
export async function readFailing(
  db: Queryable,
  queue: string,
  keys: readonly string[],
): Promise<Map<string, Failing>> {
  const rows = await db<Failing[]>`
    select key, count, retry_at > now() as held from private.queue_failures
    where queue = ${queue} and key = any(${[...keys]}::text[])`;
  return new Map(rows.map((row) => [row.key, row]));
}

export interface Failure {
  queue: string;
  key: string;
  workspaceId: string | null;
  code: string;
  reason: string;
  jobId: string;
  correlation: string;
}

/** One more failure of a key; answers how many in a row there are. */
export async function noteFailure(db: Queryable, failure: Failure): Promise<number> {
  const { queue, key, workspaceId, code, reason, jobId, correlation } = failure;
  const [row] = await db<{ count: number }[]>`
    insert into private.queue_failures as f
      (queue, key, workspace_id, code, reason, job_id, correlation, retry_at)
    select ${queue}, ${key}, (select id from public.workspaces where id = ${workspaceId}), ${code}, ${reason},
      ${jobId}, ${correlation}, now()
    on conflict (queue, key) do update set count = f.count + 1, last_at = now(), code = excluded.code,
      reason = excluded.reason, job_id = excluded.job_id, correlation = excluded.correlation
    returning count`;
  return row?.count ?? 1;
}

export async function holdFailure(
  db: Queryable,
  at: { queue: string; key: string },
  forMs: number,
): Promise<void> {
  await db`
    update private.queue_failures set retry_at = now() + make_interval(secs => ${forMs / 1000})
    where queue = ${at.queue} and key = ${at.key}`;
}

export async function clearFailure(db: Queryable, queue: string, key: string): Promise<void> {
  await db`delete from private.queue_failures where queue = ${queue} and key = ${key}`;
}

/** What was not tried for so long is not due any more: its row ended some other way. */
const keptHours = 24;

export async function dropOldFailures(db: Queryable): Promise<number> {
  const { count } = await db`
    delete from private.queue_failures where last_at < now() - make_interval(hours => ${keptHours})`;
  return count;
}

export async function countFailing(db: Queryable): Promise<Map<string, number>> {
  const rows = await db<{ queue: string; keys: number }[]>`
    select queue, count(*)::int as keys from private.queue_failures group by queue`;
  return new Map(rows.map((row) => [row.queue, row.keys]));
}
