import type { Session } from '#lib/identity/index';
import { readInstance, readOwedWork, redrive, ruleQueue } from '#lib/queue/index';
import type { UseCaseDeps } from './web-use-cases.ts';

/** Queues for the System page: a workspace's own to its members, the rest to who owns the instance. */
export function queueUseCases({ asBearer, identity }: UseCaseDeps) {
  return {
    ofWorkspace: (session: Session, at: { workspaceId: string }) =>
      asBearer(session, (tx) => readOwedWork(tx, at)),
    ofInstance: (session: Session) =>
      asBearer(session, (tx) => readInstance(tx, identity.clock.now())),
    rule: (session: Session, queue: string, isPaused: boolean) =>
      asBearer(session, (tx) => ruleQueue(tx, queue, isPaused)),
    redrive: (session: Session, queue: string, key: string | undefined) =>
      asBearer(session, (tx) => redrive(tx, queue, key)),
  };
}
