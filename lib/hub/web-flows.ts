import { listLookup } from '#lib/connections/index';
import type { Tx } from '#lib/db/index';
import {
  changeFlow,
  createFlow,
  deleteFlow,
  getFlow,
  listFlows,
  suggestForStreams,
} from '#lib/flows/index';
import type { FlowInput, FlowPatch } from '#lib/flows/schema';
import { type Session, writeAudit } from '#lib/identity/index';
import { flowConnectors } from './flow-connectors.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}
type FlowAt = At & { flowId: string };

const deps = { connectors: flowConnectors };

/** flows' use cases as the web process calls them. */
export function flowUseCases({ asBearer, connections }: UseCaseDeps) {
  const audit = (tx: Tx, session: Session, at: FlowAt, what: string, details = {}) =>
    writeAudit(tx, {
      workspaceId: at.workspaceId,
      actorId: session.userId,
      action: `flows.${what}`,
      subject: at.flowId,
      details,
    });
  return {
    list: (session: Session, at: At) => asBearer(session, (tx) => listFlows(tx, deps, at)),
    get: (session: Session, at: FlowAt) => asBearer(session, (tx) => getFlow(tx, deps, at)),
    create: (session: Session, at: At & { input: FlowInput }) =>
      asBearer(session, async (tx) => {
        const flow = await createFlow(tx, deps, { ...at, userId: session.userId });
        const details = { name: flow.name, streams: flow.sides.map((side) => side.stream_name) };
        await audit(tx, session, { ...at, flowId: flow.id }, 'created', details);
        return flow;
      }),
    change: (session: Session, at: FlowAt & { patch: FlowPatch }) =>
      asBearer(session, async (tx) => {
        const flow = await changeFlow(tx, deps, { ...at, userId: session.userId });
        const details = { fields: Object.keys(at.patch), status: flow.status };
        await audit(tx, session, at, 'changed', { name: flow.name, ...details });
        return flow;
      }),
    suggest: (session: Session, at: At & { streamIds: readonly string[] }) =>
      suggestForStreams(
        {
          connectors: flowConnectors,
          inTransaction: (work) => asBearer(session, work),
          lookup: async (place) => {
            const actor = { userId: session.userId, sessionId: session.sessionId };
            return (await listLookup(connections, actor, { ...at, ...place })).data;
          },
        },
        at,
      ),
    delete: (session: Session, at: FlowAt) =>
      asBearer(session, async (tx) => {
        const { name } = await getFlow(tx, deps, at);
        await deleteFlow(tx, at);
        await audit(tx, session, at, 'deleted', { name });
      }),
  };
}
