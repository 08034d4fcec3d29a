import { listConnections } from '#lib/connections/index';
import { listFlows } from '#lib/flows/index';
import type { Session } from '#lib/identity/index';
import { flowConnectors } from './flow-connectors.ts';
import { readBoard } from './read-board.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

/** The Board reads across rooms, in one transaction. */
export function boardUseCases({ asBearer, identity }: UseCaseDeps) {
  return {
    read: (session: Session, at: { workspaceId: string }) =>
      asBearer(session, async (tx) => {
        const connections = await listConnections(tx, at);
        const flows = await listFlows(tx, { connectors: flowConnectors }, at);
        return readBoard(tx, { ...at, connections, flows, now: new Date(identity.clock.now()) });
      }),
  };
}
