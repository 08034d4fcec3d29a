import type { Clock } from '#lib/core/index';
import { type Db, type Tx, transaction } from '#lib/db/index';
import { writeAudit } from '#lib/identity/index';
import { afterAttempt, describeAttempt } from './after-attempt.ts';
import type { Attempt } from './delivery-shape.ts';
import { deliveryLimits } from './limits.ts';
import type { Destination, JudgeFailing, SendOutcome } from './sender.ts';
import { disableSubscription, noteOutcome, settleDelivery } from './settle-store.ts';
import { lockSubscription, releaseKeys } from './take-store.ts';
import type { Taken } from './take-turn.ts';

/** A subscription that was switched off by the hub itself; told in the transaction that did it. */
export interface DisabledNews {
  workspaceId: string;
  subscriptionId: string;
  name: string;
  kind: string;
  code: string;
  reason: string;
}

export interface SettleDeps {
  db: Db;
  clock: Clock;
  judgeFailing?: JudgeFailing;
  onDisabled?: (tx: Tx, news: DisabledNews) => Promise<void>;
}

/** lost: another worker took it meanwhile, and what came of this attempt counts no more. */
export type SettleResult = 'delivered' | 'dead' | 'failed' | 'held' | 'lost';

/** Writes down what came of one attempt and lets the record's next delivery go when it is over. */
export function settleAttempt(
  deps: SettleDeps,
  { destination, taken }: { destination: Destination; taken: Taken },
  outcome: SendOutcome,
  time: { at: string; ms: number | null },
): Promise<SettleResult> {
  const facts = { attempts: taken.attempts, random: deps.clock.random() };
  const after = afterAttempt(outcome, facts);
  const entry = describeAttempt(outcome, time);
  const { held } = taken;
  const at = { workspaceId: held.workspaceId, id: held.subscriptionId };
  return transaction(deps.db, async (tx) => {
    if (!(await lockSubscription(tx, at))) return 'lost';
    const isOurs = await settleDelivery(tx, held, {
      status: after.status === 'held' ? 'pending' : after.status,
      waitMs: 'waitMs' in after ? after.waitMs : 0,
      givenBack: after.status === 'held' ? 1 : 0,
      attemptLog: keepLog(taken, entry),
    });
    if (!isOurs) return 'lost';
    const recordId = taken.recordId;
    if (after.status === 'delivered' || after.status === 'dead') {
      await releaseKeys(tx, held.subscriptionId, [recordId]);
    }
    const isOwnFault = outcome.type === 'retry' && outcome.atOnce && after.status === 'failed';
    const now = await noteOutcome(tx, held, isOwnFault ? 'held' : after.status);
    const why = whyDisable(deps, outcome, {
      entry,
      kind: destination.kind,
      failing_since: now.failing_since,
    });
    if (why) await disable(tx, deps, { ...at, name: now.name, kind: now.kind }, why);
    return after.status;
  });
}

function whyDisable(
  deps: SettleDeps,
  outcome: SendOutcome,
  facts: { kind: Destination['kind']; entry: Attempt; failing_since: string | null },
): { code: string; reason: string } | null {
  if (outcome.type === 'gone') return { code: outcome.code, reason: outcome.reason };
  const isTheirs = outcome.type === 'refused' || (outcome.type === 'retry' && !outcome.atOnce);
  if (!isTheirs || facts.failing_since === null) return null;
  const failing = {
    kind: facts.kind,
    failingSinceMs: Date.parse(facts.failing_since),
    nowMs: deps.clock.now(),
    lastAttempt: facts.entry,
  };
  return deps.judgeFailing?.(failing) ?? null;
}

async function disable(
  tx: Tx,
  deps: SettleDeps,
  of: { workspaceId: string; id: string; name: string; kind: string },
  why: { code: string; reason: string },
): Promise<void> {
  if (!(await disableSubscription(tx, of, why))) return;
  await writeAudit(tx, {
    workspaceId: of.workspaceId,
    actorId: null,
    action: 'subscriptions.disabled',
    subject: of.id,
    details: why,
  });
  const { id: subscriptionId, ...rest } = of;
  await deps.onDisabled?.(tx, { ...rest, subscriptionId, ...why });
}

/** The newest first. Waiting for an open breaker again and again is one line, not a log full. */
function keepLog(taken: Taken, entry: Attempt) {
  const [last, ...older] = taken.attemptLog;
  const isSame = entry.outcome === 'held' && last?.outcome === 'held' && last.code === entry.code;
  const kept = isSame ? older : taken.attemptLog;
  return [entry, ...kept].slice(0, deliveryLimits.attemptLog);
}
