import {
  type CreationAt,
  dropCreation,
  listCreations,
  releaseOwed,
  retryCreation,
} from '#lib/flows/index';
import { type Session, writeAudit } from '#lib/identity/index';
import type { UseCaseDeps } from './web-use-cases.ts';

/** What flows owe their sides, as the web process reads it and decides on it. */
export function flowCreationUseCases({ asBearer }: UseCaseDeps) {
  return {
    list: (
      session: Session,
      input: {
        workspaceId: string;
        flowId: string;
        cursor?: string | undefined;
        limit: number;
      },
    ) => asBearer(session, (tx) => listCreations(tx, input)),
    retry: (session: Session, at: CreationAt) => asBearer(session, (tx) => retryCreation(tx, at)),
    release: (session: Session, at: Pick<CreationAt, 'workspaceId' | 'flowId'>) =>
      asBearer(session, async (tx) => {
        const answer = await releaseOwed(tx, at);
        await writeAudit(tx, {
          workspaceId: at.workspaceId,
          actorId: session.userId,
          action: 'flows.creations_released',
          subject: at.flowId,
          details: { ...answer },
        });
        return answer;
      }),
    drop: (session: Session, at: CreationAt) => asBearer(session, (tx) => dropCreation(tx, at)),
  };
}
