import { afterAll, beforeAll, expect, it } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

const perSide = isLong ? 10_000 : 300;
/** More than it takes to hold a page; far less than both sides. */
const grownMiB = 96;

/** Seeded in the database itself: what the test holds must not count. */
async function fill(streamId: string, count: number, from: number): Promise<void> {
  await at.admin`
    with made as (
      select gen_random_uuid() as id, gen_random_uuid() as link, n from generate_series(1, ${count}) n
    ), kept as (
      insert into public.records (id, workspace_id, kind, data)
      select id, ${at.workspaceId}, 'task', jsonb_build_object('title', 'Task ' || (n + ${from}), 'state', 'open',
        'body', repeat('word ', 400))
      from made
    )
    insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, remote_rank, base)
    select m.link, s.workspace_id, m.id, s.connection_id, s.id, 'task', m.link::text, 1,
      jsonb_build_object('title', 'Task ' || (m.n + ${from}), 'state', 'open', 'body', repeat('word ', 400))
    from made m join public.streams s on s.id = ${streamId}`;
}

it(`plans and joins ${perSide} and ${perSide} records page by page`, {
  timeout: isLong ? 900_000 : 60_000,
}, async () => {
  const { flowId, sides } = await at.flow([], []);
  const overlap = perSide / 2;
  await fill(sides[0], perSide, 0);
  await fill(sides[1], perSide, overlap);
  // One title that many have, at one side, is no match and no burden.
  await at.admin`
    update public.records set data = data || '{"title": "todo"}' where id in (
      select record_id from public.links where stream_id = ${sides[0]} order by record_id limit ${perSide / 10})`;
  await at.admin`analyze public.records`;
  await at.admin`analyze public.links`;
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  const clock = {
    now: () => {
      most = Math.max(most, process.memoryUsage().heapUsed - before);
      return Date.now();
    },
    random: () => 0.5,
  };
  const { id } = await at.start(flowId);
  await at.work(at.deps({ clock }));
  const plan = await at.get(id);
  expect(plan).toMatchObject({ status: 'ready', total: 2 * perSide, done: 2 * perSide });
  const { joins, creates, reviews } = plan.counts;
  expect(reviews).toBe(0);
  expect(2 * joins + creates).toBe(2 * perSide);
  expect(joins).toBeGreaterThan(overlap - perSide / 10 - 1);
  await at.enable(id);
  const outcomes = await at.work(at.deps({ clock }));
  expect(outcomes.filter((outcome) => outcome !== 'yielded')).toEqual(['completed']);
  expect(await at.get(id)).toMatchObject({ error: null, status: 'done', skipped: 0, failed: 0 });
  expect(await at.truth(sides)).toMatchObject({ joined: joins, owed: creates });
  expect(most / 1_048_576).toBeLessThan(grownMiB);
});
