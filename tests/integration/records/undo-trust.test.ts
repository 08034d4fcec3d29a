import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { startUndoRun, undoChange } from '#lib/records/index';
import { undoLimits } from '#lib/records/undo-limits';
import { as, editRecord, held, makeWorld, rules, settle, type World } from '../sync/world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.service.seed(2);
  await settle(world);
});
afterEach(() => world.close());

const newest = async (externalId: string) => {
  const { record_id: recordId } = await held(world, externalId);
  const [row] = await world.admin<{ position: number; mutation_id: string }[]>`
    select position::int, mutation_id from public.change_log where record_id = ${recordId}
    order by version desc limit 1`;
  if (!row) throw new Error('the record has a log');
  return row;
};

describe('an undo', () => {
  it('under the id of another change says so, and not that it was made', async () => {
    await editRecord(world, '1', { title: 'Changed here' });
    const { position, mutation_id } = await newest('1');
    const undo = as(world, world.owner, (tx) =>
      undoChange(tx, rules, {
        workspaceId: world.owner.workspaceId,
        position,
        mutation_id,
        preview: false,
        partial: false,
      }),
    );
    await expect(undo).rejects.toMatchObject({ code: 'resource.conflict' });
    expect(await newest('1')).toEqual({ position, mutation_id });
  });
});

describe('undos of many', () => {
  it('of one workspace are few at a time: each takes its turn before other workspaces’', async () => {
    const { workspaceId, userId: requestedBy } = world.owner;
    const { record_id: recordId } = await held(world, '1');
    const runs = Array.from({ length: undoLimits.activeRuns + 1 }, () => newId());
    await world.admin`
      insert into public.change_log (workspace_id, record_id, kind, version, op, origin, run_id, fields, diff)
      select ${workspaceId}, ${recordId}, 'task', 100 + n, 'update', 'hub', r::uuid, '{title}', '{"title": ["a", "b"]}'
      from unnest(${runs}::text[]) with ordinality x(r, n)`;
    const start = (runId: string) =>
      as(world, world.owner, (tx) =>
        startUndoRun(tx, rules, { workspaceId, requestedBy, run_id: runId, preview: false }),
      );
    for (const run of runs.slice(1)) expect((await start(run)).undo).toMatchObject({ run_id: run });
    await expect(start(runs[0] ?? '')).rejects.toMatchObject({ code: 'resource.conflict' });
  });
});
