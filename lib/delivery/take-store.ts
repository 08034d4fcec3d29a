import type { JsonObject } from '#lib/core/index';
import type { Db, Queryable, Tx } from '#lib/db/index';
import { startsMax } from './after-attempt.ts';
import type { Attempt } from './delivery-shape.ts';
import { deliveryLimits } from './limits.ts';
import type { DestinationKind } from './subscription-shape.ts';

export interface ServableRow {
  id: string;
  workspace_id: string;
  is_failing: boolean;
}

/**
 * Subscriptions that may have something to send. Workspaces take turns, whoever was served longest
 * ago first, and so do the subscriptions of one.
 */
export function selectServable(
  db: Db,
  want: { kinds: readonly DestinationKind[]; rows: number },
): Promise<ServableRow[]> {
  return db<ServableRow[]>`
    select id, workspace_id, is_failing from (
      select s.id, s.workspace_id, s.failing_since is not null as is_failing, s.served_at,
        (select max(o.served_at) from public.subscriptions o where o.workspace_id = s.workspace_id) as space_served_at,
        row_number() over (partition by s.workspace_id order by s.served_at) as turn
      from public.subscriptions s
      where s.due_at <= now() and s.status = 'active' and s.deleted_at is null
        and s.kind = any(${want.kinds as DestinationKind[]}::text[])) as due
    order by turn, space_served_at, served_at limit ${want.rows}`;
}

export interface SubscriptionRow {
  id: string;
  workspace_id: string;
  kind: DestinationKind;
  name: string;
  config: JsonObject;
  failing_since: string | null;
  max_in_flight: number;
  per_second: number;
  /** What is left of per_second by now. */
  tokens: number;
  secret: Buffer | null;
  previous_secret: Buffer | null;
}

/** Locks it for whoever takes, ends or makes deliveries of it. Null when it is not to be served. */
export async function lockServable(
  tx: Tx,
  at: { workspaceId: string; id: string },
): Promise<SubscriptionRow | null> {
  const [row] = await tx<SubscriptionRow[]>`
    select s.id, s.workspace_id, s.kind, s.name, s.config, s.failing_since, s.max_in_flight, s.per_second,
      least(s.per_second, s.tokens + s.per_second
        * greatest(0, extract(epoch from clock_timestamp() - s.filled_at)))::float8 as tokens,
      k.envelope as secret,
      case when k.previous_until > now() then k.previous_envelope end as previous_secret
    from public.subscriptions s
    left join private.subscription_secrets k on k.subscription_id = s.id
    where s.workspace_id = ${at.workspaceId} and s.id = ${at.id}
      and s.status = 'active' and s.deleted_at is null and s.due_at <= clock_timestamp()
    for no key update of s`;
  return row ?? null;
}

/**
 * Deliveries whose worker gave no sign any more: what came of them is not known, so they are due
 * again under the same id, and given up when that was the last attempt. Answers the records of those.
 */
export async function lapseLeases(tx: Tx, subscriptionId: string): Promise<string[]> {
  const rows = await tx<{ record_id: string; status: string }[]>`
    update public.deliveries d set lease_until = null,
      status = case when d.attempts >= ${startsMax} then 'dead' else 'failed' end,
      ended_at = case when d.attempts >= ${startsMax} then now() end,
      next_attempt_at = case when d.attempts < ${startsMax} then now() end,
      attempt_log = (select jsonb_agg(e.entry order by e.n) from jsonb_array_elements(
        jsonb_build_array(jsonb_build_object('at', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'ms', null, 'outcome', 'unknown', 'code', 'delivery.worker_lost', 'reason',
          'The worker ended before it heard what came of it.', 'status', null, 'excerpt', null))
        || d.attempt_log) with ordinality as e (entry, n) where e.n <= ${deliveryLimits.attemptLog})
    where d.subscription_id = ${subscriptionId} and d.status = 'sending' and d.lease_until < now()
    returning d.record_id, d.status`;
  return rows.filter(({ status }) => status === 'dead').map((row) => row.record_id);
}

