import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { workUndoRuns } from '#lib/records/index';
import { makeWorld, rules, settle, type World } from '../sync/world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  world.service.seed(1);
  await settle(world);
});
afterAll(() => world.close());

it('goes on with what is due while another undo waits for its services', async () => {
  const { admin, owner } = world;
  const { workspaceId, userId } = owner;
  const undo = async (status: string): Promise<string> => {
    const id = newId();
    await admin`
      insert into public.undo_runs (id, workspace_id, run_id, status, upto_position, expected, asked, requested_by, walked_at)
      values (${id}, ${workspaceId}, ${newId()}, ${status}, 0, 1, ${status === 'asking' ? 1 : 0}, ${userId},
        ${status === 'asking' ? new Date() : null})`;
    return id;
  };
  const asking = await undo('asking');
  await admin`update public.links set reread_at = now(), state = 'tombstone'`;
  await admin`update public.records set deleted_at = now()`;
  await admin`
    insert into public.undo_notes (undo_id, record_id, workspace_id, outcome)
    select ${asking}, id, workspace_id, 'asked' from public.records`;
  const other = await undo('queued');
  const deps = { db: world.worker, log: world.deps.log };
  const steps: number[] = [];
  do steps.push(await workUndoRuns(deps, rules));
  while (steps.at(-1) !== 0);
  expect(steps).toEqual([1, 1, 0]);
  const rows = await admin`select id, status from public.undo_runs`;
  expect(Object.fromEntries(rows.map((row) => [row['id'], row['status']]))).toEqual({
    [asking]: 'asking',
    [other]: 'completed',
  });
});
