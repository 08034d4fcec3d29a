import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '#lib/core/index';
import { cancelUndo, listUndos, readUndo, startUndoRun, workUndoRuns } from '#lib/records/index';
import type { UndoAnswer } from '#lib/records/schema';
import { startRun } from '#lib/sync/index';
import { patience } from '../../setup/patience.ts';
import {
  as,
  editRecord,
  held,
  type Member,
  makeMember,
  makeWorld,
  observe,
  rules,
  settle,
  type World,
} from '../sync/world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.service.seed(45);
  await settle(world);
});
afterEach(() => world.close());

/** A run in which so many titles came in. */
async function runThatChanged(count: number): Promise<string> {
  for (let number = 1; number <= count; number += 1) {
    world.service.edit(String(number), { title: `Wrong ${number}` });
  }
  return reconcile();
}

async function reconcile(): Promise<string> {
  const { streamId, owner } = world;
  const run = await as(world, owner, (tx) =>
    startRun(tx, { streamId, kind: 'reconcile', requestedBy: owner.userId }),
  );
  await settle(world);
  // A sweep that changes much asks first; the answer is yes.
  await world.admin`update public.runs set status = 'queued', next_attempt_at = now() where status = 'paused'`;
  await settle(world);
  return run.id;
}

const start = (
  runId: string,
  more: { preview?: boolean; allow?: number } = {},
  member: Member = world.owner,
): Promise<UndoAnswer> =>
  as(world, member, (tx) =>
    startUndoRun(tx, rules, {
      workspaceId: world.owner.workspaceId,
      requestedBy: member.userId ?? '',
      run_id: runId,
      preview: false,
      ...more,
    }),
  );
const step = () => workUndoRuns({ db: world.worker, log: world.deps.log }, rules);
async function finish(undoId: string) {
  for (;;) {
    let made: number;
    do made = await step();
    while (made > 0);
    await settle(world);
    await world.admin`update public.undo_runs set next_step_at = now() where next_step_at is not null`;
    const undo = await as(world, world.owner, (tx) => readUndo(tx, { undoId }));
    if (undo.finished_at !== null) return undo;
  }
}
const titleThere = (number: number) => world.service.snapshot(String(number)).fields['title'];

