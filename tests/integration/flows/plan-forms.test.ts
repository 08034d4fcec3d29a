import { afterAll, beforeAll, expect, it } from 'vitest';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

const task = (title: string, state: string) => ({ title, body: 'x', state });
/** One of its states stands for two of the record's; a third has no word there. */
const pairs = [
  { here: 'open', there: 'open' },
  { here: 'in_progress', there: 'open' },
  { here: 'done', there: 'done' },
];

it('counts no update where a service has what it would be told, or cannot be told', async () => {
  const { flowId, sides } = await at.flow(
    [task('one', 'in_progress'), task('two', 'cancelled'), task('three', 'done')],
    [task('one', 'open'), task('two', 'open'), task('three', 'open')],
    { on_difference: 'first_side' },
  );
  const transform = { type: 'values', pairs, otherwise: 'skip' };
  const rule = { field: 'state', side_field: 'state', direction: 'both', transform, policy: null };
  await at.admin`
    insert into public.stream_rules (stream_id, workspace_id, rules)
    values (${sides[1]}, ${at.workspaceId}, ${at.admin.json([rule])})
    on conflict (stream_id) do update set rules = excluded.rules`;
  const plan = await at.planned(flowId);
  const rows = await at.rows(plan.id);
  const told = rows.map(({ title, differences }): [string, string[]] => [
    title,
    differences.map(({ field, becomes }) => `${becomes} ${field}`),
  ]);
  expect(Object.fromEntries(told)).toEqual({ one: [], two: [], three: ['update state'] });
  expect(plan).toMatchObject({ counts: { joins: 3, updates: 1, conflicts: 0 } });
  await at.enabled(plan.id);
  expect(await at.truth(sides)).toMatchObject({ joined: 3, dirty: 1, asked: 0 });
});
