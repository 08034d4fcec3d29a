import { HubError, jsonEqual } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { type CheckedSide, mustBeFlow } from './check-flow.ts';
import { readSides } from './checked-sides.ts';
import { saveAllRules, takeStreams } from './create-flow.ts';
import type { FlowDeps } from './flow-connectors.ts';
import { nextStatus } from './flow-state.ts';
import { cancelOwed, deleteFlowRow, type HeldFlow, lockFlow, updateFlow } from './flow-store.ts';
import { hasRun, partStreams } from './part-store.ts';
import { selectNewestPlan } from './plan-store.ts';
import { getFlow } from './read-flows.ts';
import type { Flow, FlowPatch } from './schema.ts';

type Sides = NonNullable<FlowPatch['sides']>;

/**
 * Changes what is named. A flow that runs goes on with its new rules; the version, and with it every
 * plan made before, is left behind by what plans are decided on and by nothing else. What was owed to a
 * stream that is no side any more is not made, and no edit crosses between it and the others any more.
 */
export async function changeFlow(
  tx: Tx,
  deps: FlowDeps,
  at: { workspaceId: string; flowId: string; userId: string; patch: FlowPatch },
): Promise<Flow> {
  const { workspaceId, flowId, patch } = at;
  const held = await mustHold(tx, at);
  const matchFields = patch.match_fields ?? held.match_fields;
  const before = new Set(held.sides.map((side) => side.stream_id));
  const hasNewSide = patch.sides?.some((side) => !before.has(side.stream_id)) ?? false;
  const status = nextStatus(held.status, { asked: patch.status, hasNewSide });
  if (patch.status === 'paused') await refuseWhileEnabling(tx, at);
  const checked =
    (patch.sides ?? patch.match_fields) ? await check(tx, deps, { ...at, held, matchFields }) : [];
  const isOther = {
    sides: patch.sides !== undefined && (await putAllSides(tx, at, held, patch.sides, checked)),
    matching:
      !jsonEqual(matchFields, held.match_fields) ||
      (patch.on_difference !== undefined && patch.on_difference !== held.on_difference),
  };
  await updateFlow(tx, workspaceId, {
    id: flowId,
    name: patch.name ?? null,
    status,
    matchFields,
    onDifference: patch.on_difference ?? held.on_difference,
    isOther: isOther.sides || isOther.matching,
  });
  if (status === 'live' && held.status !== 'live') {
    await wake(tx, 'creations');
    await wake(tx, 'push');
  }
  return getFlow(tx, deps, at);
}

/**
 * Its records stay joined, with their links. What is still owed is not made, and no edit of one of its
 * services reaches another; one that is made here goes to each of them, as before.
 */
export async function deleteFlow(
  tx: Tx,
  at: { workspaceId: string; flowId: string },
): Promise<void> {
  const held = await mustHold(tx, at);
  const sides = held.sides.map((side) => side.stream_id);
  await letGo(tx, at, { gone: sides, sides });
  await deleteFlowRow(tx, at.workspaceId, at.flowId);
  // What was edited here may have waited for a flow that was paused.
  await wake(tx, 'push');
}

async function letGo(
  tx: Tx,
  { workspaceId, flowId }: { workspaceId: string; flowId: string },
  of: { gone: readonly string[]; sides: readonly string[] },
): Promise<void> {
  // As the worker does: records are locked before what is owed of them.
  if (await hasRun(tx, workspaceId, flowId)) await partStreams(tx, workspaceId, of);
  await cancelOwed(tx, workspaceId, of.gone);
}

/** The plan's end would let it run again, against the last word that was said. */
async function refuseWhileEnabling(
  tx: Tx,
  { workspaceId, flowId }: { workspaceId: string; flowId: string },
): Promise<void> {
  const plan = await selectNewestPlan(tx, workspaceId, flowId);
  if (plan?.status !== 'enabling') return;
  const reason = 'A plan of this flow is being carried out; cancel the plan first.';
  throw new HubError('resource.conflict', reason, {
    details: { errors: [{ field: 'status', reason }] },
  });
}

async function mustHold(tx: Tx, at: { workspaceId: string; flowId: string }): Promise<HeldFlow> {
  const held = await lockFlow(tx, at.workspaceId, at.flowId);
  if (!held) throw new HubError('resource.not_found');
  return held;
}

async function check(
  tx: Tx,
  deps: FlowDeps,
  at: {
    workspaceId: string;
    flowId: string;
    patch: FlowPatch;
    held: HeldFlow;
    matchFields: readonly string[];
  },
): Promise<CheckedSide[]> {
  // Sides of former releases may say so where nothing can be made; nobody says it now.
  const held = at.held.sides.map(({ creates, ...side }) => ({
    ...side,
    ...(creates ? {} : { creates }),
  }));
  const sides = await readSides(tx, deps.connectors, {
    workspaceId: at.workspaceId,
    flowId: at.flowId,
    sides: at.patch.sides ?? held,
  });
  mustBeFlow({ sides, matchFields: at.matchFields });
  const kind = sides[0]?.stream?.kind;
  if (kind === at.held.kind) return sides;
  const reason = `this is a flow of kind ${at.held.kind}, and these streams hold ${kind}`;
  throw new HubError('request.invalid', `sides: ${reason}.`, {
    details: { errors: [{ field: 'sides', reason }] },
  });
}

/** Answers whether anything about the sides or their rules is other than before. */
async function putAllSides(
  tx: Tx,
  at: { workspaceId: string; flowId: string; userId: string },
  held: HeldFlow,
  sides: Sides,
  checked: readonly CheckedSide[],
): Promise<boolean> {
  const { workspaceId, flowId, userId } = at;
  const isSame = jsonEqual(
    held.sides.map(({ stream_id, creates }) => [stream_id, creates]),
    checked.map(({ streamId, creates }) => [streamId, creates]),
  );
  if (!isSame) {
    const kept = new Set(sides.map((side) => side.stream_id));
    const gone = held.sides.map((side) => side.stream_id).filter((id) => !kept.has(id));
    await takeStreams(tx, { workspaceId, flowId, sides: checked });
    const all = held.sides.map((side) => side.stream_id);
    if (gone.length > 0) await letGo(tx, at, { gone, sides: all });
  }
  const rulesBefore = new Map(held.sides.map((side) => [side.stream_id, side.rules]));
  const others = sides.filter(
    (side) => !jsonEqual(rulesBefore.get(side.stream_id) ?? null, side.rules),
  );
  await saveAllRules(tx, { workspaceId, userId, sides: others });
  return !isSame || others.length > 0;
}
