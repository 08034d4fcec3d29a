import { type Db, transaction } from '#lib/db/index';

/** What came while no worker made days moves into its own, however much that is. */
const makingDays = '10min';

/** Makes the partitions of today and the days ahead; answers how many were missing. */
export function makeDays(db: Db, ahead: number): Promise<number> {
  return transaction(db, async (tx) => {
    await tx`select set_config('statement_timeout', ${makingDays}, true)`;
    const [row] = await tx<{ made: number }[]>`select private.make_inbox_days(${ahead}) as made`;
    return row?.made ?? 0;
  });
}

/** Drops whole days; one with an event that is still to be applied stays. */
export async function dropDays(db: Db, keep: number): Promise<number> {
  const [row] = await db<{ dropped: number }[]>`select private.drop_inbox_days(${keep}) as dropped`;
  return row?.dropped ?? 0;
}

/**
 * Settled events that are of no day, at most `limit`: their ids say nothing of their age. Those lie
 * before all days or after them. Bounds and ids are given as values, so that the planner drops the
 * days before it looks at them.
 */
export async function dropStrays(db: Db, keepDays: number, limit: number): Promise<number> {
  const [bounds] = await db<{ low: string; high: string }[]>`
    select private.first_id_at(now() - ${keepDays + 1} * interval '1 day') as low,
      private.first_id_at(now() + interval '60 days') as high`;
  if (!bounds) return 0;
  const strays = await db<{ id: string }[]>`
    select id from public.inbox_events
    where (id < ${bounds.low} or id >= ${bounds.high})
      and tableoid = 'private.inbox_events_default'::regclass
      and received_at < now() - ${keepDays} * interval '1 day'
      and status not in ('pending', 'queued', 'failed')
    limit ${limit}`;
  if (strays.length === 0) return 0;
  // Somebody may have asked for one again meanwhile.
  const gone = await db`
    delete from public.inbox_events
    where id = any (${strays.map(({ id }) => id)}::uuid[])
      and status not in ('pending', 'queued', 'failed')`;
  return gone.count;
}

/** Keys of deliveries that came longer ago, at most `limit`. */
export async function dropDedupeKeys(db: Db, keepDays: number, limit: number): Promise<number> {
  const gone = await db`
    delete from private.dedupe_keys where ctid = any (array(
      select ctid from private.dedupe_keys
      where seen_at < now() - ${keepDays} * interval '1 day' order by seen_at limit ${limit}))`;
  return gone.count;
}

/** Counts of refusals older than this, at most `limit`. */
export async function dropRefusalCounts(db: Db, keepDays: number, limit: number): Promise<number> {
  const gone = await db`
    delete from public.webhook_refusals where ctid = any (array(
      select ctid from public.webhook_refusals
      where day < (now() at time zone 'utc')::date - ${keepDays}::int limit ${limit}))`;
  return gone.count;
}

/** Refused requests that were kept to be looked at; ids tell their age. */
export async function dropRefused(db: Db, keepDays: number, limit: number): Promise<number> {
  const gone = await db`
    delete from public.webhook_quarantine where id = any (array(
      select id from public.webhook_quarantine
      where id < private.first_id_at(now() - ${keepDays} * interval '1 day') limit ${limit}))`;
  return gone.count;
}

/** Replaced secrets whose time ended longer ago: until then they said why something is refused. */
export async function eraseRetiredSecrets(
  db: Db,
  keepDays: number,
  limit: number,
): Promise<number> {
  const erased = await db`
    update private.webhook_secrets set previous_envelope = null, previous_until = null
    where endpoint_id = any (array(
      select endpoint_id from private.webhook_secrets
      where previous_envelope is not null and previous_until < now() - ${keepDays} * interval '1 day'
      limit ${limit}))`;
  return erased.count;
}

/** Secrets a service has brought and nobody has taken over. */
export async function dropBroughtSecrets(db: Db, keepDays: number, limit: number): Promise<number> {
  const gone = await db`
    delete from private.webhook_brought_secrets where endpoint_id = any (array(
      select endpoint_id from private.webhook_brought_secrets
      where brought_at < now() - ${keepDays} * interval '1 day' limit ${limit}))`;
  return gone.count;
}

/** Replays that have ended. */
export async function dropReplays(db: Db, keepDays: number, limit: number): Promise<number> {
  const gone = await db`
    delete from public.replays where id = any (array(
      select id from public.replays
      where finished_at < now() - ${keepDays} * interval '1 day' and waiting = 0 limit ${limit}))`;
  return gone.count;
}

/** Adds up the differences statements left; answers how many. */
export async function foldCounts(db: Db, most: number): Promise<number> {
  const [row] = await db<{ folded: number }[]>`select private.fold_inbox_counts(${most}) as folded`;
  return row?.folded ?? 0;
}
