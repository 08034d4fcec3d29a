import { type Db, type Tx, transaction } from '#lib/db/index';
import { writeAudit } from '#lib/identity/index';
import {
  dropDeletedSubscriptions,
  dropOldDeliveries,
  pruneChanges,
  selectLaggards,
} from './retain-store.ts';
import type { DisabledNews } from './settle-attempt.ts';
import { disableSubscription } from './settle-store.ts';

export interface RetainDeps {
  db: Db;
  /** Changes older than that go. */
  changeDays: number;
  onDisabled?: (tx: Tx, news: DisabledNews) => Promise<void>;
}

const deliveryDays = 30;
/** Over the age at which changes go, before a subscription that has not read them is disabled. */
const graceDays = 14;
const rows = { deliveries: 2_000, changes: 2_000, spaces: 20, laggards: 50 } as const;

/** One bounded step; answers how many rows went, so that the caller comes back while there are more. */
export async function retain(deps: RetainDeps): Promise<number> {
  await disableLaggards(deps);
  const ended = await dropOldDeliveries(deps.db, { days: deliveryDays, rows: rows.deliveries });
  const deleted = await dropDeletedSubscriptions(deps.db, rows.deliveries);
  const changes = await pruneChanges(deps.db, {
    days: deps.changeDays,
    rows: rows.changes,
    spaces: rows.spaces,
  });
  return ended + deleted + changes;
}

/** One that reads nothing must not keep the log for ever; its people are told why it stopped. */
async function disableLaggards(deps: RetainDeps): Promise<void> {
  const days = deps.changeDays + graceDays;
  const why = {
    code: 'delivery.too_far_behind',
    reason: `It was more than ${days} days behind, and changes are kept for ${deps.changeDays}. Replay what it missed as far as it is there.`,
  };
  for (const row of await selectLaggards(deps.db, days, rows.laggards)) {
    await transaction(deps.db, async (tx) => {
      const at = { workspaceId: row.workspace_id, id: row.id };
      if (!(await disableSubscription(tx, at, why))) return;
      await writeAudit(tx, {
        workspaceId: row.workspace_id,
        actorId: null,
        action: 'subscriptions.disabled',
        subject: row.id,
        details: why,
      });
      await deps.onDisabled?.(tx, {
        workspaceId: row.workspace_id,
        subscriptionId: row.id,
        name: row.name,
        kind: row.kind,
        ...why,
      });
    });
  }
}
