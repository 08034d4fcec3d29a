import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemClock } from '#lib/core/index';
import { deliveryLimits, workReplays } from '#lib/delivery/index';
import { selectBehind } from '../../../lib/delivery/fan-out-store.ts';
import { type Member, makeMember } from '../sync/world.ts';
import { bus, commitChanges, log, makeWorld, subscribe, type World } from './delivery-world.ts';

let world: World;
let full: Member;
let other: Member;
/** Owes as many deliveries as it may. */
let stuck: string;
let free: string;
beforeAll(async () => {
  world = await makeWorld();
  full = await makeMember(world.admin, 'full');
  other = await makeMember(world.admin, 'other');
  stuck = await subscribe(world, { workspaceId: full.workspaceId });
  free = await subscribe(world, { workspaceId: other.workspaceId });
  await world.admin`update public.subscriptions set status = 'paused' where kind = 'analytics'`;
  for (const { workspaceId } of [full, other]) {
    await commitChanges(world.admin, workspaceId, [{ recordId: newId() }]);
  }
  await world.admin`
    insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version,
      origin, changed_at)
    select gen_random_uuid(), ${full.workspaceId}, ${stuck}, 0, gen_random_uuid(), 'task', 'update', 1, 'hub', now()
    from generate_series(1, ${deliveryLimits.owed}::int)`;
});
afterAll(() => world.close());

const replay = (member: Member, subscriptionId: string, count: number) =>
  world.admin`
    insert into public.delivery_replays (id, workspace_id, subscription_id, after_position, upto_position, cursor)
    select gen_random_uuid(), ${member.workspaceId}, ${subscriptionId}, 0, 1, 0
    from generate_series(1, ${count}::int)`;

describe('a subscription that owes as many as it may', () => {
  it('has no turn before one that is behind and owes nothing', async () => {
    const [first] = await selectBehind(world.worker, 1);
    expect(first?.id).toBe(free);
  });

  it('and has as many replays as have a turn keeps nobody else from theirs', async () => {
    await replay(full, stuck, deliveryLimits.fanOutTurns);
    await replay(other, free, 1);
    expect(await workReplays({ db: world.worker, clock: systemClock, log, bus })).toBe(1);
  });

  it('goes on once it owes less', async () => {
    await world.admin`
      update public.deliveries set status = 'dead', ended_at = now()
      where id = (select id from public.deliveries where subscription_id = ${stuck} and position = 0 limit 1)`;
    const behind = await selectBehind(world.worker, 10);
    expect(behind.map(({ id }) => id)).toContain(stuck);
  });

  it('lets other workspaces have their turn between its many replays', async () => {
    await replay(other, free, 1);
    expect(await workReplays({ db: world.worker, clock: systemClock, log, bus })).toBeGreaterThan(
      1,
    );
    const [left] = await world.admin`
      select count(*)::int as n from public.delivery_replays where subscription_id = ${free} and status = 'running'`;
    expect(left).toEqual({ n: 0 });
  });
});
