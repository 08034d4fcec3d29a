import type { Clock } from '#lib/core/index';
import { type Db, type Tx, transaction } from '#lib/db/index';
import { afterAttempt, describeAttempt } from './after-attempt.ts';
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
    const now = await noteOutcome(tx, held, after.status);
    const why =
      outcome.type === 'gone'
        ? { code: outcome.code, reason: outcome.reason }
        : after.status === 'held' || now.failing_since === null
          ? null
          : deps.judgeFailing?.({
              kind: destination.kind,
              failingSinceMs: Date.parse(now.failing_since),
              nowMs: deps.clock.now(),
              lastAttempt: entry,
            });
    if (why && (await disableSubscription(tx, at, why))) {
      const { workspaceId, subscriptionId } = held;
      await deps.onDisabled?.(tx, {
        workspaceId,
        subscriptionId,
        name: now.name,
        kind: now.kind,
        ...why,
      });
    }
    return after.status;
  });
}

/** The newest first. Waiting for an open breaker again and again is one line, not a log full. */
function keepLog(taken: Taken, entry: ReturnType<typeof describeAttempt>) {
  const [last, ...older] = taken.attemptLog;
  const isSame = entry.outcome === 'held' && last?.outcome === 'held' && last.code === entry.code;
  const kept = isSame ? older : taken.attemptLog;
  return [entry, ...kept].slice(0, deliveryLimits.attemptLog);
}
