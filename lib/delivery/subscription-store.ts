import { json, type Tx } from '#lib/db/index';
import type { Subscription, SubscriptionPatch } from './subscription-shape.ts';

const columns = (tx: Tx) => tx`
  s.id, s.name, s.kind, s.config, s.filter, s.status, s.status_code, s.status_reason, s.status_at, s.cursor,
  greatest(0, (select c.position from private.workspace_clocks c where c.workspace_id = s.workspace_id) - s.cursor) as behind,
  (select count(*)::int from public.deliveries d
    where d.subscription_id = s.id and d.status in ('pending', 'sending', 'failed')) as owed,
  s.max_in_flight, s.per_second, s.failing_since, s.delivered_at, s.delivered_count, s.dead_count, s.missed,
  s.secret_at, s.created_at`;

/** The newest first; their number is bounded. Under the member's claims. */
export function selectSubscriptions(tx: Tx, workspaceId: string): Promise<Subscription[]> {
  return tx<Subscription[]>`
    select ${columns(tx)} from public.subscriptions s
    where s.workspace_id = ${workspaceId} and s.deleted_at is null order by s.id desc`;
}

export async function selectSubscription(
  tx: Tx,
  id: string,
): Promise<(Subscription & { workspace_id: string }) | null> {
  const [row] = await tx<(Subscription & { workspace_id: string })[]>`
    select s.workspace_id, ${columns(tx)} from public.subscriptions s
    where s.id = ${id} and s.deleted_at is null`;
  return row ?? null;
}

export async function countSubscriptions(tx: Tx, workspaceId: string): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from public.subscriptions
    where workspace_id = ${workspaceId} and deleted_at is null and kind <> 'analytics'`;
  return row?.n ?? 0;
}

/** Under the member's claims. */
export async function isAdmin(tx: Tx, workspaceId: string): Promise<boolean> {
  const [may] = await tx`select 1 from private.my_workspaces('admin') w where w = ${workspaceId}`;
  return may !== undefined;
}

export interface NewSubscription {
  id: string;
  workspaceId: string;
  kind: Subscription['kind'];
  name: string;
  config: unknown;
  filter: unknown;
  cursor: number;
  maxInFlight: number | undefined;
  perSecond: number | undefined;
  createdBy: string;
}

export async function insertSubscription(tx: Tx, row: NewSubscription): Promise<void> {
  await tx`
    insert into public.subscriptions (id, workspace_id, kind, name, config, filter, cursor, max_in_flight,
      per_second, created_by)
    values (${row.id}, ${row.workspaceId}, ${row.kind}, ${row.name}, ${json(tx, row.config)},
      ${json(tx, row.filter)}, ${row.cursor}, ${row.maxInFlight ?? tx`default`},
      ${row.perSecond ?? tx`default`}, ${row.createdBy})`;
}

/** False when the caller may not: the database asks for an admin. */
export async function putSecret(
  tx: Tx,
  subscriptionId: string,
  sealed: { envelope: Buffer; keyId: string },
  overlapHours: number,
): Promise<boolean> {
  const [row] = await tx<{ done: boolean }[]>`
    select private.set_subscription_secret(${subscriptionId}, ${sealed.envelope}, ${sealed.keyId},
      now() + make_interval(hours => ${overlapHours})) as done`;
  return row?.done ?? false;
}

/**
 * Going on means a fresh start: what failed before is forgotten, and what is owed is due now. False
 * when the caller may not.
 */
export async function updateSubscription(
  tx: Tx,
  at: { workspaceId: string; id: string },
  patch: SubscriptionPatch,
): Promise<boolean> {
  const { count } = await tx`
    update public.subscriptions set updated_at = now(),
      name = ${patch.name ?? tx`name`},
      config = ${patch.config ? json(tx, patch.config) : tx`config`},
      filter = ${patch.filter ? json(tx, patch.filter) : tx`filter`},
      max_in_flight = ${patch.max_in_flight ?? tx`max_in_flight`},
      per_second = ${patch.per_second ?? tx`per_second`}
      ${
        patch.status
          ? tx`, status = ${patch.status}, status_at = now(), status_code = null, status_reason = null,
            failing_since = null, due_at = ${patch.status === 'active' ? tx`now()` : tx`due_at`}`
          : tx``
      }
    where workspace_id = ${at.workspaceId} and id = ${at.id} and deleted_at is null`;
  return count === 1;
}

export async function markDeleted(
  tx: Tx,
  at: { workspaceId: string; id: string },
): Promise<boolean> {
  const { count } = await tx`
    update public.subscriptions set deleted_at = now(), due_at = null, status = 'paused', status_at = now()
    where workspace_id = ${at.workspaceId} and id = ${at.id} and deleted_at is null and kind <> 'analytics'`;
  return count === 1;
}
