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
import type { Session } from '#lib/identity/index';
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
    enable: (session: Session, planId: string) =>
      asBearer(session, (tx) => enablePlan(tx, { planId, enabledBy: session.userId })),
    cancel: (session: Session, planId: string) =>
      asBearer(session, (tx) => cancelPlan(tx, { planId })),
  };
}
