import { json, type Tx } from '#lib/db/index';
import type { Attempt } from './delivery-shape.ts';
import { type HeldDelivery, nextDue } from './take-store.ts';

export interface Settled {
  status: 'delivered' | 'dead' | 'failed' | 'pending';
  /** Of one that is tried again. */
  waitMs: number;
  /** Attempts that were none. */
  givenBack: number;
  attemptLog: readonly Attempt[];
}

/** False when another worker has it by now: what it writes counts. */
export async function settleDelivery(
  tx: Tx,
  held: HeldDelivery,
  settled: Settled,
): Promise<boolean> {
  const isOver = settled.status === 'delivered' || settled.status === 'dead';
  const { count } = await tx`
    update public.deliveries set status = ${settled.status}, lease_until = null,
      attempts = attempts - ${settled.givenBack},
      attempt_log = ${json(tx, settled.attemptLog)},
      ended_at = ${isOver ? tx`now()` : tx`null`},
      next_attempt_at = ${isOver ? tx`null` : tx`now() + make_interval(secs => ${settled.waitMs / 1000})`}
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}
      and status = 'sending'`;
  return count === 1;
}

/** What an outcome means for its subscription; its row is held. */
export async function noteOutcome(
  tx: Tx,
  held: HeldDelivery,
  outcome: 'delivered' | 'dead' | 'failed' | 'held',
): Promise<{ name: string; kind: string; failing_since: string | null }> {
  const failed = outcome === 'failed' || outcome === 'dead';
  const [row] = await tx<{ name: string; kind: string; failing_since: string | null }[]>`
    update public.subscriptions set
      delivered_count = delivered_count + ${outcome === 'delivered' ? 1 : 0},
      dead_count = dead_count + ${outcome === 'dead' ? 1 : 0},
      ${outcome === 'delivered' ? tx`delivered_at = now(), failing_since = null,` : tx``}
      ${failed ? tx`failing_since = coalesce(failing_since, now()),` : tx``}
      due_at = ${nextDue(tx, held.subscriptionId)}
    where workspace_id = ${held.workspaceId} and id = ${held.subscriptionId}
    returning name, kind, failing_since`;
  return row ?? { name: '', kind: '', failing_since: null };
}

/** True for the one who disabled it. */
export async function disableSubscription(
  tx: Tx,
  at: { workspaceId: string; id: string },
  why: { code: string; reason: string },
): Promise<boolean> {
  const { count } = await tx`
    update public.subscriptions set status = 'disabled', status_at = now(), updated_at = now(),
      status_code = ${why.code.slice(0, 80)}, status_reason = ${why.reason.slice(0, 400)}
    where workspace_id = ${at.workspaceId} and id = ${at.id} and status = 'active'`;
  return count === 1;
}
