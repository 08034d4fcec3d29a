import type { JsonObject } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import {
  cancelPlan,
  chooseForRow,
  enablePlan,
  getNewestPlan,
  getPlan,
  listPlanRows,
  startPlan,
} from '#lib/flows/index';
import type { PlanRow } from '#lib/flows/schema';
import { type Session, writeAudit } from '#lib/identity/index';
import type { UseCaseDeps } from './web-use-cases.ts';

/** Plans of flows as the web process calls them: they are ordered, read and decided on here. */
export function flowPlanUseCases({ asBearer }: UseCaseDeps) {
  return {
    start: (session: Session, input: { workspaceId: string; flowId: string }) =>
      asBearer(session, (tx) => startPlan(tx, { ...input, requestedBy: session.userId })),
    newest: (session: Session, input: { workspaceId: string; flowId: string }) =>
      asBearer(session, (tx) => getNewestPlan(tx, input)),
    get: (session: Session, planId: string) => asBearer(session, (tx) => getPlan(tx, { planId })),
    rows: (
      session: Session,
      input: {
        workspaceId: string;
        planId: string;
        action: PlanRow['action'] | undefined;
        status: PlanRow['status'] | undefined;
        cursor: string | undefined;
        limit: number;
      },
    ) => asBearer(session, (tx) => listPlanRows(tx, input)),
    choose: (
      session: Session,
      input: { planId: string; ordinal: number; recordId: string | null },
    ) => asBearer(session, (tx) => chooseForRow(tx, { ...input, chosenBy: session.userId })),
    enable: (session: Session, at: PlanAt) =>
      asBearer(session, async (tx) => {
        const { planId } = at;
        const plan = await enablePlan(tx, { planId, enabledBy: session.userId });
        await audit(tx, session, at, 'plan_enabled', { flow_id: plan.flow_id, ...plan.counts });
        return plan;
      }),
    cancel: (session: Session, at: PlanAt) =>
      asBearer(session, async (tx) => {
        const plan = await cancelPlan(tx, { planId: at.planId });
        await audit(tx, session, at, 'plan_cancelled', { flow_id: plan.flow_id, done: plan.done });
        return plan;
      }),
  };
}

interface PlanAt {
  workspaceId: string;
  planId: string;
}

/** A plan joins and makes thousands of things at once: who said yes to it is written down. */
const audit = (tx: Tx, session: Session, at: PlanAt, what: string, details: JsonObject) =>
  writeAudit(tx, {
    workspaceId: at.workspaceId,
    actorId: session.userId,
    action: `flows.${what}`,
    subject: at.planId,
    details,
  });
