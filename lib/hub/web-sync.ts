import type { Session } from '#lib/identity/index';
import {
  actOnRun,
  getRun,
  listRuns,
  listStreams,
  readRunHistory,
  startRun,
  updateStream,
} from '#lib/sync/index';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

/** sync's use cases as the web process calls them. */
export function syncUseCases({ asBearer }: UseCaseDeps) {
  return {
    listStreams: (session: Session, input: At & { connectionId: string | undefined }) =>
      asBearer(session, (tx) => listStreams(tx, input)),
    updateStream: (session: Session, input: { streamId: string; phase: 'paused' | 'live' }) =>
      asBearer(session, (tx) => updateStream(tx, input)),
    listRuns: (
      session: Session,
      input: At & {
        connectionId: string | undefined;
        streamId: string | undefined;
        cursor: string | undefined;
        limit: number;
      },
    ) => asBearer(session, (tx) => listRuns(tx, input)),
    getRun: (session: Session, runId: string) =>
      asBearer(session, async (tx) => (await getRun(tx, { runId })).run),
    runHistory: (session: Session, runId: string) =>
      asBearer(session, (tx) => readRunHistory(tx, { runId })),
    actOnRun: (session: Session, input: { runId: string; action: 'pause' | 'resume' | 'cancel' }) =>
      asBearer(session, (tx) => actOnRun(tx, input)),
    startRun: (
      session: Session,
      input: { streamId: string; kind: 'backfill' | 'poll' | 'reconcile' },
    ) => asBearer(session, (tx) => startRun(tx, { ...input, requestedBy: session.userId })),
  };
}
