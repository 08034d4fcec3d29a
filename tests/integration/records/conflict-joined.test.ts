import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { asUser, transaction } from '#lib/db/index';
import { undoConflict } from '#lib/records/index';
import { joinRecords } from '#lib/sync/index';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { patience } from '../../setup/patience.ts';
import { type ModelDatabase, openModelDatabase } from '../sync/model/model-database.ts';
import { Trial } from '../sync/model/trial.ts';

let at: ModelDatabase;
let trial: Trial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

it('an undo of a choice waits for a join, and changes nothing of the record that ended by it', async () => {
  const issue = { title: 'There', body: null, state: 'open', labels: [] };
  trial = await Trial.apart(
    at,
    [0, 1].map((n) => ({
      switches: { ...plain, name: `side ${n}`, seed: n + 1 },
      objects: { [`${n}`]: issue },
    })),
  );
  const { owner } = trial;
  const { workspaceId } = owner;
  const rows = await trial.admin<{ id: string; record_id: string }[]>`
    select id, record_id from public.links where workspace_id = ${workspaceId} order by record_id`;
  const [one, two] = rows;
  if (!one || !two) throw new Error('There are two.');
  const conflictId = newId();
  await trial.admin`
    insert into public.conflicts (id, workspace_id, record_id, link_id, field, base, local, remote, policy, status,
      resolution, resolved_at)
    values (${conflictId}, ${workspaceId}, ${two.record_id}, ${two.id}, 'title', '"Before"', '"Here"', '"There"',
      'remote_wins', 'automatic', '"There"', now())`;
  const blocked = async () => {
    const waiting = await trial.admin`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    return waiting.length > 0;
  };
  const undo = () =>
    asUser(at.web, owner, (tx) => undoConflict(tx, { conflictId, mutationId: newId() }));
  let undoing: Promise<unknown> = Promise.resolve();
  await transaction(at.worker, async (tx) => {
    await joinRecords(tx, {
      workspaceId,
      recordIds: [one.record_id, two.record_id],
      onDifference: 'ask',
      firstStreamId: null,
    });
    undoing = undo().catch((error: unknown) => error);
    await expect.poll(blocked, patience).toBe(true);
  });
  expect(await undoing).toMatchObject({ code: 'resource.conflict' });
  const [ended] = await trial.admin`select data ->> 'title' as title from public.records
    where id = ${two.record_id}`;
  expect(ended).toEqual({ title: 'There' });
  // Asked again it is about the record they are now.
  expect(await undo()).toMatchObject({ outcome: 'brought_back' });
  const [kept] = await trial.admin`select data ->> 'title' as title from public.records
    where id = ${one.record_id}`;
  expect(kept).toEqual({ title: 'Here' });
});
