import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { cleanRows, keptDays } from '#lib/hub/clean-rows';
import { makeWorld, settle, type World } from '../sync/world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  world.service.seed(2);
  await settle(world);
});
afterAll(() => world.close());

it('undos go with what they could not take back, once the log has none of their changes', async () => {
  const { admin, owner } = world;
  const { workspaceId, userId } = owner;
  /** With a note of one record; as old as its id says. */
  const undo = async (ageDays: number, status: string): Promise<string> => {
    const [row] = await admin`
      insert into public.undo_runs (id, workspace_id, run_id, status, upto_position, expected, requested_by, finished_at)
      values (private.first_id_at(now() - ${`${ageDays} days`}::interval),
        ${workspaceId}, ${newId()}, ${status}, 0, 1, ${userId}, ${status === 'running' ? null : new Date()})
      returning id`;
    await admin`
      insert into public.undo_notes (undo_id, record_id, workspace_id, outcome)
      select ${String(row?.['id'])}, id, workspace_id, 'kept' from public.records order by id limit 1`;
    return String(row?.['id']);
  };
  const old = await undo(keptDays.undos + 1, 'completed');
  const recent = await undo(keptDays.undos - 1, 'completed');
  const underWay = await undo(keptDays.undos + 2, 'running');
  const told = await undo(keptDays.undos + 3, 'completed');
  await admin`
    update public.change_log set run_id = ${told}
    where ctid = (select ctid from public.change_log where workspace_id = ${workspaceId} limit 1)`;
  await cleanRows(world.worker, { eventDays: 30, dedupeDays: 45 });
  const undos = await admin`select id from public.undo_runs`;
  expect(undos.map(({ id }) => String(id)).sort()).toEqual([recent, underWay, told].sort());
  const notes = await admin`select undo_id from public.undo_notes`;
  expect(notes.map(({ undo_id: id }) => String(id)).sort()).toEqual([recent, underWay].sort());
  expect(undos.map(({ id }) => id)).not.toContain(old);
});