describe('taking back all that a run did', () => {
  it('previews it, asks for the number, does it at the service, and can be taken back itself', async () => {
    const runId = await runThatChanged(30);
    await editRecord(world, '1', { title: 'Right already' });
    await settle(world);
    const { preview, undo } = await start(runId, { preview: true });
    expect(undo).toBeNull();
    expect(preview).toMatchObject({
      records: 30,
      looked_at: 30,
      can: 29,
      cannot: 1,
      reasons: { changed_since: 1 },
      needs_allow: true,
    });
    expect(preview.sample).toHaveLength(10);
    await expect(start(runId)).rejects.toMatchObject({
      code: 'records.undo_asks',
      details: { records: 30 },
    });
    const started = await start(runId, { allow: 30 });
    await expect(start(runId, { allow: 30 })).rejects.toMatchObject({ code: 'resource.conflict' });
    const done = await finish(started.undo?.id ?? '');
    expect(done).toMatchObject({
      status: 'completed',
      done: 30,
      undone: 29,
      kept: 1,
      reasons: { changed_since: 1 },
      notes: [{ outcome: 'kept', cannot: [{ field: 'title', now: 'Right already' }] }],
    });
    expect(titleThere(1)).toBe('Right already');
    for (let number = 2; number <= 30; number += 1) {
      expect(titleThere(number)).toBe(`Issue ${number}`);
    }
    const again = await start(done.id, { allow: 29 });
    expect(await finish(again.undo?.id ?? '')).toMatchObject({ undone: 29, kept: 0 });
    expect(titleThere(2)).toBe('Wrong 2');
  });

  it('is done once by a worker that is killed in the middle and the one after it', async () => {
    const runId = await runThatChanged(45);
    const { undo } = await start(runId, { allow: 45 });
    const undoId = undo?.id ?? '';
    const script = new URL('undo-worker.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--conditions=react-server', script], {
      env: { ...process.env, DATABASE_URL_WORKER: world.database.workerUrl },
      stdio: 'ignore',
    });
    // It is held up in its second step, so that the kill meets it in the middle of one.
    const wall = world.admin.reserve();
    const sql = await wall;
    await sql`begin`;
    const { record_id } = await held(world, '35');
    await sql`select 1 from public.records where id = ${record_id} for update`;
    await vi.waitFor(async () => {
      const [row] = await world.admin<{ done: number; stuck: boolean }[]>`
        select u.done, exists (select 1 from pg_stat_activity a
          where a.application_name = 'undo' and a.wait_event_type = 'Lock') as stuck
        from public.undo_runs u where u.id = ${undoId}`;
      expect(row?.stuck).toBe(true);
    }, patience);
    const before = await as(world, world.owner, (tx) => readUndo(tx, { undoId }));
    expect(before.done).toBeLessThan(45);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await sql`rollback`;
    sql.release();
    const done = await finish(undoId);
    expect(done).toMatchObject({ status: 'completed', done: 45, undone: 45, kept: 0 });
    const [made] = await world.admin`
      select count(*)::int as n, count(distinct record_id)::int as records
      from public.change_log where run_id = ${undoId}`;
    expect(made).toEqual({ n: 45, records: 45 });
    for (let number = 1; number <= 45; number += 1) {
      expect(titleThere(number)).toBe(`Issue ${number}`);
    }
  });

  it('has what a sweep deleted asked for again: what is back returns, what is gone is said', async () => {
    for (const gone of ['7', '8']) world.service.remove(gone);
    const runId = await reconcile();
    expect((await held(world, '7')).deleted_at).not.toBeNull();
    world.service.edit('7', { title: 'Back' });
    const { preview, undo } = await start(runId);
    expect(preview).toMatchObject({ records: 2, asks_service: 2 });
    const done = await finish(undo?.id ?? '');
    expect(done).toMatchObject({ asked: 2, restored: 1, kept: 1 });
    expect(done.notes.map(({ outcome }) => outcome).sort()).toEqual(['gone', 'restored']);
    expect(await held(world, '7')).toMatchObject({ deleted_at: null, data: { title: 'Back' } });
    expect((await held(world, '8')).deleted_at).not.toBeNull();
  });

  it('stops when it is cancelled, and when whoever asked may not edit any more', async () => {
    const runId = await runThatChanged(40);
    const first = await start(runId, { allow: 40 });
    await step();
    const undoId = first.undo?.id ?? '';
    const { workspaceId } = world.owner;
    const at = { workspaceId, undoId };
    expect(await as(world, world.owner, (tx) => cancelUndo(tx, at))).toMatchObject({
      status: 'cancelled',
      done: 20,
    });
    expect(await step()).toBe(0);
    await expect(as(world, world.owner, (tx) => cancelUndo(tx, at))).rejects.toMatchObject({
      code: 'resource.conflict',
    });
    const editor = await makeMember(world.admin, 'editor', 'viewer', workspaceId);
    const become = (role: string) =>
      world.admin`update public.members set role = ${role} where user_id = ${editor.userId ?? ''}`;
    await become('editor');
    await start(runId, { allow: 40 }, editor);
    await become('viewer');
    await step();
    const [latest] = await as(world, world.owner, (tx) =>
      listUndos(tx, { workspaceId, runId, limit: 5 }),
    );
    expect(latest).toMatchObject({
      status: 'failed',
      error: { code: 'identity.forbidden' },
      done: 0,
    });
  });

  it('leaves alone what a webhook changed meanwhile', async () => {
    const runId = await runThatChanged(20);
    const { undo } = await start(runId);
    const told = Array.from({ length: 5 }, (_, index) =>
      world.service.edit(String(index + 1), { title: `Newer ${index + 1}` }),
    );
    await Promise.all([step(), observe(world, told)]);
    await finish(undo?.id ?? '');
    for (let number = 6; number <= 20; number += 1) {
      expect(titleThere(number)).toBe(`Issue ${number}`);
    }
    for (let number = 1; number <= 5; number += 1) {
      // Before the undo: kept. After it: a change on both sides, for a person to decide.
      const { state } = await held(world, String(number));
      expect(['synced', 'conflict']).toContain(state);
      expect(titleThere(number)).toBe(`Newer ${number}`);
    }
  });

  it('is nothing for a run that changed nothing', async () => {
    await expect(start(newId())).rejects.toMatchObject({ code: 'resource.not_found' });
  });
});
