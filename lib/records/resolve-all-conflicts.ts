import type { Tx } from '#lib/db/index';
import type { ConnectorRules } from './check-patch.ts';
import { markOfSides } from './conflict-mark.ts';
import { type ResolveAllInput, type ResolvedAll, settledAtOnce } from './conflict-shape.ts';
import { countOpen, selectConflicts } from './conflict-store.ts';
import { resolveConflicts } from './resolve-conflicts.ts';

/** Reasons told of one slice. */
const toldReasons = 5;

/**
 * The same answer for every open conflict a filter names, a slice at a time in the caller's
 * transaction, newest first. `upto` keeps out what came to be after the member was told how many.
 */
export async function resolveAllConflicts(
  tx: Tx,
  rules: ConnectorRules,
  input: ResolveAllInput & { workspaceId: string },
): Promise<ResolvedAll> {
  const { workspaceId, filter, choice, preview, before } = input;
  const { count, newest } = await countOpen(tx, workspaceId, { ...filter, upto: input.upto });
  const upto = input.upto ?? newest;
  const nothing = { upto, next: null, resolved: 0, refused: 0, reasons: [] };
  if (preview || upto === null) return { ...nothing, left: count };
  const rows = await selectConflicts(
    tx,
    workspaceId,
    { ...filter, status: 'open', before, upto },
    settledAtOnce,
  );
  const settled = await resolveConflicts(tx, rules, {
    workspaceId,
    mutationId: input.mutation_id,
    items: rows.map((row) => ({
      id: row.id,
      choice,
      seen: markOfSides(row.kind, row),
      always: false,
    })),
  });
  const refused = settled.filter(({ outcome }) => outcome === 'refused');
  const last = rows.at(-1);
  const after = await countOpen(tx, workspaceId, { ...filter, upto });
  return {
    left: after.count,
    upto,
    next: rows.length === settledAtOnce && last ? last.id : null,
    resolved: settled.filter(({ outcome }) => outcome === 'resolved').length,
    refused: refused.length,
    reasons: [...new Set(refused.flatMap(({ reason }) => reason ?? []))].slice(0, toldReasons),
  };
}
