import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { FlowDeps } from './flow-connectors.ts';
import { type StoredFlow, selectFlows } from './flow-store.ts';
import type { Flow } from './schema.ts';

/** Newest first; a workspace has at most flowLimits.flows. */
export async function listFlows(
  tx: Tx,
  deps: FlowDeps,
  at: { workspaceId: string },
): Promise<Flow[]> {
  const rows = await selectFlows(tx, at.workspaceId, { flowId: null });
  return rows.map((row) => withAbilities(deps, row));
}

/** Throws `resource.not_found`. */
export async function getFlow(
  tx: Tx,
  deps: FlowDeps,
  at: { workspaceId: string; flowId: string },
): Promise<Flow> {
  const [row] = await selectFlows(tx, at.workspaceId, { flowId: at.flowId });
  if (!row) throw new HubError('resource.not_found');
  return withAbilities(deps, row);
}

const withAbilities = ({ connectors }: FlowDeps, flow: StoredFlow): Flow => ({
  ...flow,
  sides: flow.sides.map((side) => {
    const canCreate = Boolean(connectors.resourceOf(side.connector, side.resource)?.creates);
    return { ...side, creates: side.creates && canCreate, can_create: canCreate };
  }),
});
