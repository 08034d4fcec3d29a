import type { Tx } from '#lib/db/index';
import type { Session } from '#lib/identity/index';
import {
  countConflicts,
  countOpenConflicts,
  listConflicts,
  resolveAllConflicts,
  resolveConflicts,
  undoConflict,
} from '#lib/records/index';
import type {
  ConflictFilter,
  Resolution,
  ResolveAllInput,
  ResolveAnswer,
  Settled,
} from '#lib/records/schema';
import { setFieldPolicy } from '#lib/sync/index';
import { connectorRules } from './connector-rules.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

/** Conflicts as the web process asks for them: the choice is records', the policy is sync's. */
export function conflictUseCases({ asBearer }: UseCaseDeps) {
  return {
    list: (
      session: Session,
      input: At & { filter: ConflictFilter; cursor: string | undefined; limit: number },
    ) => asBearer(session, (tx) => listConflicts(tx, input)),
    counts: (session: Session, input: At & { filter: ConflictFilter }) =>
      asBearer(session, (tx) => countConflicts(tx, input)),
    resolve: (session: Session, input: At & { mutationId: string; items: Resolution[] }) =>
      asBearer(session, async (tx): Promise<ResolveAnswer> => {
        const data = await resolveConflicts(tx, connectorRules, input);
        const { userId } = session;
        return { data, always: await keepAlways(tx, { ...input, userId }, data) };
      }),
    resolveAll: (session: Session, input: At & ResolveAllInput) =>
      asBearer(session, (tx) => resolveAllConflicts(tx, connectorRules, input)),
    undo: (session: Session, input: { conflictId: string; mutationId: string }) =>
      asBearer(session, (tx) => undoConflict(tx, input)),
  };
}

const policies = { local: 'local_wins', remote: 'remote_wins' } as const;

/** What was chosen for always becomes the policy of its stream and field, in the same transaction. */
async function keepAlways(
  tx: Tx,
  { workspaceId, userId, items }: At & { userId: string; items: Resolution[] },
  settled: Settled[],
): Promise<ResolveAnswer['always']> {
  const kept = new Map<string, ResolveAnswer['always'][number]>();
  for (const { id, choice, always } of items) {
    const { outcome, conflict } = settled.find((one) => one.id === id) ?? {};
    if (!always || outcome !== 'resolved' || !conflict) continue;
    if (choice !== 'local' && choice !== 'remote') continue;
    const { stream_id, field } = conflict;
    await setFieldPolicy(tx, {
      workspaceId,
      streamId: stream_id,
      field,
      policy: policies[choice],
      writable: (connector, resource) => connectorRules.writableFields(connector, resource),
      userId,
    });
    kept.set(`${stream_id} ${field}`, { stream_id, field, choice, open: 0 });
  }
  for (const one of kept.values()) {
    const filter = { stream_id: one.stream_id, field: one.field };
    one.open = await countOpenConflicts(tx, { workspaceId, filter });
  }
  return [...kept.values()];
}
