import { type Json, newId } from '#lib/core/index';
import { listConflicts, resolveConflicts, undoConflict } from '#lib/records/index';
import type { Conflict, RecordPatch, Resolution, Settled, Undone } from '#lib/records/schema';
import { as, editRecord, held, type Member, observe, rules, type World } from '../sync/world.ts';

/** Changed here and, before anybody was told, there. */
export async function makeConflict(
  world: World,
  externalId: string,
  sides: { ours: RecordPatch['data']; theirs: { [field: string]: Json } },
): Promise<Conflict> {
  await editRecord(world, externalId, sides.ours);
  await observe(world, [world.service.edit(externalId, sides.theirs)]);
  const { record_id } = await held(world, externalId);
  const [conflict] = await openOf(world, record_id);
  if (!conflict) throw new Error('There is no conflict.');
  return conflict;
}

export async function openOf(world: World, recordId: string): Promise<Conflict[]> {
  const { workspaceId } = world.owner;
  const filter = { status: 'open', record_id: recordId } as const;
  const page = await as(world, world.owner, (tx) => listConflicts(tx, { workspaceId, filter }));
  return page.data;
}

/** An answer to a conflict as the page showed it. */
export const answerTo = (
  { id, sides }: Conflict,
  choice: Resolution['choice'],
  more: Partial<Resolution> = {},
): Resolution => ({
  id,
  choice,
  seen: sides,
  always: false,
  ...more,
});

export const resolve = (
  world: World,
  items: Resolution[],
  by: { member?: Member; mutationId?: string } = {},
): Promise<Settled[]> =>
  as(world, by.member ?? world.owner, (tx) =>
    resolveConflicts(tx, rules, {
      workspaceId: world.owner.workspaceId,
      mutationId: by.mutationId ?? newId(),
      items,
    }),
  );

export const undo = (
  world: World,
  conflictId: string,
  by: { member?: Member; mutationId?: string } = {},
): Promise<Undone> =>
  as(world, by.member ?? world.owner, (tx) =>
    undoConflict(tx, { conflictId, mutationId: by.mutationId ?? newId() }),
  );

export const outcomesOf = (settled: Settled[]): string[] => settled.map(({ outcome }) => outcome);
