import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db, type Tx } from '#lib/db/index';
import { countConflicts, listConflicts } from '#lib/records/index';
import type { ConflictFilter } from '#lib/records/schema';
import { as, makeWorld, type World } from '../sync/world.ts';
import { answerTo, outcomesOf, resolve } from './conflict-steps.ts';

const records = 6_000;
let world: World;
let owner: Db;
beforeAll(async () => {
  world = await makeWorld();
  owner = connect({ url: world.database.superuserUrl, name: 'test' });
  const { workspaceId } = world.owner;
  await owner`
    insert into public.records (id, workspace_id, kind, data)
    select gen_random_uuid(), ${workspaceId}, 'task', jsonb_build_object('title', 'Ours ' || n, 'state', 'open')
    from generate_series(1, ${records}) n`;
  await owner`
    insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, held, state)
    select gen_random_uuid(), workspace_id, id, ${world.connectionId}, ${world.streamId}, 'task', id::text,
      '{title}', 'conflict' from public.records`;
  await owner`
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin, fields)
    select workspace_id, id, 'task', 1, 'update', 'connection', '{title}' from public.records`;
  // One in ten is open; the rest is what was decided over time.
  await owner`
    insert into public.conflicts (id, workspace_id, record_id, link_id, field, base, local, remote, policy, status)
    select gen_random_uuid(), workspace_id, record_id, id, 'title', '"Before"', '"Ours"', '"Theirs"', 'manual',
      case when row_number() over () % 10 = 0 then 'open' else 'resolved' end
    from public.links`;
  await owner`vacuum analyze`;
}, 120_000);
afterAll(async () => {
  await owner.end();
  await world.close();
});

/** Tables of which `work` read more than a thousand rows one after the other, for want of an index. */
async function sequentialReads(work: (tx: Tx) => Promise<unknown>): Promise<string[]> {
  await owner`select pg_stat_reset()`;
  await as(world, world.owner, async (tx) => {
    await work(tx);
    await tx`select pg_stat_force_next_flush()`;
  });
  await world.web`select pg_stat_force_next_flush()`;
  const found = await owner`
    select relname, seq_tup_read from pg_stat_user_tables
    where relname in ('records', 'links', 'change_log', 'conflicts') and seq_tup_read > 1000`;
  return found.map((table) => `${table['relname']}: ${table['seq_tup_read']} rows`);
}

const list = (filter: ConflictFilter) => (tx: Tx) =>
  listConflicts(tx, { workspaceId: world.owner.workspaceId, filter, limit: 30 });

describe('many conflicts', () => {
  it('are paged by indexes, whatever the page is of', async () => {
    const [record] = await owner<{ id: string }[]>`select id from public.records limit 1`;
    const pages: ConflictFilter[] = [
      {},
      { status: 'open' },
      { status: 'resolved', field: 'title' },
      { status: 'open', stream_id: world.streamId },
      { record_id: record?.id },
    ];
    for (const page of pages) expect(await sequentialReads(list(page))).toEqual([]);
  });

  it('are settled two hundred at once', async () => {
    const { workspaceId } = world.owner;
    const { data } = await as(world, world.owner, (tx) =>
      listConflicts(tx, { workspaceId, filter: { status: 'open' }, limit: 200 }),
    );
    const settled = await resolve(
      world,
      data.map((conflict) => answerTo(conflict, 'remote')),
    );
    expect(new Set(outcomesOf(settled))).toEqual(new Set(['resolved']));
    expect(settled).toHaveLength(200);
    const counts = await as(world, world.owner, (tx) =>
      countConflicts(tx, { workspaceId, filter: {} }),
    );
    expect(counts).toMatchObject({ open: records / 10 - 200, resolved: (records / 10) * 9 + 200 });
  });
});
