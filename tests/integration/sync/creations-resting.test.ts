import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimDueCreations } from '#lib/sync/create/owe-store';
import { FlowWorld } from '../flows/flow-world.ts';

let at: FlowWorld;
beforeAll(async () => {
  at = await FlowWorld.make();
});
afterAll(() => at.world.close());

const many = 2_000;
/** A record that waits for its turn in a live flow among those that are owed to one that rests. */
async function owing(): Promise<string> {
  const { admin, owner } = at.world;
  const [one, two, three, four] = await Promise.all([0, 1, 2, 3].map(() => at.stream()));
  await at.create([one ?? '', two ?? '']);
  const { id } = await at.create([three ?? '', four ?? '']);
  await at.enable(id);
  await admin`
    insert into public.records (id, workspace_id, kind, data)
    select md5('r' || n)::uuid, ${owner.workspaceId}, 'task', '{}' from generate_series(1, ${many}::int) n`;
  await admin`
    insert into public.creations (id, workspace_id, record_id, connection_id, stream_id, state, next_attempt_at)
    select md5('c' || n)::uuid, s.workspace_id, md5('r' || n)::uuid, s.connection_id, s.id, 'owed',
      now() - interval '1 hour'
    from generate_series(1, ${many}::int) n, public.streams s where s.id = ${two ?? ''}`;
  await admin`analyze public.creations`;
  const { recordId } = await at.record([three ?? ''], 'synced', { title: 'One' });
  await at.owe(recordId, four ?? '');
  return recordId;
}

/** How often it was asked of a single row whether it may be made. */
const asked = async (work: 'sweep' | 'count'): Promise<{ found: number; calls: number }> =>
  at.world.admin.begin(async (tx) => {
    await tx`set local track_functions = 'all'`;
    const found =
      work === 'sweep'
        ? (await claimDueCreations(tx as never, 50, 1_000)).length
        : Number(
            (await tx`select due from private.owed_work(null, 100) where queue = 'create'`)[0]?.[
              'due'
            ],
          );
    const [row] = await tx<{ calls: number }[]>`
      select coalesce(sum(calls), 0)::int as calls from pg_stat_xact_user_functions where funcname = 'may_create'`;
    return { found, calls: row?.calls ?? 0 };
  });

describe('what is owed to a flow that rests', () => {
  it('is passed over without being looked at one by one, by the sweep and by whoever counts', async () => {
    await owing();
    for (const work of ['count', 'sweep'] as const) {
      const { found, calls } = await asked(work);
      expect([work, found]).toEqual([work, 1]);
      expect(calls).toBeGreaterThan(0);
      expect(calls).toBeLessThan(10);
    }
  });
});
