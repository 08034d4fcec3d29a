import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { selectEventFacts } from '#lib/hub/missing-store';
import { as, makeWorld, type World } from '../sync/world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

async function insertEvent(status: string, body: string) {
  const id = newId();
  await world.admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event, delivery_id,
      headers, body, verdict, status)
    values (${id}, ${world.owner.workspaceId}, ${world.connectionId}, ${newId()}, 'fake', 'issues', ${id}, '{}',
      ${Buffer.from(body)}, 'verified', ${status})`;
  return id;
}
const find = (text: string, most?: { events: number; bytes: number }) =>
  as(world, world.owner, async (tx) => {
    const { workspaceId } = world.owner;
    const found = await selectEventFacts(tx, workspaceId, world.connectionId, [text], most);
    return found.map(({ id }) => id);
  });

describe('events that may speak of a missing thing', () => {
  it('are found whatever became of them, but for those that were applied', async () => {
    const kept: string[] = [];
    for (const status of ['pending', 'queued', 'failed', 'dead', 'ignored', 'applied']) {
      const id = await insertEvent(status, '{"key": "every-one"}');
      if (status !== 'applied') kept.unshift(id);
    }
    expect(await find('"every-one"')).toEqual(kept);
  });

  it('are looked through up to so many bytes, the newest first', async () => {
    const old = await insertEvent('dead', '{"key": "one"}');
    const large = await insertEvent('ignored', `{"key": "one", "text": "${'x'.repeat(5_000)}"}`);
    expect(await find('"one"')).toEqual([large, old]);
    expect(await find('"one"', { events: 2_000, bytes: 5_050 })).toEqual([large, old]);
    expect(await find('"one"', { events: 2_000, bytes: 5_000 })).toEqual([]);
    expect(await find('"one"', { events: 1, bytes: 10_000 })).toEqual([large]);
  });

  it('are reached without walking through what was applied', async () => {
    const { workspaceId } = world.owner;
    await world.admin`
      insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event, delivery_id,
        headers, body, verdict, status)
      select md5('applied' || n)::uuid, ${workspaceId}, ${world.connectionId}, ${newId()}, 'fake', 'issues', n::text, '{}',
        'x', 'verified', 'applied' from generate_series(1, 20000) n`;
    await world.admin`analyze public.inbox_events`;
    const read = await as(world, world.owner, async (tx) => {
      const query = selectEventFacts(tx, workspaceId, world.connectionId, ['"one"']);
      const { string, args } = await describeQuery(query);
      const rows = await tx.unsafe(`explain (analyze, format json) ${string}`, args as never[]);
      return JSON.stringify(rows[0]);
    });
    const walked = [...read.matchAll(/"Rows Removed by Filter":(\d+)/g)].map(([, n]) => Number(n));
    expect(Math.max(0, ...walked)).toBeLessThan(1_000);
  });
});

interface Fragment {
  args: unknown[];
}
const isFragment = (value: unknown): value is Fragment => value instanceof Promise;
/** Arguments in the order of their numbers: those of a fragment stand where it does. */
const flatten = ({ args }: Fragment): unknown[] =>
  args.flatMap((one) => (isFragment(one) ? flatten(one) : [one]));

/** The text and arguments of a query, which is run for it. */
async function describeQuery(query: unknown): Promise<{ string: string; args: unknown[] }> {
  const { statement } = (await query) as { statement: { string: string } };
  return { string: statement.string, args: isFragment(query) ? flatten(query) : [] };
}
