import { HubError, newId } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { saveRules } from '#lib/sync/index';
import type { FieldRule } from '#lib/sync/schema';
import { type CheckedSide, mustBeFlow } from './check-flow.ts';
import { readSides } from './checked-sides.ts';
import type { FlowDeps } from './flow-connectors.ts';
import { countFlows, insertFlow, putSides } from './flow-store.ts';
import { flowLimits } from './limits.ts';
import { getFlow } from './read-flows.ts';
import type { Flow, FlowInput } from './schema.ts';

/**
 * A draft: nothing is joined and nothing made before a plan of it is enabled; its rules hold for its
 * streams from now. Throws `request.invalid` with every fault, and `resource.conflict` when another
 * flow took one of the streams meanwhile.
 */
export async function createFlow(
  tx: Tx,
  deps: FlowDeps,
  at: { workspaceId: string; userId: string; input: FlowInput },
): Promise<Flow> {
  const { workspaceId, userId, input } = at;
  const sides = await readSides(tx, deps.connectors, {
    workspaceId,
    flowId: null,
    sides: input.sides,
  });
  mustBeFlow({ sides, matchFields: input.match_fields });
  const kind = sides[0]?.stream?.kind;
  if (kind === undefined) throw new HubError('request.invalid');
  if ((await countFlows(tx, workspaceId)) >= flowLimits.flows) {
    throw new HubError('resource.conflict', `A workspace has at most ${flowLimits.flows} flows.`);
  }
  const flowId = newId();
  await insertFlow(tx, workspaceId, {
    id: flowId,
    name: input.name,
    kind,
    matchFields: input.match_fields,
    onDifference: input.on_difference,
    createdBy: userId,
  });
  await takeStreams(tx, { workspaceId, flowId, sides });
  await saveAllRules(tx, { workspaceId, userId, sides: input.sides });
  return getFlow(tx, deps, { workspaceId, flowId });
}

/** Throws when another flow has one of them: who was first is told by the key of the sides. */
export async function takeStreams(
  tx: Tx,
  at: {
    workspaceId: string;
    flowId: string;
    sides: readonly Pick<CheckedSide, 'streamId' | 'creates'>[];
  },
): Promise<void> {
  const lost = await putSides(
    tx,
    at.workspaceId,
    at.flowId,
    at.sides.map(({ streamId, creates }) => ({ stream_id: streamId, creates })),
  );
  if (lost.length === 0) return;
  throw new HubError('resource.conflict', 'Another flow has one of these streams already.', {
    details: {
      errors: at.sides.flatMap(({ streamId: id }, index) =>
        lost.includes(id)
          ? [{ field: `sides.${index}.stream_id`, reason: 'is a side of another flow' }]
          : [],
      ),
    },
  });
}

/** In one order of streams, so that two who save the same ones wait for each other and never both. */
export async function saveAllRules(
  tx: Tx,
  at: {
    workspaceId: string;
    userId: string;
    sides: readonly {
      stream_id: string;
      rules: readonly FieldRule[];
      rules_version?: number | undefined;
    }[];
  },
): Promise<void> {
  const { workspaceId, userId } = at;
  const ordered = at.sides.toSorted((a, b) => (a.stream_id < b.stream_id ? -1 : 1));
  for (const { stream_id: streamId, rules, rules_version: madeFrom } of ordered) {
    await saveRules(tx, { workspaceId, streamId, rules, userId, madeFrom });
  }
}