/** How many are on their way. */
export async function countInFlight(tx: Tx, subscriptionId: string): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from public.deliveries
    where subscription_id = ${subscriptionId} and status = 'sending'`;
  return row?.n ?? 0;
}

export interface TakenRow {
  id: string;
  epoch: number;
  replay_id: string | null;
  position: number;
  record_id: string;
  kind: string;
  op: string;
  version: number;
  origin: string;
  connection_id: string | null;
  fields: string[];
  title: string | null;
  changed_at: string;
  created_at: string;
  attempts: number;
  attempt_log: Attempt[];
  /** Null when the log does not hold the change any more. */
  diff: Record<string, [unknown, unknown]> | null;
  url: string | null;
}

/** The attempt is counted and the lease written before anybody is called. */
export function takeDue(tx: Tx, subscriptionId: string, rows: number): Promise<TakenRow[]> {
  return tx<TakenRow[]>`
    with chosen as (
      select id from public.deliveries
      where subscription_id = ${subscriptionId} and next_attempt_at <= now()
      order by next_attempt_at, position limit ${rows}),
    taken as (
      update public.deliveries d set status = 'sending', attempts = d.attempts + 1, epoch = d.epoch + 1,
        next_attempt_at = null,
        lease_until = now() + make_interval(secs => ${deliveryLimits.leaseMs / 1000})
      from chosen where d.id = chosen.id returning d.*)
    select t.id, t.epoch, t.replay_id, t.position, t.record_id, t.kind, t.op, t.version, t.origin,
      t.connection_id, t.fields, t.title, t.changed_at, t.created_at, t.attempts, t.attempt_log, c.diff,
      (select l.url from public.links l
        where l.workspace_id = t.workspace_id and l.record_id = t.record_id and l.url is not null
        order by l.created_at limit 1) as url
    from taken t
    left join public.change_log c on c.workspace_id = t.workspace_id and c.position = t.position
    order by t.position`;
}

/** What was taken of its rate, and when it is worth looking again. */
export async function noteServed(
  tx: Tx,
  row: SubscriptionRow,
  served: { tokens: number; isFull: boolean },
): Promise<void> {
  const waitSeconds = served.tokens >= 1 ? 0 : (1 - served.tokens) / row.per_second;
  await tx`
    update public.subscriptions set tokens = ${served.tokens}, filled_at = clock_timestamp(),
      served_at = clock_timestamp(),
      due_at = case when ${served.isFull}
        then (select min(d.lease_until) from public.deliveries d
          where d.subscription_id = ${row.id} and d.status = 'sending')
        -- Null stays null: one that owes nothing is not looked at again.
        else (select greatest(due.at, clock_timestamp() + make_interval(secs => ${waitSeconds}))
          from (select ${nextDue(tx, row.id)} as at) due where due.at is not null) end
    where workspace_id = ${row.workspace_id} and id = ${row.id}`;
}

/** The earliest moment something of it can be taken; null when it owes nothing. */
export const nextDue = (tx: Queryable, subscriptionId: string) => tx`least(
  (select min(d.next_attempt_at) from public.deliveries d
    where d.subscription_id = ${subscriptionId} and d.next_attempt_at is not null),
  (select min(d.lease_until) from public.deliveries d
    where d.subscription_id = ${subscriptionId} and d.status = 'sending'))`;

/**
 * Lets the next delivery of each of these records go, in the transaction that holds the subscription.
 * Record by record, each by two index look-ups, however many wait behind: a join would be planned by
 * statistics that know nothing of a backlog made a moment ago.
 */
export async function releaseKeys(
  tx: Tx,
  subscriptionId: string,
  recordIds: readonly string[],
): Promise<void> {
  if (recordIds.length === 0) return;
  await tx`
    with next as materialized (
      select first.id from unnest(${recordIds as string[]}::uuid[]) as key (record_id)
      cross join lateral (
        select d.id from public.deliveries d
        where d.subscription_id = ${subscriptionId} and d.record_id = key.record_id
          and d.status in ('pending', 'sending', 'failed')
        order by d.position, d.id limit 1) as first
      where (
        select a.id from public.deliveries a
        where a.subscription_id = ${subscriptionId} and a.record_id = key.record_id
          and (a.status = 'sending' or a.next_attempt_at is not null)
        limit 1) is null)
    update public.deliveries d set next_attempt_at = now() from next where d.id = next.id`;
}

export interface HeldDelivery {
  workspaceId: string;
  subscriptionId: string;
  id: string;
  epoch: number;
}

/** False when the subscription is gone. Whatever its status is: what was sent is written down. */
export async function lockSubscription(
  tx: Tx,
  at: { workspaceId: string; id: string },
): Promise<boolean> {
  const rows = await tx`
    select 1 from public.subscriptions where workspace_id = ${at.workspaceId} and id = ${at.id}
    for no key update`;
  return rows.length > 0;
}
