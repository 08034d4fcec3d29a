import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { type Session, writeAudit } from '#lib/identity/index';
import { cancelUndo, listUndos, readUndo, startUndoRun, undoChange } from '#lib/records/index';
import type { ChangeUndoInput, UndoRunInput } from '#lib/records/schema';
import { findRun } from '#lib/sync/index';
import { connectorRules } from './connector-rules.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

/** Taking changes back, one or all of a run, as the web process asks for it; the worker does the many. */
export function undoUseCases({ asBearer }: Pick<UseCaseDeps, 'asBearer'>) {
  return {
    change: (session: Session, input: At & { position: number } & ChangeUndoInput) =>
      asBearer(session, (tx) => undoChange(tx, connectorRules, input)),
    /** Who asked for it is written down with it. */
    start: (session: Session, input: At & UndoRunInput) =>
      asBearer(session, async (tx) => {
        await refuseActive(tx, input.run_id);
        const requestedBy = session.userId;
        const answer = await startUndoRun(tx, connectorRules, { ...input, requestedBy });
        if (answer.undo) {
          await writeAudit(tx, {
            workspaceId: input.workspaceId,
            actorId: session.userId,
            action: 'records.undo_started',
            subject: answer.undo.id,
            details: { run_id: input.run_id, records: answer.preview.records },
          });
        }
        return answer;
      }),
    list: (
      session: Session,
      page: At & { runId: string | undefined; beforeId: string | null; limit: number },
    ) => asBearer(session, (tx) => listUndos(tx, page)),
    get: (session: Session, undoId: string) => asBearer(session, (tx) => readUndo(tx, { undoId })),
    cancel: (session: Session, input: At & { undoId: string }) =>
      asBearer(session, async (tx) => {
        const undo = await cancelUndo(tx, input);
        await writeAudit(tx, {
          workspaceId: input.workspaceId,
          actorId: session.userId,
          action: 'records.undo_cancelled',
          subject: undo.id,
          details: { undone: undo.undone, partly: undo.partly },
        });
        return undo;
      }),
  };
}

/** What is still being done is not taken back at the same time. */
async function refuseActive(tx: Tx, runId: string): Promise<void> {
  const run = await findRun(tx, { runId });
  if (run && ['queued', 'running', 'paused'].includes(run.status)) {
    throw new HubError('sync.run_state', 'The run is not over yet; cancel it first.');
  }
}
