import { HubError, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { writeAudit } from '#lib/identity/index';
import { hold, letGo } from './act-on-deliveries.ts';
import { cancelOfReplay } from './act-store.ts';
import type { Replay, ReplayInput } from './delivery-shape.ts';
import { selectCandidates } from './fan-out-store.ts';
import type { Filter } from './filter-shape.ts';
import { deliveryLimits } from './limits.ts';
import { getSubscription } from './manage-subscriptions.ts';
import { matchesFilter } from './matches-filter.ts';
import {
  countChanges,
  countRunning,
  insertReplay,
  positionBefore,
  selectLog,
  selectReplays,
  stopReplay,
} from './replay-store.ts';

const listed = 50;

interface Range {
  after: number;
  upto: number;
  recordId: string | null;
}

export async function listReplays(tx: Tx, subscriptionId: string): Promise<Replay[]> {
  const { workspace_id: workspaceId } = await getSubscription(tx, subscriptionId);
  return selectReplays(tx, workspaceId, { subscriptionId }, listed);
}

/** Deliveries for a stretch of the log once more, or how many changes that would be. */
export async function startReplay(
  tx: Tx,
  at: { subscriptionId: string; userId: string; input: ReplayInput },
): Promise<Replay> {
  const { subscriptionId, input } = at;
  const { workspace_id: workspaceId, kind, filter } = await getSubscription(tx, subscriptionId);
  if (kind === 'analytics') {
    throw new HubError('resource.conflict', 'What is counted is not counted again.');
  }
  const range = await readRange(tx, workspaceId, input);
  const changes = await countChanges(tx, workspaceId, range);
  if (input.preview) {
    const matching = await countMatching(tx, workspaceId, range, filter);
    return { ...preview(subscriptionId, range, changes), matching };
  }
  await hold(tx, { workspaceId, subscriptionId });
  if ((await countRunning(tx, subscriptionId)) >= deliveryLimits.runningReplays) {
    const most = deliveryLimits.runningReplays;
    throw new HubError('resource.conflict', `Only ${most} replays of one subscription at a time.`);
  }
  const id = newId();
  await insertReplay(tx, { id, workspaceId, subscriptionId, ...range, requestedBy: at.userId });
  await writeAudit(tx, {
    workspaceId,
    actorId: at.userId,
    action: 'subscriptions.replay_started',
    subject: subscriptionId,
    details: { replay_id: id, after_position: range.after, upto_position: range.upto, changes },
  });
  await wake(tx, 'changes');
  return oneReplay(tx, workspaceId, id);
}

async function readRange(tx: Tx, workspaceId: string, input: ReplayInput): Promise<Range> {
  const log = await selectLog(tx, workspaceId);
  const { from, to } = input;
  const first =
    from === 'beginning'
      ? log.pruned_to
      : 'position' in from
        ? from.position - 1
        : Math.max(log.pruned_to, await positionBefore(tx, workspaceId, from.at));
  const last =
    to === undefined
      ? log.position
      : 'position' in to
        ? to.position
        : await positionBefore(tx, workspaceId, to.at);
  if (first < log.pruned_to) {
    throw new HubError('records.position_gone', undefined, {
      details: { errors: [{ field: 'from', reason: `is not above ${log.pruned_to}` }] },
    });
  }
  if (last > log.position || last <= first) {
    const reason = `leaves nothing between ${first} and ${log.position}`;
    throw new HubError('request.invalid', 'There is nothing in this stretch of the log.', {
      details: { errors: [{ field: to ? 'to' : 'from', reason }] },
    });
  }
  return { after: first, upto: last, recordId: input.record_id ?? null };
}

/** What the filter lets through, of the beginning of a long stretch. */
async function countMatching(
  tx: Tx,
  workspaceId: string,
  { after, upto, recordId }: Range,
  filter: Filter,
): Promise<NonNullable<Replay['matching']>> {
  const end = Math.min(upto, after + deliveryLimits.previewPositions);
  let count = 0;
  for (let from = after; from < end; from += deliveryLimits.previewPositionsAtOnce) {
    const to = Math.min(end, from + deliveryLimits.previewPositionsAtOnce);
    const found = await selectCandidates(
      tx,
      workspaceId,
      { after: from, upto: to, recordId },
      filter,
    );
    count += found.filter((candidate) => matchesFilter(filter, candidate)).length;
  }
  return { count, is_exact: end === upto };
}

const preview = (subscriptionId: string, range: Range, changes: number): Replay => ({
  id: null,
  subscription_id: subscriptionId,
  after_position: range.after,
  upto_position: range.upto,
  cursor: range.after,
  record_id: range.recordId,
  status: 'preview',
  changes,
  matching: null,
  created_count: 0,
  delivered_count: 0,
  dead_count: 0,
  created_at: null,
  finished_at: null,
});

/** No more are made, and those that wait are taken back; what is on its way arrives. */
export async function cancelReplay(
  tx: Tx,
  at: { subscriptionId: string; replayId: string; userId: string },
): Promise<Replay> {
  const { workspace_id: workspaceId } = await getSubscription(tx, at.subscriptionId);
  const replay = await oneReplay(tx, workspaceId, at.replayId);
  if (replay.subscription_id !== at.subscriptionId) throw new HubError('resource.not_found');
  const of = { workspaceId, subscriptionId: at.subscriptionId };
  await hold(tx, of);
  await stopReplay(tx, workspaceId, at.replayId);
  const cancelled = await cancelOfReplay(tx, { workspaceId, replayId: at.replayId });
  if (cancelled.length > 0) await letGo(tx, of, cancelled);
  await writeAudit(tx, {
    workspaceId,
    actorId: at.userId,
    action: 'subscriptions.replay_cancelled',
    subject: at.subscriptionId,
    details: { replay_id: at.replayId, deliveries: cancelled.length },
  });
  return oneReplay(tx, workspaceId, at.replayId);
}

async function oneReplay(tx: Tx, workspaceId: string, replayId: string): Promise<Replay> {
  const [row] = await selectReplays(tx, workspaceId, { replayId }, 1);
  if (!row) throw new HubError('resource.not_found');
  return row;
}
