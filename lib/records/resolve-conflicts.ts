import { HubError } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import type { ConnectorRules } from './check-patch.ts';
import { toConflict } from './conflict-row.ts';
import { type Resolution, type Settled, settledAtOnce } from './conflict-shape.ts';
import { selectConflictsById } from './conflict-store.ts';
import { type Decision, decideConflicts, type Verdict } from './decide-conflict.ts';
import {
  type LockedConflicts,
  lockConflicted,
  markOwing,
  writeEdits,
  writeSettled,
} from './settle-store.ts';

/**
 * Choices of a member for up to `settledAtOnce` conflicts: records, change log rows, conflicts and
 * what the links owe, in the caller's transaction. Each item is answered for itself; one that was
 * settled meanwhile, or whose sides are not those the member saw, changes nothing.
 */
export async function resolveConflicts(
  tx: Tx,
  rules: ConnectorRules,
  input: { workspaceId: string; mutationId: string; items: readonly Resolution[] },
): Promise<Settled[]> {
  const { workspaceId, mutationId, items } = input;
  if (items.length > settledAtOnce) throw new HubError('request.invalid');
  const conflictIds = [...new Set(items.map(({ id }) => id))];
  const seen = await selectConflictsById(tx, workspaceId, conflictIds);
  const locked = await lockConflicted(tx, workspaceId, { conflictIds, mutationId });
  // Row security hides a row from `for update` where the member may read it but not change it.
  if (seen.length > 0 && locked.length === 0) throw new HubError('identity.forbidden');
  const decided = locked.map((record) => ({
    record,
    decision: decideConflicts(
      { ...record, isDeleted: record.is_deleted, isRepeated: record.is_repeated },
      items.filter(({ id }) => record.conflicts.some((conflict) => conflict.id === id)),
      { mutationId, rules },
    ),
  }));
  await write(tx, input, decided);
  const verdicts = decided.flatMap(({ decision }) => decision.verdicts);
  return answer(tx, workspaceId, { ids: items.map(({ id }) => id), conflictIds, verdicts });
}

async function write(
  tx: Tx,
  { workspaceId, mutationId }: { workspaceId: string; mutationId: string },
  decided: { record: LockedConflicts; decision: Decision }[],
): Promise<void> {
  const settled = decided.flatMap(({ decision }) => decision.settled);
  if (settled.length === 0) return;
  const edited = decided.filter(({ decision }) => Object.keys(decision.diff).length > 0);
  await writeEdits(
    tx,
    workspaceId,
    { mutationId, reason: 'resolved' },
    edited.map(({ record, decision: { data, diff } }) => ({
      id: record.id,
      kind: record.kind,
      version: record.version + 1,
      data,
      fields: Object.keys(diff),
      diff,
    })),
  );
  await writeSettled(tx, workspaceId, mutationId, settled);
  const links = decided.flatMap(({ record, decision }) => {
    const isEdited = Object.keys(decision.diff).length > 0;
    return record.links.flatMap(({ id }) => {
      const freed = decision.settled.filter((one) => one.link_id === id).map(({ field }) => field);
      // A change is owed to every place of the record; a hold ends where it was decided.
      return isEdited || freed.length > 0 ? [{ id, freed }] : [];
    });
  });
  await markOwing(tx, workspaceId, links);
  await wake(tx, 'push');
}

/** In the order of the items, each with the row as it stands now. */
async function answer(
  tx: Tx,
  workspaceId: string,
  call: { ids: string[]; conflictIds: string[]; verdicts: Verdict[] },
): Promise<Settled[]> {
  const present = await selectConflictsById(tx, workspaceId, call.conflictIds);
  const rows = new Map(present.map((row) => [row.id, toConflict(row)]));
  const verdicts = [...call.verdicts];
  return call.ids.map((id): Settled => {
    const at = verdicts.findIndex((verdict) => verdict.id === id);
    const [verdict] = at < 0 ? [] : verdicts.splice(at, 1);
    const conflict = rows.get(id) ?? null;
    if (!conflict) return { id, outcome: 'gone', reason: 'There is no such conflict.', conflict };
    return verdict
      ? { ...verdict, conflict }
      : { id, outcome: 'changed', reason: 'The record was joined with another.', conflict };
  });
}
