import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db } from '#lib/db/index';
import { listRecords, readChanges } from '#lib/records/index';
import { recordListQuerySchema } from '#lib/records/schema';
import { enqueueDuePolls, enqueueDuePushes, enqueueDueRuns } from '#lib/sync/index';
import { as, makeWorld, type World } from '../sync/world.ts';

const rows = 20_000;
let world: World;
let owner: Db;
beforeAll(async () => {
  world = await makeWorld();
  owner = connect({ url: world.database.superuserUrl, name: 'test' });
  const { workspaceId } = world.owner;
  // Enough rows for an index to be the better way, of two workspaces.
  for (const target of [workspaceId, world.stranger.workspaceId]) {
    await owner`
      insert into public.records (id, workspace_id, kind, data, updated_at)
      select gen_random_uuid(), ${target}, 'task', jsonb_build_object(
        'title', 'Issue number ' || n, 'body', md5(n::text) || ' word' || (n % 500), 'state',
        case when n % 50 = 0 then 'done' else 'open' end, 'labels', jsonb_build_array('l' || (n % 400)),
        'assignees', jsonb_build_array('a' || (n % 700))), now() - n * interval '1 minute'
      from generate_series(1, ${rows}) n`;
  }
  await owner`
    insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id)
    select gen_random_uuid(), workspace_id, id, ${world.connectionId}, ${world.streamId}, 'task', id::text
    from public.records where workspace_id = ${workspaceId}`;
  await owner`
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin)
    select workspace_id, id, 'task', 1, 'create', 'connection' from public.records`;
  await owner`vacuum analyze`;
}, 120_000);
afterAll(async () => {
  await owner.end();
  await world.close();
});

/** Tables of which `work` read more than a thousand rows one after the other, for want of an index. */
async function sequentialReads(
  login: 'web' | 'worker',
  work: () => Promise<unknown>,
): Promise<string[]> {
  await owner`select pg_stat_reset()`;
  await work();
  // Statistics of a session are handed in at its end of transaction; forced so that they are here.
  const db = login === 'web' ? world.web : world.worker;
  await db`select pg_stat_force_next_flush()`;
  const found = await owner`
    select relname, seq_scan, seq_tup_read from pg_stat_user_tables
    where relname in ('records', 'links', 'change_log', 'streams', 'runs') and seq_tup_read > 1000`;
  return found.map((table) => `${table['relname']}: ${table['seq_tup_read']} rows`);
}

describe('indexes', () => {
  const query = (given: Record<string, unknown>) => () =>
    as(world, world.owner, async (tx) => {
      await listRecords(tx, {
        workspaceId: world.owner.workspaceId,
        query: recordListQuerySchema.parse(given),
      });
      await tx`select pg_stat_force_next_flush()`;
    });

  it.each([
    {},
    { sort: 'title' },
    { sort: '-title' },
    { state: 'done' },
    { q: 'word77' },
    { q: 'number 1999' },
    { label: 'l7' },
    { assignee: 'a9' },
    { label: 'l7', q: 'Issue', sort: 'title' },
  ])('carry the list with %o', async (given) => {
    expect(await sequentialReads('web', query(given))).toEqual([]);
  });

  it('carry the log, and the sweeps that look for what is due', async () => {
    const { workspaceId } = world.owner;
    const read = () =>
      as(world, world.owner, async (tx) => {
        await readChanges(tx, { workspaceId, after: rows / 2, limit: 100 });
        await tx`select pg_stat_force_next_flush()`;
      });
    expect(await sequentialReads('web', read)).toEqual([]);
    const sweeps = async () => {
      await enqueueDuePushes(world.deps);
      await enqueueDueRuns(world.deps);
      await enqueueDuePolls(world.deps);
      await Promise.all(
        Array.from({ length: 6 }, () => world.worker`select pg_stat_force_next_flush()`),
      );
    };
    expect(await sequentialReads('worker', sweeps)).toEqual([]);
  });

  it('would be seen to be missing', async () => {
    const found = await sequentialReads('web', () =>
      as(world, world.owner, async (tx) => {
        await tx`select count(*) from public.records where data ->> 'body' like '%x%'`;
        await tx`select pg_stat_force_next_flush()`;
      }),
    );
    expect(found).not.toEqual([]);
  });
});
